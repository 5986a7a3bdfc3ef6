"""Instance: exactly one daemon per user serves; this decides which.

The lock is an flock on a file in the runtime directory: the kernel drops it however a process ends,
so nothing has to be cleaned up after a crash. The file itself stays; only the lock means something.
A daemon that loses says who won and exits with EXIT_ALREADY_RUNNING.
"""

import errno
import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from switchgear_protocol.paths import LOCK_NAME, PathError, make_private_dir

EXIT_ALREADY_RUNNING = 75  # EX_TEMPFAIL: nothing is broken, somebody else is doing it
_TRIES = 5  # a lock file can be deleted between open and flock; more than twice is no accident


class AlreadyRunning(Exception):
    """Another daemon of this user serves. `pid` is it, when it said so."""

    def __init__(self, pid: int | None = None) -> None:
        who = f" (pid {pid})" if pid else ""
        super().__init__(f"another switchgeard is already running{who}")
        self.pid = pid
        self.hint = f"kill {pid}" if pid else "switchgear status"


class Taken(AlreadyRunning):
    """Somebody listens at the path though nobody holds the lock: a service manager, which starts the daemon itself, or
    a daemon whose lock file was deleted. Who it is decides what to do, so nothing here says to end it.
    """

    def __init__(self, path: str, pid: int | None) -> None:
        Exception.__init__(self, f"{path} is taken: {_named(pid)} listens there, and may start the daemon itself")
        self.pid = pid
        self.hint = "switchgear service status"


def _named(pid: int | None) -> str:
    """A process, by its name where the system tells it."""
    if pid is None:
        return "somebody"
    try:
        told = Path(f"/proc/{pid}/comm").read_bytes().decode("utf-8", "replace")
        name = "".join(filter(str.isprintable, told))
    except OSError:
        name = "a process"
    return f"{name} (pid {pid})"


@dataclass(slots=True)
class Instance:
    """The held lock. Keep it until the process ends; `release` is for tests and orderly exits."""

    path: str
    fd: int

    def release(self) -> None:
        """Let another daemon begin. Safe to call twice."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def holds(self) -> bool:
        """Whether the file we locked is still the one others would lock."""
        return self.fd >= 0 and _is_file(self.fd, self.path)


def claim(directory: str) -> Instance:
    """Become the daemon of this runtime directory (made 0700 if missing, verified if not).

    Raises AlreadyRunning when another process holds the lock, PathError when the directory or the
    lock file cannot be trusted.
    """
    path = f"{make_private_dir(directory)}/{LOCK_NAME}"
    for _ in range(_TRIES):
        fd = _locked(path)
        if _is_file(fd, path):
            _sign(fd)
            return Instance(path, fd)
        os.close(fd)  # deleted or replaced under us: what we locked protects nothing
    raise PathError(f"cannot lock {path}", "something keeps replacing it", f"rm {path}")


def _locked(path: str) -> int:
    fd = _opened(path)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        pid = _signature(fd)
        os.close(fd)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise AlreadyRunning(pid) from None
        raise PathError(f"cannot lock {path}", error.strerror or str(error), _ELSEWHERE) from error
    return fd


_ELSEWHERE = "set XDG_RUNTIME_DIR to a directory on a local disk"


def _opened(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PathError(f"cannot open {path}", error.strerror or str(error), f"rm {path}") from error


def _is_file(fd: int, path: str) -> bool:
    try:
        there = os.lstat(path)
    except OSError:
        return False
    return os.path.samestat(os.fstat(fd), there)


def _sign(fd: int) -> None:
    """Who holds it, for people: the lock is none the worse without."""
    with suppress(OSError):  # a full disk
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)


def _signature(fd: int) -> int | None:
    text = os.pread(fd, 32, 0).strip()
    return int(text) if text.isdigit() else None
