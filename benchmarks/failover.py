"""What failover costs: a refused or a 429 offer in front of a healthy one, through the real daemon.

Turn by turn the same question goes to the merged model (the first offer fails, the second answers), to
the second offer alone, and the failing answer is fetched straight from its stand-in. What is left after
the medians of the latter two is what the daemon added. The first offer is forgiven before each turn
(`providers/resume`), else it would not be asked again.

    python benchmarks/failover.py [--quick]
"""

import socket
import statistics
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from figures import Row, at_most, options, percentile, report, spread
from stage import cast, free_port, home
from switchgear import Client

WARM_UP = 20
P50, P99 = 10.0, 40.0  # milliseconds


def timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def failing_answer(url: str) -> None:
    """A new connection, one request, its refusal: the least any client would have to spend."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    try:
        with socket.create_connection((parts.hostname, parts.port or 80)) as sock:
            sock.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}")
            sock.recv(65536)
    except ConnectionRefusedError:
        pass


def turns(client: Client, url: str, count: int, *, stream: bool) -> tuple[list[float], list[float], list[float]]:
    """Seconds of (failed over, second offer alone, failing answer alone), turn by turn."""

    def ask(model: str) -> None:
        if stream:
            with client.stream(model, "hello") as answer:
                assert "".join(answer.text())
        else:
            assert client.ask(model, "hello").served_by.provider == "second"

    taken: tuple[list[float], list[float], list[float]] = ([], [], [])
    for _ in range(count):
        client.resume("first")
        taken[0].append(timed(lambda: ask("m")))
        taken[1].append(timed(lambda: ask("second/x")))
        taken[2].append(timed(lambda: failing_answer(url)))
    return taken


def added(how: str, first: str | None, count: int) -> list[Row]:
    """`first`: what the first offer plays; None: nobody listens there."""
    plays = {"second": "ok"} if first is None else {"first": first, "second": "ok"}
    with cast(plays) as players, home() as here:
        urls = {"first": f"http://127.0.0.1:{free_port()}"} | players.urls
        here.configure(urls)
        here.start()
        with Client(here.door) as client:
            rows = []
            for stream in (False, True):
                turns(client, urls["first"], WARM_UP, stream=stream)
                name = f"{how}, {'streamed' if stream else 'whole'}"
                rows += _rows(name, *turns(client, urls["first"], count, stream=stream))
            return rows


def _rows(name: str, over: list[float], alone: list[float], failing: list[float]) -> list[Row]:
    base = statistics.median(alone) + statistics.median(failing)
    times = statistics.median(over) / base
    extra = [(seconds - base) * 1e3 for seconds in over]
    return [
        Row(f"{name}: second offer alone", spread(alone)),
        at_most(f"{name}: added, p50", statistics.median(extra), P50, " ms", detail=f"x{times:.2f}"),
        at_most(f"{name}: added, p99", percentile(extra, 99), P99, " ms"),
    ]


def main() -> int:
    asked = options(__doc__).parse_args()
    count = 60 if asked.quick else 500
    rows = [*added("refused", None, count), *added("429", "429", count)]
    return report("Failover added over the failing answer", rows, quick=asked.quick)


if __name__ == "__main__":
    sys.exit(main())
