"""Peer: which user, and which process, is on the other end of a Unix socket.

The file modes of the socket and its directory are the first wall; this is the second, asked of the
kernel on every accept, because a mode can be loosened by a stray chmod and the kernel cannot lie.
"""

import os
import socket
import struct
import sys

import structlog
from msgspec import Struct

_UCRED = struct.Struct("=iII")  # Linux: pid, uid, gid
_XUCRED = struct.Struct("=II")  # macOS: version, uid, then groups nobody needs
_XUCRED_SIZE = 76
_SOL_LOCAL, _LOCAL_PEERCRED, _LOCAL_PEERPID = 0, 1, 2  # sys/un.h; Python does not name them

log = structlog.get_logger("switchgeard.serving.peer")


class Peer(Struct, frozen=True):
    uid: int
    pid: int | None = None  # of the process that connected; None where the system does not tell


if sys.platform == "darwin":

    def _ask(sock: socket.socket) -> Peer:
        answer = sock.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_SIZE)
        if len(answer) < _XUCRED.size:
            raise OSError("the system gave no peer credentials")
        uid = _XUCRED.unpack_from(answer)[1]
        return Peer(uid, sock.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID) or None)

else:

    def _ask(sock: socket.socket) -> Peer:
        pid, uid, _ = _UCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
        return Peer(uid, pid or None)


def peer_of(sock: socket.socket) -> Peer:
    """The peer of a connected Unix socket, as the kernel recorded it at connect.

    Raises OSError when the kernel will not say; treat that as a stranger.
    """
    return _ask(sock)


def is_ours(peer: Peer) -> bool:
    """Whether the peer is the user this daemon runs as. Root is a stranger too: it has its own."""
    return peer.uid == os.geteuid()


def recognized(sock: socket.socket) -> Peer | None:
    """The peer, when it is our own user; None for a stranger, who is logged and is to be told nothing."""
    try:
        peer = peer_of(sock)
    except OSError:
        peer = None
    if peer is None or not is_ours(peer):
        log.warning("connection.refused", reason="another user", uid=peer and peer.uid)
        return None
    return peer
