"""kill -9 under load: no acknowledged ledger row may be lost, and the file may never be damaged.

A child opens the store, records rows from many tasks at once, changes beliefs all the while, and
prints each row's name once it was acknowledged. The parent kills it at a random instant, opens the
file as the daemon would, and checks it: every printed row is there, the integrity check passes,
nothing was set aside, and each task's belief is at least as new as its last acknowledged row (a
belief put before a row is committed no later than that row).

    python benchmarks/crash.py [--kills 500] [--seed 1]

Exit code 0 when nothing was lost or damaged. Kill -9 loses no page the kernel has; a power cut is
another matter and not tested here.
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import count
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("protocol", "client", "daemon")]

import trio  # noqa: E402

from switchgear_protocol.words import Billing, Outcome  # noqa: E402
from switchgeard.clock import now  # noqa: E402
from switchgeard.store import AttemptRow, Store  # noqa: E402

TASKS = 50
LONGEST = 0.25  # seconds a child lives after its first row


def child(path: str, run: str) -> None:
    """Record until killed."""
    trio.run(_record_for_ever, Path(path), run)


async def _record_for_ever(path: Path, run: str) -> None:
    async with Store.open(path, now) as store, trio.open_nursery() as nursery:
        for task in range(TASKS):
            nursery.start_soon(_record, store, run, task)


async def _record(store: Store, run: str, task: int) -> None:
    for n in count(1):
        name = f"{run}.{task}.{n}"
        store.put("circuits", str(task), name.encode())
        if await store.record(_row(name)):
            os.write(1, f"{name}\n".encode())  # one write: a kill cannot tear it


def _row(name: str) -> AttemptRow:
    return AttemptRow(
        request=name,
        n=1,
        at=now().wall,
        alias="opus-4.6",
        provider="claude_api",
        model="claude-opus-4-6",
        outcome=Outcome.COMPLETE,
        billing=Billing.METERED,
        input_tokens=1000,
        output_tokens=200,
        cost_usd=0.02,
    )


def kill_once(path: Path, run: str, chance: random.Random) -> list[str]:
    """Start a child, let it work for a random moment, kill it; the rows it said were safe."""
    argv = [sys.executable, __file__, "--child", str(path), run]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(chance.uniform(0, LONGEST))
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
    return [line.decode() for line in (first + rest).split(b"\n") if line]


class Tally:
    """What was seen over all kills."""

    def __init__(self) -> None:
        self.acknowledged = self.lost = self.corrupt = self.behind = 0

    def check(self, path: Path, acknowledged: list[str]) -> None:
        aside = list(path.parent.glob("state.db.corrupt-*"))
        store = Store.open(path, now)
        beliefs = store.load()["circuits"]
        notices = store.take_notices()
        store.close()
        with closing(sqlite3.connect(path)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            present = {name for (name,) in connection.execute("SELECT request FROM attempts")}
        self.acknowledged += len(acknowledged)
        self.lost += len(set(acknowledged) - present)
        self.corrupt += not sound or bool(notices) or list(path.parent.glob("state.db.corrupt-*")) != aside
        self.behind += sum(not _as_new(name, beliefs) for name in acknowledged)

    @property
    def clean(self) -> bool:
        return self.acknowledged > 0 and not (self.lost or self.corrupt or self.behind)


def _as_new(name: str, beliefs: dict[str, bytes]) -> bool:
    run, task, n = name.split(".")
    believed_run, _, believed_n = beliefs.get(task, b"..0").decode().split(".")
    return believed_run == run and int(believed_n) >= int(n)


def main() -> int:
    """Kill, look, and say what was found."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--child", nargs=2, metavar=("PATH", "RUN"), help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.child:
        child(*asked.child)
        return 0
    return _kill_many(asked.kills, random.Random(asked.seed))


def _kill_many(kills: int, chance: random.Random) -> int:
    tally, began = Tally(), now().boot
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state" / "state.db"
        for number in range(kills):
            if number % 25 == 24:  # a small file again, so that late checks stay as quick as early ones
                path = Path(folder) / f"state{number}" / "state.db"
            tally.check(path, kill_once(path, str(number), chance))
    print(
        f"kill -9: {kills} kills in {now().boot - began:.0f} s, {tally.acknowledged} rows acknowledged, "
        f"lost {tally.lost}, corrupt {tally.corrupt}, beliefs older than an acknowledged row {tally.behind}"
    )
    return 0 if tally.clean else 1


if __name__ == "__main__":
    sys.exit(main())
