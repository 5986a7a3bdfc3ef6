"""At once, as a busy machine counts: what it keeps the processor from us is not held against us.

A limit on the wall clock would fail a test because of its neighbours; one on processor time would not see us wait. So
what is measured is the time between, less what this thread stood ready to run and was not let.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trio

PATIENCE = 60.0  # seconds until what does not come at all is given up
TOLD = Path("/proc/thread-self/schedstat").exists()  # the system tells how long a thread was kept waiting


@contextmanager
def promptly(seconds: float) -> Iterator[None]:
    """The block takes at most so long; what it waits for happens in this very thread."""
    begun = own_time()
    with trio.fail_after(PATIENCE):
        yield
    took = own_time() - begun
    assert took <= (seconds if TOLD else busy(seconds)), f"it took {took:.3f} s of our own time"


def busy(seconds: float) -> float:
    """A limit for what other processes do, too: longer by as much as there are more of them than processors."""
    return seconds * max(1.0, 2 * os.getloadavg()[0] / (os.cpu_count() or 1))


def own_time() -> float:
    """Seconds, of which those do not count that this thread was kept waiting for a processor."""
    return time.monotonic() - kept_waiting()


def kept_waiting(process: int | str = "thread-self") -> float:
    """Seconds that this thread (or a process's first) stood ready to run and was not let; 0.0 where nobody knows."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
