"""The lock beside the socket, which the daemon holds as long as it lives: whether one runs, and which.

Rules for editing: read, never connected to: a connection would make a service manager start one. The command imports
this on many starts: nothing but what the lock needs.
"""

from __future__ import annotations

import fcntl
import os

from switchgear_protocol.paths import lock_path


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
        lock = os.open(lock_path(socket), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.pread(lock, 32, 0).strip()
    finally:
        os.close(lock)
    return None
