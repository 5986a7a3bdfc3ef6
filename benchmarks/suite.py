"""Every benchmark, one after the other: the numbers this project promises, each a row with a word.

    python benchmarks/suite.py            all of it, some minutes (make bench-full)
    python benchmarks/suite.py --quick    under a minute (make bench); CI's smoke

Exit code 1 when a row is over its limit; with --quick only for rows that no load on the machine excuses.
"""

import subprocess
import sys
import time
from pathlib import Path

from figures import options

HERE = Path(__file__).parent
QUICK: dict[str, list[str]] = {
    "failover.py": ["--quick"],
    "herd.py": ["--quick"],
    "rpc_ping.py": ["--quick"],
    "starting.py": ["--quick"],
    "idle.py": ["--quick"],
    "prompt.py": ["--quick"],
    "streaming.py": ["--quick"],
    "gateways.py": ["--quick"],
    "crash.py": ["--kills", "20"],
    "outage.py": ["--quick"],
    "catalogue.py": ["--quick"],
}
"""What each is told when time is short; at full length they are told nothing."""


def main() -> int:
    asked = options(__doc__).parse_args()
    began, failed = time.monotonic(), []
    for name, arguments in QUICK.items():
        argv = [sys.executable, str(HERE / name), *(arguments if asked.quick else [])]
        if subprocess.run(argv, check=False).returncode:
            failed.append(name)
    print(
        f"\n{len(QUICK)} benchmarks in {time.monotonic() - began:.0f} s; "
        + (f"over: {', '.join(failed)}" if failed else "all passed")
    )
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
