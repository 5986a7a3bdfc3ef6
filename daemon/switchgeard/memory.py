"""Memory: what the collector and the allocator are told once the daemon is up."""

import ctypes
import gc
from contextlib import suppress

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
LARGE = 256 * 1024  # bytes


def settle() -> None:
    """What start-up made stays for good: keep the collector from walking it again and again.

    And let large bodies have memory of their own, given back with them: glibc would learn from each to keep it.
    """
    gc.collect()
    gc.freeze()
    with suppress(AttributeError, OSError):  # another libc knows better
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, LARGE)
        libc.mallopt(M_TRIM_THRESHOLD, 4 * LARGE)  # setting one stops it from learning the other
