"""kill -9 of the whole daemon under load: whatever a client was told must be on disk, and believed again.

Four clients ask and stream without pause; the first offer is limited, the second answers. The daemon is
killed at a random instant and started again over the same files. Then: the ledger is sound, has the row
of every answer any client got (and of every failed attempt it was told of); the limit that was earned
is still believed, so that nobody asks the limited provider again; sessions stay where they were served.
Every other round the limit is forgiven first, and earned anew.

    python benchmarks/outage.py [--kills 500] [--seed 1]
"""

import random
import signal
import sqlite3
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field

from figures import Row, options, report
from limiter import Seen, limiter
from stage import Cast, Home, cast, home
from switchgear import Answer, Client, Error

CLIENTS = 4
LONGEST = 0.25  # seconds of load after the first answer
ROUNDS = 50  # kills until the files are new ones, so that late checks stay as quick as early ones


@dataclass(slots=True)
class Load:
    """Clients at work on one daemon, until it dies."""

    door: str
    round: int
    answered: list[Answer] = field(default_factory=list)
    served: set[str] = field(default_factory=set)  # sessions with an answer
    first: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self.threads = [
            threading.Thread(target=self._work, args=(f"round {self.round}, {number}",)) for number in range(CLIENTS)
        ]
        for thread in self.threads:
            thread.start()

    def join(self) -> None:
        for thread in self.threads:
            thread.join()

    def _work(self, session: str) -> None:
        with suppress(Error), Client(self.door) as client:
            while True:
                self._answered(client.ask("m", "hello", session=session), session)
                with client.stream("m", "hello", session=session) as stream:
                    said = "".join(stream.text())
                assert said
                self._answered(stream.answer, session)

    def _answered(self, answer: Answer, session: str) -> None:
        self.answered.append(answer)
        self.served.add(session)
        self.first.set()

    @property
    def limited(self) -> bool:
        """Whether a client was told that the first offer is limited."""
        return any(attempt.provider == "limited" for answer in self.answered for attempt in answer.attempts)


@dataclass(slots=True)
class Tally:
    """What was seen over all kills."""

    answers: int = 0
    lost: int = 0
    unsound: int = 0
    forgotten: int = 0
    asked_again: int = 0
    strayed: int = 0
    limited: int = 0  # rounds that began with the limit known

    def look_at_file(self, here: Home, answers: list[Answer]) -> None:
        with closing(sqlite3.connect(here.ledger)) as connection:
            self.unsound += connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok"
            present = set(connection.execute("SELECT request, provider FROM attempts"))
        told = {(answer.request, attempt.provider) for answer in answers for attempt in answer.attempts}
        self.answers += len(answers)
        self.lost += len(told - present)
        self.unsound += bool(list(here.ledger.parent.glob("state.db.*corrupt*")))

    def look_at_daemon(self, here: Home, load: Load, limit_known: bool) -> None:
        with Client(here.door) as client:
            health = {provider.id: str(provider.health) for provider in client.status().providers}
            sessions = {session.session: session.provider for session in client.call("sessions/list").sessions}
        self.forgotten += limit_known and health["limited"] == "available"
        self.strayed += sum(sessions.get(name) != "good" for name in load.served)

    def rows(self) -> list[Row]:
        def none(name: str, count: int) -> Row:
            return Row(name, str(count), "= 0", count == 0, exact=True)

        return [
            Row("rounds under a limit known from before", str(self.limited), "> 0", self.limited > 0, exact=True),
            Row("answers given to clients", str(self.answers), "> 0", self.answers > 0, exact=True),
            none("their rows not in the ledger", self.lost),
            none("files unsound or set aside", self.unsound),
            none("limits no longer believed after a restart", self.forgotten),
            none("requests to a provider known to be limited", self.asked_again),
            none("sessions that lost their provider", self.strayed),
        ]


def rounds(kills: int, chance: random.Random, tally: Tally, players: Cast, first: Seen) -> None:
    """So many kills over one set of files."""
    with home() as here:
        here.configure({"limited": first.url} | players.urls)
        here.start()
        known = False  # the limit, by somebody who was told
        for number in range(kills):
            if number % 2 and known:
                forgive(here)
                known = False
            first.since()
            tally.limited += known
            load = Load(here.door, number)
            load.start()
            assert load.first.wait(20), here.log()
            time.sleep(chance.uniform(0, LONGEST))
            here.stop(signal.SIGKILL)
            load.join()
            tally.asked_again += first.since()["hits"] if known else 0
            known = known or load.limited
            tally.look_at_file(here, load.answered)
            here.start()
            tally.look_at_daemon(here, load, known)


def forgive(here: Home) -> None:
    with Client(here.door) as client:
        client.resume("limited")


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--kills", type=int, help="default: 500; quick: 6")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    kills = asked.kills or (6 if asked.quick else 500)
    tally, chance = Tally(), random.Random(asked.seed)
    with limiter(0.0) as first, cast({"good": "ok"}) as players:
        for done in range(0, kills, ROUNDS):
            rounds(min(ROUNDS, kills - done), chance, tally, players, first)
    return report(f"{kills} kills -9 of the daemon under load", tally.rows(), quick=asked.quick)


if __name__ == "__main__":
    sys.exit(main())
