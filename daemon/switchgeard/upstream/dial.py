"""Dialling a provider's address: name, TCP, TLS.

Rules for editing: the limit covers all three, and the failure says which of them it was. A socket made
here is given away or closed. No proxy, no environment: the host dialled is the call's host, always.
"""

import socket
import ssl
from typing import Literal

import trio
from trio.lowlevel import wait_readable, wait_writable

from switchgeard.core.failure import transport_failure

from .fault import TransportFault, dial_failure
from .head import Place
from .line import Line

Phase = Literal["connect", "tls"]


class Dial:
    """One try to reach a place; `context` is for https."""

    def __init__(self, where: Place, context: ssl.SSLContext | None) -> None:
        self._where = where
        self._context = context
        self._phase: Phase = "connect"

    async def within(self, seconds: float) -> Line:
        """The line. Raises TransportFault."""
        with trio.move_on_after(seconds):
            try:
                return Line(await self._reach())
            except (OSError, UnicodeError) as error:
                raise TransportFault(dial_failure(error, self._phase)) from error
        limit = f"no connection within {seconds:g} s"
        raise TransportFault(transport_failure(self._phase, limit, timed_out=True))

    async def _reach(self) -> socket.socket:
        sock = await _connected(self._where.host, self._where.port)
        if self._context is None:
            return sock
        self._phase = "tls"
        return await _secured(sock, self._context, self._where.host)


async def _connected(host: str, port: int) -> socket.socket:
    """Over whichever of the host's addresses answers first. TCP_NODELAY is set by trio's stream."""
    stream = await trio.open_tcp_stream(host, port)
    taken = stream.socket
    family, kind, protocol = taken.family, taken.type, taken.proto
    sock = socket.socket(family, kind, protocol, fileno=taken.detach())
    sock.setblocking(False)
    return sock


async def _secured(plain: socket.socket, context: ssl.SSLContext, host: str) -> socket.socket:
    """TLS over it, certificate and name checked by the context. Raises ssl.SSLError."""
    try:
        sock = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        plain.close()
        raise
    try:
        await _shake_hands(sock)
    except BaseException:
        sock.close()
        raise
    return sock


async def _shake_hands(sock: ssl.SSLSocket) -> None:
    while True:
        try:
            sock.do_handshake()
            return
        except ssl.SSLWantReadError:
            await wait_readable(sock)
        except ssl.SSLWantWriteError:
            await wait_writable(sock)
