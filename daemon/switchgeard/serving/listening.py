"""Listening: the socket file, made private, verified, and recognised again later.

Call only under the lock of `instance`: a file left by a killed daemon is removed here, and the lock
is what makes "left by a killed daemon" true. The connect probe is the second opinion, for a lock
file that somebody deleted. A socket handed over by a service manager is taken as it is, once it is known
to be the right one, and outlives us: its file is the manager's.
"""

import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

from switchgear_protocol.paths import PathError, checked_length, make_private_dir

from .instance import Taken
from .peer import peer_of

BACKLOG = 512  # a burst of shells; the kernel caps it at somaxconn


@dataclass(slots=True)
class SocketFile:
    """A listening Unix socket (non-blocking) and the file it was bound as."""

    path: str
    sock: socket.socket
    identity: tuple[int, int]  # device, inode of the file
    lent: bool = False  # by a service manager, who listens on when we are gone

    def present(self) -> bool:
        """Whether the file at the path is still ours: not deleted, not replaced."""
        return _identity(self.path) == self.identity

    def unlink(self) -> None:
        """Take the file away if it is still ours, so clients see at once nobody is there."""
        if self.present() and not self.lent:
            Path(self.path).unlink()

    def remove(self) -> None:
        """Take the file away and close the socket."""
        self.unlink()
        self.sock.close()


def bind_socket(path: str) -> SocketFile:
    """Listen on `path`: directory 0700 and ours, socket file 0600, a stale one replaced.

    Raises PathError (too long, untrusted directory, in the way) and Taken (somebody answered our probe).
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


def adopt_socket(fd: int) -> SocketFile:
    """The listening socket a service manager handed over, its file made 0600 in a directory that is ours alone.

    Raises PathError when it is no socket of ours that listens where clients can find it.
    """
    sock = _listening(fd)
    path = str(sock.getsockname())
    try:
        make_private_dir(str(Path(path).parent))
        identity = _made_private(path)
    except PathError:
        sock.close()
        raise
    sock.setblocking(False)
    return SocketFile(path, sock, identity, lent=True)


def _listening(fd: int) -> socket.socket:
    """Raises PathError unless it is a Unix stream socket that listens under a path."""
    try:
        sock = socket.socket(fileno=fd)
    except OSError as error:
        raise PathError("cannot use the socket handed over", error.strerror or str(error), _UNIT) from error
    listens = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    name = sock.getsockname()
    if sock.family != socket.AF_UNIX or sock.type != socket.SOCK_STREAM or not listens or not str(name).startswith("/"):
        sock.close()
        raise PathError("refusing the socket handed over", "it is no Unix stream socket that listens", _UNIT)
    return sock


_UNIT = "switchgear service install"


def _made_private(path: str) -> tuple[int, int]:
    """The file of a socket handed over: there, a socket, ours; its mode is set, as managers have habits."""
    try:
        there = os.lstat(path)
    except OSError as error:
        raise PathError(f"cannot use {path}", error.strerror or str(error), _RESTART) from error
    if not stat.S_ISSOCK(there.st_mode) or there.st_uid != os.getuid():
        raise PathError(f"refusing to use {path}", f"it is no socket of yours (uid {os.getuid()})", f"ls -l {path}")
    Path(path).chmod(0o600)
    return (there.st_dev, there.st_ino)


_RESTART = "systemctl --user restart switchgeard.socket"


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
    """Raises Taken when somebody accepts connections there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except BlockingIOError:
            raise Taken(path, None) from None  # its backlog is full, so it has one
        except OSError:
            return
        raise Taken(path, peer_of(probe).pid)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        there = os.lstat(path)
    except OSError:
        return None
    return (there.st_dev, there.st_ino)
