"""The only module that reads clocks.

Everything else takes a `Now`, or a `Clock` to ask for one when it starts something. So a test can
run thirty days in a millisecond, and a wall clock that jumps cannot move a deadline.
"""

import time
from collections.abc import Callable

from switchgeard.core.clock import Now

Clock = Callable[[], Now]

# Linux counts suspend in BOOTTIME; macOS' monotonic clock is the nearest it has.
_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> Now:
    """Both clocks, read once: epoch seconds and seconds since boot."""
    return Now(wall=time.time(), boot=time.clock_gettime(_BOOT))  # noqa: TID251 - this is the one place


def asleep() -> float:
    """Seconds this machine has been suspended since its start; 0 where the system cannot tell."""
    return time.clock_gettime(_BOOT) - time.clock_gettime(time.CLOCK_MONOTONIC)


def monotonic_us() -> int:
    """Microseconds of CLOCK_MONOTONIC, as systemd compares them."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
