"""A crowd meets a rate limit: how many requests still reach an offer after its first 429.

The first offer answers 429, Retry-After 60. Fifty clients ask at once; it counts who comes
after it sent its first 429 (at once, and held for 20 ms so that many are in flight). Then the same one
after the other, where exactly one may come. Everybody must be answered by the second offer.

    python benchmarks/herd.py [--quick]
"""

import sys
import threading

from figures import Row, at_most, options, report
from limiter import limiter
from stage import cast, home
from switchgear import Client

CROWD = 50
BEYOND = 4


def ask_at_once(door: str, crowd: int) -> list[str]:
    """Who served each of them."""
    served: list[str] = []
    gate = threading.Barrier(crowd)

    def one() -> None:
        with Client(door) as client:
            client.ping()  # connected before the gate opens
            gate.wait()
            served.append(client.ask("m", "hello").served_by.provider)

    threads = [threading.Thread(target=one) for _ in range(crowd)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return served


def ask_in_turn(door: str, count: int) -> list[str]:
    with Client(door) as client:
        return [client.ask("m", "hello").served_by.provider for _ in range(count)]


def meet(name: str, hold: float, rounds: int) -> list[Row]:
    """The crowd's worst round, then a quiet row of single requests."""
    beyond, reached, strays = 0, [], 0
    with limiter(hold) as first, cast({"second": "ok"}) as players, home() as here:
        here.configure({"first": first.url} | players.urls)
        here.start()
        with Client(here.door) as client:
            for _ in range(rounds):
                strays += sum(who != "second" for who in ask_at_once(here.door, CROWD))
                seen = first.since()
                beyond = max(beyond, seen["after_first"])
                reached.append(seen["hits"])
                client.resume("first")
            strays += sum(who != "second" for who in ask_in_turn(here.door, CROWD))
        alone = first.since()["hits"]
    return [
        at_most(f"{name}: {CROWD} at once, reached it after its first 429 (worst)", beyond, BEYOND, exact=True),
        Row(f"{name}: {CROWD} at once, reached it in all", f"{min(reached)} to {max(reached)}"),
        Row(f"{name}: {CROWD} in turn, reached it", str(alone), "= 1", alone == 1, exact=True),
        Row(f"{name}: not answered by the second offer", str(strays), "= 0", strays == 0, exact=True),
    ]


def main() -> int:
    asked = options(__doc__).parse_args()
    rounds = 3 if asked.quick else 20
    rows = [*meet("429 at once", 0.0, rounds), *meet("429 after 20 ms", 0.02, rounds)]
    return report(f"A crowd of {CROWD} and a 429 with Retry-After 60", rows, quick=asked.quick)


if __name__ == "__main__":
    sys.exit(main())
