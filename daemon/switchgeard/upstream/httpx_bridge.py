"""Bridge: `httpx.AsyncClient(transport=Bridge(...))` over the daemon's own connections.

For what may once want more than `fetch` does: httpx's requests, forms, JSON and redirect rules, our dialling, TLS,
proxies-are-ignored and identity-only rules. Nothing in the daemon uses it today.

Rules for editing: the only module that knows httpx, which takes 80 ms and 8 MB to load: nothing on the
way of a completion imports this. A reply that is encoded is refused here too.
"""

from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from typing import TypeVar

import httpx  # noqa: TID251
import trio

from switchgear_protocol.words import FailureKind
from switchgeard.core.failure import Failure

from .call import HTTPCall
from .reply import Reply
from .transport import Transport, TransportFault

OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
CONNECT = 10.0  # seconds, where the client sets no limit
ERRORS = {"connect": httpx.ConnectError, "tls": httpx.ConnectError, "write": httpx.WriteError, "read": httpx.ReadError}

Found = TypeVar("Found")


class Bridge(httpx.AsyncBaseTransport):
    """The connections are the transport's: closing the client closes none.

    httpx's connect and read limits hold. Headers that came more than once are joined, cookies too.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpx.TransportError. A streamed request body is read whole first."""
        limits = request.extensions.get("timeout", {})
        wait, connect = limits.get("read"), limits.get("connect") or CONNECT
        call, opened = await _call(request), AsyncExitStack()
        try:
            opening = opened.enter_async_context(self._transport.open(call, connect=connect))
            reply = await _within(None if wait is None else connect + wait, opening)
        except TransportFault as fault:
            raise _error(fault.failure) from fault
        return httpx.Response(reply.status, headers=reply.headers, stream=_Stream(reply, opened, wait))


class _Stream(httpx.AsyncByteStream):
    """An iterator and not a generator: it may be left in the middle without clean-up of its own."""

    def __init__(self, reply: Reply, opened: AsyncExitStack, wait: float | None) -> None:
        self._reply = reply
        self._opened = opened
        self._wait = wait
        self._pieces: AsyncIterator[bytes] | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            self._pieces = self._pieces or self._reply.chunks()
            piece = await _within(self._wait, anext(self._pieces, b""))
        except TransportFault as fault:
            raise _error(fault.failure) from fault
        if not piece:
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        await self._opened.aclose()


async def _call(request: httpx.Request) -> HTTPCall:
    headers = [(name.lower(), value) for name, value in request.headers.multi_items() if name.lower() not in OURS]
    body = await request.aread()
    return HTTPCall(request.method, str(request.url), (*headers, ("accept-encoding", "identity")), body)


async def _within(seconds: float | None, coming: Awaitable[Found]) -> Found:
    with trio.move_on_after(float("inf") if seconds is None else seconds):
        return await coming
    raise httpx.ReadTimeout(f"nothing came for {seconds:g} s")


def _error(failure: Failure) -> httpx.TransportError:
    if failure.kind == FailureKind.TIMEOUT:
        return httpx.ConnectTimeout(failure.message)
    return ERRORS.get(failure.code or "", httpx.RemoteProtocolError)(failure.message)
