"""An idle daemon: the processor time it takes, and the memory it holds.

Processor time is utime + stime of /proc/PID/stat, in clock ticks, plus the voluntary context switches of
all its threads: a daemon that sleeps without timers makes none. Measured fresh, and again with a client
connected and listening for events after a streamed answer. The daemon runs without what only a
development environment has and its dependencies would pick up there (rich, click). Linux only.

    python benchmarks/idle.py [--quick] [--seconds 30]
"""

import sys
import time
from contextlib import suppress
from pathlib import Path

from figures import Row, at_most, options, report
from stage import cast, home
from switchgear import Client, Error

MEMORY = 45.0  # MB of VmRSS
AS_INSTALLED = """
import runpy, sys
sys.modules.update(dict.fromkeys(("rich", "click", "pygments")))
runpy.run_module("switchgeard", run_name="__main__")
"""
KEYED = """
[[providers]]
id = "keyed"
kind = "anthropic"
base_url = "{}"

[[models]]
alias = "keyed"
group = [{{provider = "keyed", model = "x"}}]
"""
FLUSHED = 1.5  # seconds until beliefs are on disk (0.4), and all is quiet but trio's spare threads
ALONE = 11.0  # seconds until those have ended too (10)


def ticks(pid: int) -> int:
    """utime + stime."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def wakes(pid: int) -> dict[str, int]:
    """Voluntary context switches of each thread."""
    found = {}
    for file in Path(f"/proc/{pid}/task").glob("*/status"):
        with suppress(OSError):  # it has just ended
            lines = file.read_text().splitlines()
            found[file.parent.name] = next(int(x.split()[1]) for x in lines if x.startswith("voluntary_ctxt_switches"))
    return found


def memory(pid: int) -> tuple[float, float]:
    """(VmRSS, PSS) in MB."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except PermissionError:  # the daemon is sealed against everybody but root
        rollup = ["Pss: 0 kB"]
    resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    share = next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return resident / 1024, share / 1024


def sleeping(name: str, pid: int, seconds: float) -> list[Row]:
    time.sleep(ALONE if seconds + FLUSHED > 10 else FLUSHED)
    used, before = ticks(pid), wakes(pid)
    time.sleep(seconds)
    # a spare thread of trio's that ended meanwhile takes its count along
    used, woke = ticks(pid) - used, sum(count - before.get(thread, 0) for thread, count in wakes(pid).items())
    return [
        Row(f"{name}: clock ticks in {seconds:g} s", str(used), "= 0", used == 0, exact=True),
        Row(f"{name}: wake-ups in {seconds:g} s", str(woke), "= 0", woke == 0, exact=True),
    ]


def weigh(name: str, pid: int) -> Row:
    resident, share = memory(pid)
    return at_most(f"{name}: VmRSS", resident, MEMORY, " MB", detail=f"PSS {share:.1f} MB")


def main() -> int:
    parser = options(__doc__)
    parser.add_argument("--seconds", type=float, help="how long it is watched (default: 30; quick: 3)")
    asked = parser.parse_args()
    if not Path("/proc/self/smaps_rollup").exists():
        print("\nidle: not measured, this system has no /proc")
        return 0
    seconds = asked.seconds or (3.0 if asked.quick else 30.0)
    with cast({"only": "ok"}) as players, home() as here:
        here.program = ("-P", "-c", AS_INSTALLED)
        here.configure(players.urls)
        with (here.path / "config.toml").open("a") as config:
            config.write(KEYED.format(players.urls["only"]))
        here.start()
        rows = [*sleeping("fresh", here.pid, seconds), weigh("fresh", here.pid)]
        with Client(here.door) as client:
            feed = client.events()
            next(feed)
            client.ask("m", "hello")
            rows.append(weigh("after one answer", here.pid))
            for _ in range(300):
                client.ask("m", "hello")
            with client.stream("m", "hello") as stream:
                list(stream.text())
            rows += sleeping("with a listener, after 300 answers", here.pid, seconds)
            rows.append(weigh("after 300 answers", here.pid))
            with suppress(Error):  # there is no key, and often no keyring either
                client.ask("keyed", "hello")
            views = client.call("credentials/list").credentials
            found = next(view.state for view in views if view.provider == "keyed")
            rows.append(weigh(f"after a look into the OS keyring ({found})", here.pid))
    return report("An idle daemon", rows, quick=asked.quick)


if __name__ == "__main__":
    sys.exit(main())
