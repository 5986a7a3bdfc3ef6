"""Whether to connect would start a daemon: its socket is a service manager's, and nobody runs behind it.

Rules for editing: nothing here connects. That somebody listens is the kernel's word; that no daemon runs, the
lock's. A socket that came from another machine has no lock beside it and is asked like any other, where the user
named it and has no service here.
"""

from __future__ import annotations

import os
import stat
import sys

from switchgear.cli.lock import held
from switchgear_protocol.paths import lock_path

LISTENS = 0x10000  # __SO_ACCEPTCON among the flags of /proc/net/unix
TABLE = "/proc/net/unix"
WHY = "a service manager listens at {} and starts it at the first request"


def asleep(path: str, *, chosen: bool) -> bool:
    """`path`: of the socket; `chosen`: the user named it. False too where a connection is refused by the kernel."""
    return not held(path) and listened(path) and (_has_lock(path) or not chosen or _installed())


def listened(path: str) -> bool:
    """Whether somebody listens there. Where the kernel has no table of them: whether it is a socket."""
    try:
        here = os.stat(path)
        with open(TABLE, encoding="utf-8", errors="surrogateescape") as table:
            return any(_is_file(line, path, here) for line in table)
    except FileNotFoundError:
        return sys.platform != "linux" and os.path.exists(path) and stat.S_ISSOCK(here.st_mode)
    except OSError:
        return False


def _is_file(line: str, path: str, here: os.stat_result) -> bool:
    """One line of the table: "Num RefCount Protocol Flags Type St Inode Path". Links may lead there by another name."""
    told = line.rstrip("\n").split(None, 7)
    if len(told) < 8 or not told[3].isalnum() or os.path.basename(told[7]) != os.path.basename(path):
        return False
    try:
        return bool(int(told[3], 16) & LISTENS) and os.path.samestat(os.stat(told[7]), here)
    except (OSError, ValueError):
        return False


def _has_lock(path: str) -> bool:
    """Whether a daemon has ever run here: it leaves the file."""
    return os.path.lexists(lock_path(path))


def _installed() -> bool:
    from .choice import KEEPERS

    return any(keeper.installed(os.environ) for keeper in KEEPERS)
