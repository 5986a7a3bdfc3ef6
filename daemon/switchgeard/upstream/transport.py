"""Transport: carries one HTTPCall to its provider and the reply back, as bytes.

Over our own HTTP/1.1 (`connection`, `head`, `body`, `line`): a general client's layers cost four times
as much for each call and chunk, and its pool is slower at 64 in flight than one after the other.

Rules for editing: nothing is followed, decoded or configured from the environment: the dialled host is
the call's host, always. No read deadline lives here; the attempt owns those with cancel scopes, and
cancelling closes the socket at once.
"""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

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

    @asynccontextmanager
    async def open(
        self, call: HTTPCall, *, connect: float, still_wanted: Callable[[], bool] = lambda: True
    ) -> AsyncIterator[Reply]:
        """Send `call` and yield its reply; leaving closes whatever was not read. `connect`: seconds for TCP + TLS.

        `still_wanted` is asked right before the first byte is written; False raises Withdrawn.
        Raises TransportFault. A redirect is a reply like any other.
        """
        request = _prepared(call)
        origin = request.where.origin
        connection, head = await self._send(request, connect, self._turns.at(origin, still_wanted))
        try:
            yield Reply(head, connection)
            if connection.keepable and not connection.reusable:
                await _read_tail(connection)
        finally:
            if connection.reusable:
                self._idle.put(origin, connection)
            else:
                connection.close()

    async def drop_idle(self) -> None:
        """Close every idle connection."""
        self._idle.close()

    async def aclose(self) -> None:
        """Close what is idle; calls in flight close with the tasks that own them."""
        self._idle.close()

    async def _send(self, request: Outgoing, connect: float, turn: Turn) -> tuple[Connection, Head]:
        self._drop_what_slept()
        where = request.where
        if kept := self._idle.take(where.origin):
            with suppress(Unanswered):  # it had been dead; once more, on a new one
                return kept, await _exchange(kept, request, turn)
        line = await Dial(where, self._tls() if where.secure else None).within(connect)
        fresh = Connection(line)
        return fresh, await _exchange(fresh, request, turn)

    def _drop_what_slept(self) -> None:
        if self._asleep() - self._slept > SUSPENDED:
            self._slept = self._asleep()
            self._idle.close()

    def _tls(self) -> ssl.SSLContext:
        self._context = self._context or self._build_context()
        return self._context


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
