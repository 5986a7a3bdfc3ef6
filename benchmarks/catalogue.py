"""What the shipped facts of models cost: their size in the wheel, and the time to read them once.

python benchmarks/catalogue.py [--quick]
"""

import statistics
import sys
import time
from importlib import resources

from figures import at_most, options, report
from switchgeard.catalogue.shipped import shipped

LIMIT_MS = 15.0
LIMIT_KB = 300.0


def load() -> float:
    """Milliseconds to read the shipped facts as a daemon does, the file included."""
    shipped.cache_clear()
    began = time.perf_counter()
    shipped()
    return (time.perf_counter() - began) * 1e3


def main() -> int:
    asked = options(__doc__).parse_args()
    size = len(resources.files("switchgeard.catalogue").joinpath("facts.msgpack.gz").read_bytes()) / 1000
    taken = statistics.median(load() for _ in range(5 if asked.quick else 50))
    rows = [
        at_most("facts of models in the wheel", size, LIMIT_KB, " kB", exact=True),
        at_most("facts of models read, once a daemon", taken, LIMIT_MS, " ms"),
    ]
    return report("The catalogue", rows, quick=asked.quick)


if __name__ == "__main__":
    sys.exit(main())
