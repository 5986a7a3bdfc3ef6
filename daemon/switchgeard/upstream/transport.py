"""Transport: carries one HTTPCall to its provider and the reply back, as bytes.

Rules for editing: the only module that knows httpx (an interface of ours, so that another transport
can take over). Every exception of httpx ends here, as a TransportFault carrying a Failure. Nothing
is followed, decoded or configured from the environment: the dialed host is the call's host, always.
No read deadline lives here; the attempt owns those with cancel scopes, and cancelling closes the
socket at once.

Why not httpx's pool: it scans every connection for every request, which is slower at 64 in flight
than one after the other. A Carrier is one connection; idle ones wait in a LIFO per origin.
"""

import errno
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import httpx  # noqa: TID251
import trio

from switchgear_protocol.words import FailureKind
from switchgeard.core.failure import Failure, garbled, transport_failure

from . import tls
from .call import HTTPCall
from .kinds import endpoint
from .turn import Turn, Turns

KEEPALIVE = 60.0  # seconds an idle connection may be reused; providers close theirs after about as long
IDLE_PER_ORIGIN = 16
IDLE_TOTAL = 64
SUSPENDED = 1.0  # seconds; two clocks are never read at quite the same moment
TAIL_BYTES = 65_536  # read past the consumer's last wish, so that the connection can be kept
TAIL_SECONDS = 0.005
OUR_OWN_LIMITS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class TransportFault(Exception):
    """No (whole) reply came. `failure` says why, and whether the request had left us."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Reply:
    """Status, headers (lower-case names, duplicates joined with ", ") and a body to be read once."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.headers = _joined(response.headers.raw)
        self.finished = False  # the body was read to its end: the connection can serve again
        self._broken = False
        self._encoded = self.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")
        self._stream = cast(httpx.AsyncByteStream, response.stream)
        self._pieces = self._stream.__aiter__()

    def __repr__(self) -> str:
        return f"<Reply {self.status}>"

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives, at most 64 KiB at a time. Raises TransportFault when it breaks off."""
        if self._encoded:
            raise TransportFault(garbled(f"encoded reply: {self.headers['content-encoding']}", status=self.status))
        return _Chunks(self)

    async def head(self, limit: int = TAIL_BYTES) -> bytes:
        """What can be had of an error's body, at most `limit` bytes: its status counts even if the rest broke off."""
        start = bytearray()
        try:
            async for chunk in self.chunks():
                start += chunk
                if len(start) >= limit:
                    break
        except TransportFault:
            pass  # cut, encoded: the status alone is the evidence
        return bytes(start[:limit])

    async def piece(self) -> bytes:
        """The next bytes, b"" at the end. Raises TransportFault."""
        try:
            return await anext(self._pieces)
        except StopAsyncIteration:
            await self._stream.aclose()  # hands the connection back to its one-place pool
            self.finished = not self._broken
            return b""
        except httpx.HTTPError as error:
            self._broken = True
            raise TransportFault(_read_failure(error)) from error
        except trio.Cancelled:
            self._broken = True
            raise

    async def exhaust(self) -> None:
        """Let the closed connection be noticed: an abandoned async generator would be reported by trio.

        Ends soon: the socket is closed, so at most one buffered read (64 KiB) is left in it.
        """
        with suppress(TransportFault):
            while await self.piece():
                pass


class _Chunks:
    """An iterator and not a generator: it may be left in the middle without clean-up of its own."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def __aiter__(self) -> "_Chunks":
        return self

    async def __anext__(self) -> bytes:
        chunk = await self._reply.piece()
        if not chunk:
            raise StopAsyncIteration
        return chunk


class _Body(httpx.AsyncByteStream):
    """The request's body in one piece; no generator, since a failed write leaves it in the middle."""

    def __init__(self, body: bytes) -> None:
        self._left = [body] if body else []

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


class _Progress:
    """How far one exchange got, told by httpcore's trace hook."""

    def __init__(self, scope: trio.CancelScope, turn: Turn) -> None:
        self.dialed = False  # a new connection was made for this exchange
        self.phase = "write"
        self.sent = False
        self.streams: list[Any] = []  # sockets made, to be closed if nobody else does
        self._scope = scope
        self._turn = turn

    async def trace(self, name: str, info: dict[str, Any]) -> None:
        match name:
            case "connection.connect_tcp.started":
                self.dialed, self.phase = True, "connect"
            case "connection.start_tls.started":
                self.phase = "tls"
            case "connection.connect_tcp.complete" | "connection.start_tls.complete":
                self.streams.append(info["return_value"])
            case "http11.send_request_headers.started":
                self.phase = "write"
                self._scope.deadline = float("inf")  # the connect limit has been kept
                await self._turn.take()
            case "http11.send_request_body.complete":
                self.sent, self.phase = True, "read"
                self._turn.leave()


