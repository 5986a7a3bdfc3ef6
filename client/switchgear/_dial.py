"""Opens the daemon's socket and makes sure that it is really ours before anything is sent.

Rules for editing: stdlib only; the command imports this on every start, so nothing heavy.
"""

import errno
import os
import socket
import struct
import sys

from ._errors import DaemonUnavailable

XUCRED_SIZE = 76  # macOS struct xucred: u32 version, u32 uid, i16 ngroups, u32 groups[16]
LOCAL_PEERCRED = 1
SOL_LOCAL = 0

START = "switchgear status"  # every command of the user's starts the daemon
NOT_RUNNING = (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTDIR)


def dial(path: str, timeout: float | None = 5.0) -> socket.socket:
    """A connected socket (its timeout set to `timeout` seconds) to this user's daemon at `path`.

    Raises DaemonUnavailable when nobody listens there or the listener is another user's.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _connect(connection, path, timeout)
        check_peer(connection, path)
    except OSError as error:
        connection.close()
        raise _unavailable(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(connection: socket.socket, path: str, timeout: float | None) -> None:
    """Waits while the daemon's backlog is full, which a non-blocking connect cannot: EAGAIN is final there."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval(timeout))
    connection.connect(path)
    connection.settimeout(timeout)


def timeval(seconds: float | None) -> bytes:
    """For SO_SNDTIMEO and SO_RCVTIMEO; None: no limit."""
    return struct.pack("ll", 0, 0) if seconds is None else struct.pack("ll", int(seconds), int(seconds % 1 * 1e6) or 1)


def check_peer(connection: socket.socket, path: str) -> None:
    """Raises DaemonUnavailable unless the other end runs as this user."""
    uid = peer_uid(connection)
    if uid != os.getuid():
        raise DaemonUnavailable(
            f"refusing to talk to {path}",
            why=f"it is served by uid {uid}, not by you (uid {os.getuid()})",
            hint="check who owns it: ls -ld its directory; then set XDG_RUNTIME_DIR or SWITCHGEAR_SOCKET",
            kind="foreign_daemon",
        )


def peer_uid(connection: socket.socket) -> int:
    """The uid of the process at the other end of a Unix socket. OSError when the system does not tell."""
    if sys.platform == "darwin":
        packed = connection.getsockopt(SOL_LOCAL, LOCAL_PEERCRED, XUCRED_SIZE)
        return int(struct.unpack_from("=II", packed)[1])
    packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", packed)[1])


def _unavailable(path: str, error: OSError) -> DaemonUnavailable:
    """What a failed connect means, and what to do about it."""
    if error.errno in NOT_RUNNING:
        return DaemonUnavailable("the Switchgear daemon is not running", why=f"nobody listens at {path}", hint=START)
    if isinstance(error, TimeoutError) or error.errno == errno.EAGAIN:
        return DaemonUnavailable("the Switchgear daemon does not answer", why=f"{path} takes no connection", hint=START)
    return DaemonUnavailable("cannot reach the Switchgear daemon", why=f"{path}: {error.strerror or error}")
