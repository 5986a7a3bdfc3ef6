"""A ping of the daemon against a bare trio echo server: what all of it adds to the shortest round trip.

Asked turn by turn, so that whatever else the machine does hits all of them: the echo with a plain socket,
the real daemon with the same plain socket, and the daemon with the sync client of the library, which
checks, encodes and decodes typed messages.

Who shares a core with whom decides as much as the code: a scheduler that leaves the echo beside its
client and moves the daemon to the other core makes 1.8 into 2.7. So both are measured in the same
place: all on one core, and (where there are two) servers on one core, the client on the other.

    python benchmarks/rpc_ping.py [--quick] [--pings 5000]
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import trio

from figures import Row, at_most, options, percentile, report
from stage import home
from switchgear import Client

MOST = 2.0
WARM_UP = 500  # pings before any is counted
TURN = 50  # longer than a scheduler's whim
PING = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"client": {"name": "ping"}}}
Ping = Callable[[], object]


async def echo(path: str) -> None:
    """The least a trio server can do."""

    async def answer(stream: trio.SocketStream) -> None:
        async for data in stream:
            await stream.send_all(data)

    sock = trio.socket.socket(trio.socket.AF_UNIX)
    await sock.bind(path)
    sock.listen()
    print("ready", flush=True)
    await trio.serve_listeners(answer, [trio.SocketListener(sock)])


@contextmanager
def echoing(path: Path) -> Iterator[tuple[str, int]]:
    """Its path and pid."""
    argv = [sys.executable, __file__, "--echo", str(path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield str(path), process.pid
        finally:
            process.kill()


def frame(message: object) -> bytes:
    payload = msgspec.msgpack.encode(message)
    return len(payload).to_bytes(4, "big") + payload


def plain(path: str) -> Ping:
    """One round trip of a request and its reply (the echo's reply is the request)."""
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)

    def ping() -> None:
        sock.sendall(frame(PING))
        assert msgspec.msgpack.decode(sock.recv(65536)[4:])["id"] == 1

    return ping


def measure(pings: dict[str, Ping], count: int) -> dict[str, list[float]]:
    """Seconds of each round trip, taken in turns."""
    for ping in pings.values():
        for _ in range(WARM_UP):
            ping()
    taken: dict[str, list[float]] = {name: [] for name in pings}
    for _ in range(count // TURN):
        for name, ping in pings.items():
            for _ in range(TURN):
                started = time.perf_counter()
                ping()
                taken[name].append(time.perf_counter() - started)
    return taken


def placed(servers: list[int], cores: tuple[int, int] | None) -> None:
    """Servers on the first core, their threads too; this client on the second. None: where the system likes."""
    if cores is None:
        return
    for pid in servers:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {cores[0]})
    os.sched_setaffinity(0, {cores[1]})


def rows(place: str, taken: dict[str, list[float]]) -> list[Row]:
    middle = {name: statistics.median(values) for name, values in taken.items()}
    bare = middle["bare trio echo"]
    shown = {
        name: f"p50 {middle[name] * 1e6:.0f} us, p99 {percentile(values, 99) * 1e6:.0f} us"
        for name, values in taken.items()
    }
    judged = [
        at_most(f"{place}: {name} / echo, p50", middle[name] / bare, MOST, detail=shown[name])
        for name in list(taken)[1:]
    ]
    return [Row(f"{place}: bare trio echo", shown["bare trio echo"]), *judged]


def places() -> dict[str, tuple[int, int] | None]:
    """Name -> (servers' core, client's core)."""
    if not hasattr(os, "sched_getaffinity"):
        return {"anywhere": None}
    cores = sorted(os.sched_getaffinity(0))
    found: dict[str, tuple[int, int] | None] = {"one core": (cores[0], cores[0])}
    if len(cores) > 1:
        found["two cores"] = (cores[0], cores[1])
    return found


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--pings", type=int, help="of each (default: 10000; quick: 2000)")
    parser.add_argument("--echo", help="be the echo server at this path")
    asked = parser.parse_args()
    if asked.echo:
        trio.run(echo, asked.echo)
    with home() as here, echoing(here.path / "echo.sock") as (path, echo_pid):
        here.configure({"only": "http://127.0.0.1:9"})
        here.start()
        assert here.process is not None
        with Client(here.door) as client:
            pings = {
                "bare trio echo": plain(path),
                "daemon, plain socket": plain(here.door),
                "daemon, sync client": client.ping,
            }
            found: list[Row] = []
            for place, cores in places().items():
                placed([echo_pid, here.process.pid], cores)
                found += rows(place, measure(pings, asked.pings or (2000 if asked.quick else 10_000)))
    return report("A ping", found, quick=asked.quick)


if __name__ == "__main__":
    sys.exit(main())