class Carrier:
    """One connection to one origin, new or kept; carries one exchange at a time."""

    def __init__(self, context: ssl.SSLContext) -> None:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE)
        self._transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits)
        self._streams: list[Any] = []

    async def exchange(self, call: HTTPCall, connect: float, turn: Turn) -> Reply:
        """Send and read the reply's head. Raises TransportFault, Withdrawn; _Stale when a kept connection was dead."""
        scope = trio.CancelScope(deadline=trio.current_time() + connect)
        progress = _Progress(scope, turn)
        try:
            with scope:
                return Reply(await self._transport.handle_async_request(_request(call, progress)))
        except httpx.HTTPError as error:
            if not progress.dialed and not _is_garbage(error):
                raise _Stale from error
            raise TransportFault(_open_failure(error, progress)) from error
        finally:
            turn.leave()
            self._streams = progress.streams or self._streams
        limit = f"no connection within {connect:g} s"
        raise TransportFault(transport_failure("tls" if progress.phase == "tls" else "connect", limit, timed_out=True))

    async def close(self) -> None:
        """At once, also under cancellation; sockets left over by a cancelled handshake too."""
        with trio.CancelScope(shield=True):
            await self._transport.aclose()
            for stream in self._streams:
                await stream.aclose()


class _Stale(Exception):
    """A kept connection died before any reply: the far end had closed it. No reply's head was received."""


