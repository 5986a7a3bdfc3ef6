"""The daemon without a manager: who runs it now, and how it is told to leave.

Rules for editing: who runs is read from the lock the daemon holds, never by connecting: a connection would make
a service manager start one.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time

from switchgear.cli.failed import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LOCK_NAME = "switchgear.lock"
PATIENCE = 20.0  # seconds: running answers get ten
LOOK = 0.05


def running(socket: str) -> int | None:
    """The pid of the daemon that has the runtime directory of this socket; None: there is none, or it has not signed
    (it has just begun, or its disk is full)."""
    text = _signature(socket) or b""
    return int(text) if text.isdigit() else None


def held(socket: str) -> bool:
    """Whether a daemon has the runtime directory of this socket."""
    return _signature(socket) is not None


def _signature(socket: str) -> bytes | None:
    """What its holder wrote into the lock; None: nobody holds it."""
    try:
        lock = os.open(f"{os.path.dirname(socket)}/{LOCK_NAME}", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.pread(lock, 32, 0).strip()
    finally:
        os.close(lock)
    return None


def tell_to_leave(pid: int) -> None:
    """It takes no new work, finishes what runs, and leaves."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass


def wait_until_gone(socket: str, pid: int, note: Callable[[str], None]) -> None:
    """CommandError when it is still there after PATIENCE."""
    end, told = time.monotonic() + PATIENCE, False
    while running(socket) == pid:
        if time.monotonic() > end:
            why = f"it has work in flight after {PATIENCE:g} s"
            raise CommandError(
                f"the daemon (pid {pid}) is still finishing",
                why,
                f"kill {pid}   (ends it at once; where not: kill -9 {pid})",
            )
        if not told and time.monotonic() > end - PATIENCE + 1.0:
            note(f"waiting for the daemon (pid {pid}) to finish what runs")
            told = True
        time.sleep(LOOK)
