"""Listening: the socket file, made private, verified, and recognised again later.

Call only under the lock of `instance`: a file left by a killed daemon is removed here, and the lock
is what makes "left by a killed daemon" true. The connect probe is the second opinion, for a lock
file that somebody deleted.
"""

import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

from switchgear_protocol.paths import PathError, checked_length, make_private_dir

from .instance import AlreadyRunning
from .peer import peer_of

BACKLOG = 512  # a burst of shells; the kernel caps it at somaxconn


@dataclass(slots=True)
class SocketFile:
    """A listening Unix socket (non-blocking) and the file it was bound as."""

    path: str
    sock: socket.socket
    identity: tuple[int, int]  # device, inode of the file

    def present(self) -> bool:
        """Whether the file at the path is still ours: not deleted, not replaced."""
        return _identity(self.path) == self.identity

    def unlink(self) -> None:
        """Take the file away if it is still ours, so clients see at once nobody is there."""
        if self.present():
            Path(self.path).unlink()

    def remove(self) -> None:
        """Take the file away and close the socket."""
        self.unlink()
        self.sock.close()


def bind_socket(path: str) -> SocketFile:
    """Listen on `path`: directory 0700 and ours, socket file 0600, a stale one replaced.

    Raises PathError (too long, untrusted directory, in the way) and AlreadyRunning (answered our probe).
    """
    checked_length(path)
    make_private_dir(str(Path(path).parent))
    _clear(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _bind_private(sock, path)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise PathError(f"cannot listen on {path}", error.strerror or str(error), f"ls -ld {path}") from error
    identity = _identity(path)
    assert identity is not None
    return SocketFile(path, sock, identity)


def _bind_private(sock: socket.socket, path: str) -> None:
    """The file exists with its final mode from the first instant: no moment between bind and chmod."""
    before = os.umask(0o177)
    try:
        sock.bind(path)
    finally:
        os.umask(before)


def _clear(path: str) -> None:
    try:
        there = os.lstat(path)
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(there.st_mode):
        raise PathError(f"refusing to replace {path}", "it is not a socket", f"mv {path} {path}.old")
    _probe(path)
    Path(path).unlink()


def _probe(path: str) -> None:
    """Raises AlreadyRunning when somebody accepts connections there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except BlockingIOError:
            raise AlreadyRunning from None  # its backlog is full, so it has one
        except OSError:
            return
        raise AlreadyRunning(peer_of(probe).pid)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        there = os.lstat(path)
    except OSError:
        return None
    return (there.st_dev, there.st_ino)