class Transport:
    """Opens calls over kept or new connections. One per daemon.

    `context` builds the TLS context, once, at the first https call. `asleep`: seconds the machine has
    been suspended since its start; when it grows, every idle connection is dead without knowing it.
    """

    def __init__(
        self,
        *,
        context: Callable[[], ssl.SSLContext] = tls.verifying_context,
        idle_per_origin: int = IDLE_PER_ORIGIN,
        idle_total: int = IDLE_TOTAL,
        asleep: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._build_context = context
        self._secure: ssl.SSLContext | None = None
        self._plain = tls.blind_context()
        self._idle: dict[str, list[Carrier]] = {}  # last in, first out
        self._turns = Turns()
        self._idle_per_origin = idle_per_origin
        self._idle_total = idle_total
        self._asleep = asleep
        self._slept = asleep()

    def __repr__(self) -> str:
        return f"<Transport: {self.idle} idle>"

    @property
    def idle(self) -> int:
        """Connections waiting for work."""
        return sum(map(len, self._idle.values()))

    @asynccontextmanager
    async def open(
        self, call: HTTPCall, *, connect: float, still_wanted: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[Reply]:
        """Send `call` and yield its reply; leaving closes whatever was not read. `connect`: seconds for TCP + TLS.

        `still_wanted` is asked right before the first byte is written; False raises Withdrawn.
        Raises TransportFault. A redirect is a reply like any other.
        """
        origin = endpoint(call.url)
        carrier, reply = await self._send(origin, call, connect, self._turns.at(origin, still_wanted))
        try:
            yield reply
            await _read_tail(reply)
        finally:
            if reply.finished:
                await self._keep(origin, carrier)
            else:
                await _hang_up(carrier, reply)

    async def drop_idle(self) -> None:
        """Close every idle connection."""
        carriers = [carrier for kept in self._idle.values() for carrier in kept]
        self._idle.clear()
        for carrier in carriers:
            await carrier.close()

    async def aclose(self) -> None:
        """Close what is idle; calls in flight close with the tasks that own them."""
        await self.drop_idle()

    async def _send(self, origin: str, call: HTTPCall, connect: float, turn: Turn) -> tuple[Carrier, Reply]:
        if self._asleep() - self._slept > SUSPENDED:
            self._slept = self._asleep()
            await self.drop_idle()
        for carrier in self._carriers(origin):
            try:
                return carrier, await carrier.exchange(call, connect, turn)
            except _Stale:
                await carrier.close()
            except BaseException:
                await carrier.close()
                raise
        raise AssertionError("a new connection is never stale")

    def _carriers(self, origin: str) -> Iterator[Carrier]:
        """The connection used last, if there is one; then a new one."""
        if kept := self._idle.get(origin):
            yield kept.pop()
        yield Carrier(self._context(origin))

    def _context(self, origin: str) -> ssl.SSLContext:
        if not origin.startswith("https:"):
            return self._plain
        self._secure = self._secure or self._build_context()
        return self._secure

    async def _keep(self, origin: str, carrier: Carrier) -> None:
        kept = self._idle.setdefault(origin, [])
        kept.append(carrier)
        if len(kept) > self._idle_per_origin:
            await kept.pop(0).close()
        elif self.idle > self._idle_total:
            await self._drop_oldest_of_another(origin)

    async def _drop_oldest_of_another(self, origin: str) -> None:
        victim = max((name for name, kept in self._idle.items() if kept), key=lambda name: len(self._idle[name]))
        carrier = self._idle[victim].pop(0)
        if not self._idle[victim] and victim != origin:
            del self._idle[victim]
        await carrier.close()


async def _read_tail(reply: Reply) -> None:
    """Read the few bytes behind a terminal marker when they are already here: it saves the next TLS handshake."""
    left = TAIL_BYTES
    with trio.move_on_after(TAIL_SECONDS):
        with suppress(TransportFault):
            while left > 0 and (piece := await reply.piece()):
                left -= len(piece)


async def _hang_up(carrier: Carrier, reply: Reply) -> None:
    await carrier.close()
    with trio.CancelScope(shield=True):
        await reply.exhaust()


def _request(call: HTTPCall, progress: _Progress) -> httpx.Request:
    url = httpx.URL(call.url)
    headers = [("host", url.netloc.decode("ascii")), *call.headers]
    if call.body:
        headers.append(("content-length", str(len(call.body))))
    return httpx.Request(
        call.method, url, headers=headers, stream=_Body(call.body), extensions={"trace": progress.trace}
    )


def _joined(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _open_failure(error: httpx.HTTPError, progress: _Progress) -> Failure:
    """Before the reply's head: who could not be reached, or what broke."""
    if progress.phase in ("connect", "tls"):
        return _connect_failure(error, progress.phase)
    if _is_garbage(error):
        return garbled(f"not an HTTP reply: {error}", sent=progress.sent)
    return transport_failure("read" if progress.sent else "write", _plainly(error), sent=progress.sent)


def _connect_failure(error: httpx.HTTPError, phase: str) -> Failure:
    causes = list(_causes(error))
    if any(isinstance(cause, OSError) and cause.errno in OUR_OWN_LIMITS for cause in causes):
        return Failure(FailureKind.LOCAL, "out of file descriptors or memory", code="connect")
    for cause in causes:
        if isinstance(cause, ConnectionRefusedError):
            return transport_failure("connect", "connection refused: nothing listens there", refused=True)
        if isinstance(cause, socket.gaierror):
            return transport_failure("connect", f"host name not found: {cause.strerror}")
        if isinstance(cause, ssl.SSLCertVerificationError):
            return transport_failure("tls", f"certificate not trusted: {cause.verify_message}")
    return transport_failure("tls" if phase == "tls" else "connect", str(causes[-1]) or "could not connect")


def _read_failure(error: httpx.HTTPError) -> Failure:
    """After the reply's head: a cut is the network's doing, broken framing the provider's."""
    if _is_garbage(error):
        return garbled(f"broken HTTP framing: {error}")
    return transport_failure("read", _plainly(error), sent=True)


def _plainly(error: httpx.HTTPError) -> str:
    """What the system calls it ("connection reset by peer"), else the library."""
    said = [os.strerror(cause.errno) for cause in _causes(error) if isinstance(cause, OSError) and cause.errno]
    return (said[0] if said else str(error) or "connection reset").lower()


def _is_garbage(error: httpx.HTTPError) -> bool:
    cut = ("disconnected without sending", "peer closed connection")
    return isinstance(error, httpx.RemoteProtocolError) and not any(words in str(error) for words in cut)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and all it came from, groups opened (trio dials several addresses).

    httpcore's pool raises `from None`, which drops the cause but not the context.
    """
    yield error
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _causes(member)
    if origin := error.__cause__ or error.__context__:
        yield from _causes(origin)
