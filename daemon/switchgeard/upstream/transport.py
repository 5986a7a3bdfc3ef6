"""Transport: carries one HTTPCall to its provider and the reply back, as bytes.

Over our own HTTP/1.1 (`connection`, `head`, `body`, `line`): a general client's layers cost four times
as much for each call and chunk, and its pool is slower at 64 in flight than one after the other.

Rules for editing: nothing is followed, decoded or configured from the environment: the dialled host is
the call's host, always. No read deadline lives here; the attempt owns those with cancel scopes, and
cancelling closes the socket at once.
"""

import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from types import TracebackType

import trio

from switchgear_protocol.words import FailureKind
from switchgeard.core.failure import Failure

from . import tls
from .call import HTTPCall
from .connection import Connection
from .dial import Dial
from .fault import TransportFault, Unanswered
from .head import Head, Outgoing, outgoing
from .idle import PER_ORIGIN, TOTAL, Idle
from .reply import Reply
from .turn import Turn, Turns

__all__ = ["Reply", "Transport", "TransportFault"]

SUSPENDED = 1.0  # seconds; two clocks are never read at quite the same moment
TAIL_BYTES = 65_536  # read past the consumer's last wish, so that the connection can be kept
TAIL_SECONDS = 0.005


class Transport:
    """Opens calls over kept or new connections. One per daemon.

    `context` builds the TLS context, once, at the first https call. `asleep`: seconds the machine has
    been suspended since its start; when it grows, every idle connection is dead without knowing it.
    """

    def __init__(
        self,
        *,
        context: Callable[[], ssl.SSLContext] = tls.verifying_context,
        idle_per_origin: int = PER_ORIGIN,
        idle_total: int = TOTAL,
        asleep: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._build_context = context
        self._context: ssl.SSLContext | None = None
        self._idle = Idle(idle_per_origin, idle_total)
        self._turns = Turns()
        self._asleep = asleep
        self._slept = asleep()

    def __repr__(self) -> str:
        return f"<Transport: {self.idle} idle>"

    @property
    def idle(self) -> int:
        """Connections waiting for work."""
        return len(self._idle)

    def open(
        self, call: HTTPCall, *, connect: float, still_wanted: Callable[[], bool] = lambda: True
    ) -> AbstractAsyncContextManager[Reply]:
        """Send `call` and yield its reply; leaving closes whatever was not read. `connect`: seconds for TCP + TLS.

        `still_wanted` is asked right before the first byte is written; False raises Withdrawn.
        Raises TransportFault. A redirect is a reply like any other.
        """
        return _Opened(self, call, connect, still_wanted)

    async def send(
        self, request: Outgoing, connect: float, still_wanted: Callable[[], bool]
    ) -> tuple[Connection, Head]:
        """The connection that answered, and the reply's head. Raises TransportFault, Withdrawn."""
        self._drop_what_slept()
        where, turn = request.where, self._turns.at(request.where.origin, still_wanted)
        if kept := self._idle.take(where.origin):
            with suppress(Unanswered):  # it had been dead; once more, on a new one
                return kept, await _exchange(kept, request, turn)
        line = await Dial(where, self._tls() if where.secure else None).within(connect)
        fresh = Connection(line)
        return fresh, await _exchange(fresh, request, turn)

    def put_aside(self, origin: str, connection: Connection) -> None:
        """Keep it for the next call, or close it."""
        if connection.reusable:
            self._idle.put(origin, connection)
        else:
            connection.close()

    async def aclose(self) -> None:
        """Close what is idle; calls in flight close with the tasks that own them."""
        self._idle.close()

    def _drop_what_slept(self) -> None:
        if self._asleep() - self._slept > SUSPENDED:
            self._slept = self._asleep()
            self._idle.close()

    def _tls(self) -> ssl.SSLContext:
        self._context = self._context or self._build_context()
        return self._context


@dataclass(slots=True)
class _Opened:
    """One call while its reply is read. No generator: that costs as much as reading the head."""

    transport: Transport
    call: HTTPCall
    connect: float
    still_wanted: Callable[[], bool]
    origin: str = ""
    connection: Connection | None = None

    async def __aenter__(self) -> Reply:
        request = _prepared(self.call)
        self.origin = request.where.origin
        self.connection, head = await self.transport.send(request, self.connect, self.still_wanted)
        return Reply(head, self.connection)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.connection is not None
        try:
            if kind is None and self.connection.keepable and not self.connection.reusable:
                await _read_tail(self.connection)
        finally:
            self.transport.put_aside(self.origin, self.connection)


def _prepared(call: HTTPCall) -> Outgoing:
    try:
        return outgoing(call)
    except ValueError as error:
        raise TransportFault(Failure(FailureKind.INVALID_REQUEST, str(error))) from None


async def _exchange(connection: Connection, request: Outgoing, turn: Turn) -> Head:
    try:
        return await connection.exchange(request, turn)
    except BaseException:
        connection.close()
        raise


async def _read_tail(connection: Connection) -> None:
    """Read the few bytes behind a terminal marker when they are already here: it saves the next TLS handshake."""
    left = TAIL_BYTES
    with trio.move_on_after(TAIL_SECONDS), suppress(TransportFault):
        while left > 0 and (piece := await connection.piece()):
            left -= len(piece)
