"""Sealing: what the daemon holds in memory is not written to a core file, nor read by another process.

A crash must not leave credentials on disk, and a curious process of the same user must not find them in
/proc/PID/mem or /proc/PID/environ. This raises the cost; it is no defence against the user's own debugger
run as root. Rules for editing: called first of all, before any credential is looked for; never a reason not to start.
"""

import resource
import sys

PR_SET_DUMPABLE = 4  # linux/prctl.h


def seal() -> None:
    """No core files, for this process and what it starts; on Linux also no reading by others."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a limit may always be lowered
    if sys.platform == "linux":
        _undumpable()


def _undumpable() -> None:
    import ctypes

    try:
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    except (OSError, AttributeError):
        pass  # a C library without it
