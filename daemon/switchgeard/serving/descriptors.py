"""Descriptors: a process may run out of them, and the daemon has to stay polite when it does.

An accept that fails for want of a descriptor leaves the connection waiting, so a naive loop spins.
A few descriptors are kept in reserve; giving one up lets us accept, say `busy`, and close.
"""

import errno
import os
import resource

RESERVED = 8  # enough for a refusal, a keyring call and a SQLite journal at the worst moment
BASE = 32  # what the daemon itself keeps open: listeners, state.db, wake-ups, log, reserve

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})
"""errno values of accept that mean: not now, and not this connection's fault."""


class Reserve:
    """Descriptors held open only to be given up."""

    def __init__(self, size: int = RESERVED):
        self._size = size
        self._held: list[int] = []
        self.refill()

    def __len__(self) -> int:
        return len(self._held)

    def spend(self) -> bool:
        """Free one descriptor; False when none is left."""
        if not self._held:
            return False
        os.close(self._held.pop())
        return True

    def refill(self) -> None:
        """Hold as many again as the system allows."""
        while len(self._held) < self._size:
            try:
                self._held.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
            except OSError:
                return

    def close(self) -> None:
        while self.spend():
            pass


def raise_limit() -> int:
    """Lift the soft limit on descriptors to the hard one; the limit now in force."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError):
        return soft  # macOS refuses "unlimited"; the soft limit serves
    return hard


def affordable(connections: int) -> int:
    """How many of so many connections the limit carries: each may need a second one, upstream."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit == resource.RLIM_INFINITY:
        return connections
    return max(1, min(connections, (limit - BASE) // 2))
