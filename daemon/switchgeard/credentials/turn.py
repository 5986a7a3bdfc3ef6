"""Turn: one process at a time renews a login, even should two daemons run.

The lock is an flock on a file in the state directory, which the kernel drops however a process ends. Rules for
editing: waiting is bounded, and never blocks the event loop.
"""

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import trio

LOOK = 0.1  # seconds between two tries
PATIENCE = 45.0  # seconds for another process to end its renewal


class Busy(Exception):
    """Another process holds it for too long."""


@asynccontextmanager
async def turn(path: str | None, patience: float) -> AsyncIterator[None]:
    """Hold the lock at `path` while the block runs. `path` None: nobody else can be there. Raises Busy, OSError."""
    if path is None:
        yield
        return
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        await _locked(fd, patience)
        yield
    finally:
        os.close(fd)


def of_login(home: str | None, provider_id: str) -> AbstractAsyncContextManager[None]:
    """The turn at this provider's login. `home`: where the locks are; None: there is but one process."""
    return turn(home and f"{home}/login-{provider_id}.lock", PATIENCE)


async def _locked(fd: int, patience: float) -> None:
    with trio.move_on_after(patience):
        while not _taken(fd):  # noqa: ASYNC110 - the kernel has no event for another process's lock
            await trio.sleep(LOOK)
        return
    raise Busy


def _taken(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
