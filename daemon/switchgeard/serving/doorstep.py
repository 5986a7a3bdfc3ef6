"""Doorstep: turns away a connection that cannot be served, in words it can read.

Called when every slot or descriptor is taken, so it costs one non-blocking read and one write: a
client that has already sent its first request gets the answer under its id and in its framing.
"""

import socket

from switchgear_protocol.connection import Connection, RequestReceived, Role
from switchgear_protocol.errors import ErrorObject, error

BUSY = error("busy", "the daemon serves as many connections as it can", hint="close one", retry_after_ms=1000)
PEEK = 4096  # bytes looked at: enough for `initialize` or a small request


def turn_away(sock: socket.socket, why: ErrorObject = BUSY) -> None:
    """Say why and close. `sock` is non-blocking; a peer that is gone already is no error."""
    with sock:
        try:
            sock.send(last_words(_peek(sock), why))
        except OSError:
            pass  # nobody left to tell


def last_words(heard: bytes, why: ErrorObject) -> bytes:
    """The refusal of what was heard so far; one line of JSON when that was nothing."""
    wire = Connection(Role.SERVER)
    asked = [arrival for arrival in wire.receive_data(heard) if isinstance(arrival, RequestReceived)]
    if asked:
        return b"".join(wire.send_error(ask.id, why) for ask in asked)
    return wire.farewell(why)


def _peek(sock: socket.socket) -> bytes:
    try:
        return sock.recv(PEEK)
    except BlockingIOError:
        return b""
