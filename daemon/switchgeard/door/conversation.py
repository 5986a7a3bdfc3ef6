"""Conversation: one HTTP connection, from accept to close.

Rules for editing: requests are served one after the other in this one task; to spawn one for each would
cost more than the rest of the door. One scope ends it: the client's leaving (its EOF too: an HTTP client
that reads its answer keeps its side open), a deadline, or the daemon's end. Who it is stands in front of
every body byte; a route's bug costs that request its answer, never another's.
"""

import socket
import struct
import traceback
from collections.abc import Callable
from pathlib import Path

import structlog
import trio
from msgspec import Struct

from switchgeard.serving.intake import Intake

from . import wire
from .admission import Check, Entrance, admit
from .exchange import Exchange, Route
from .head import UNREAD, Head
from .incoming import PIECE, Incoming
from .limits import Limits
from .outgoing import Outgoing
from .refusal import (
    BUG,
    DRAINING,
    ENCODED,
    FULL,
    NO_SUCH_METHOD,
    NOT_EXPECTED,
    STOPPED,
    Refusal,
    Refuse,
    large_body,
    neutral,
)

LAST_WORDS = 1.0  # seconds to say why it ends
NEVER = frozenset(["OPTIONS", "TRACE", "CONNECT"])  # nothing here is for pages, mirrors or tunnels
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close as a failure

log = structlog.get_logger("switchgeard.door")


class House(Struct, frozen=True):
    """What is behind the door, the same for every conversation."""

    routes: Route
    check: Check
    refuse: Refuse
    limits: Limits
    intake: Intake
    settled: Callable[[], object]  # called whenever a request has ended


class Conversation:
    """Serves one connected socket. `run` returns when both sides are done; `leave` ends it at once."""

    def __init__(self, sock: socket.socket, number: int, entrance: Entrance, house: House):
        """`sock`: non-blocking, closed by the caller."""
        self._sock = sock
        self.number = number
        self.entrance = entrance
        self._house = house
        self._scope = trio.CancelScope()
        self._incoming = Incoming(sock, house.limits, house.intake, self._scope)
        self._outgoing = Outgoing(sock, house.limits.unread, self.leave)
        self._head = UNREAD  # of the request at hand
        self._exchange: Exchange | None = None
        self._gone = False
        self._stopped = False
        self._draining = False
        self._fresh = True  # it has asked for nothing yet
        self.busy = False  # a request has begun that is not answered

    def __repr__(self) -> str:
        return f"<Conversation {self.number}: {'busy' if self.busy else 'idle'}>"

    @property
    def called(self) -> bool:
        """Whether a request is at hand, or about to be: who has just come in has one, and bytes are one's beginning."""
        return self.busy or self._fresh or self._unread()

    def _unread(self) -> bool:
        try:
            return bool(self._sock.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def leave(self) -> None:
        """End everything at once: nobody reads any more."""
        self._gone = True
        self._scope.cancel()

    def retire(self) -> None:
        """The request that runs is the last; a new one is told to come back."""
        self._draining = True
        if self._exchange is not None:
            self._exchange.closing = True

    def dismiss(self) -> None:
        """No other request may follow; without one that runs, this is the end."""
        if self.busy:
            self.retire()
        else:
            self.leave()

    def stop(self) -> None:
        """Cancel what runs, and say so if nothing was said yet."""
        self._stopped = self.busy
        self._gone = not self.busy
        self._scope.cancel()

    async def run(self) -> None:
        """Serve until the client is done, late, or gone."""
        try:
            with self._scope:
                while await self._serve_one():
                    pass
                await self._part()
            if parting := self._parting():
                with trio.move_on_after(LAST_WORDS):
                    await self._refuse(parting)
                    await self._part()
        finally:
            self._incoming.release()

    # --- one request -----------------------------------------------------------------------

    async def _serve_one(self) -> bool:
        """Read a request and answer it; whether another may follow."""
        self._head = UNREAD
        head = await self._incoming.head()
        if not isinstance(head, Head):
            return await self._refuse(head)
        self.busy, self._fresh, self._head = True, False, head
        client = self._admit(head)
        if isinstance(client, Refusal):
            return await self._refuse(client)
        if self._incoming.waiting(head):
            await self._outgoing.send(wire.CONTINUE)
        body = await self._incoming.body(head)
        if not isinstance(body, bytes):
            return await self._refuse(body)
        closing = self._draining or self._incoming.pipelined or not head.persistent
        return await self._serve(Exchange(head, client, body, closing, self._outgoing))

    def _admit(self, head: Head) -> str | Refusal:
        """The client's name, or why this request is not even read to its end."""
        client = admit(head, self.entrance, self._house.check)
        if isinstance(client, Refusal):
            log.debug("request.refused", status=client.status, entrance=self.entrance.name)
            return client
        if self._draining:
            return DRAINING
        if head.method in NEVER:
            return NO_SUCH_METHOD
        if head.headers.get("content-encoding", "").lower() not in ("", "identity"):
            return ENCODED
        if head.expects not in ("", "100-continue"):
            return NOT_EXPECTED
        if (head.length or 0) > self._house.limits.body:
            return large_body(self._house.limits.body)
        return FULL if self._house.intake.refuses(head.length or 0) else client

    async def _serve(self, exchange: Exchange) -> bool:
        self._exchange = exchange
        try:
            await self._house.routes(exchange)
            if not exchange.ended:
                raise RuntimeError("the route left its answer unfinished")
        except Exception as bug:  # noqa: BLE001 - whatever a route gets wrong must stay with this request
            self._log(bug)
            return await self._amend(exchange)
        self._exchange = None
        self._rest()
        return not exchange.closing

    async def _amend(self, exchange: Exchange) -> bool:
        """After a bug: a plain 500, or an end that nobody takes for a whole answer."""
        if exchange.begun:
            self._cut(exchange)
            return False
        return await self._refuse(BUG)

    def _rest(self) -> None:
        self._incoming.release()
        self.busy = False
        self._house.settled()

    # --- endings ---------------------------------------------------------------------------

    async def _refuse(self, refusal: Refusal | None) -> bool:
        """Say no; None: nobody is left to hear it. No other request follows: more of this one may be on its way."""
        if refusal is not None:
            self._incoming.calm()
            status, body, headers = self._told(self._head, refusal)
            headers, headless = (*headers, *refusal.headers), self._head.method == "HEAD"
            await self._outgoing.send(wire.whole(status, headers, body, close=True, headless=headless))
        self._rest()
        return False

    def _told(self, head: Head, refusal: Refusal) -> tuple[int, bytes, tuple[wire.Header, ...]]:
        try:
            return self._house.refuse(head, refusal)
        except Exception as bug:  # noqa: BLE001 - a dialect that cannot say it must not keep us from saying it
            self._log(bug)
            return neutral(head, refusal)

    async def _part(self) -> None:
        """Close in a way that lets the client read what it was told: to close on unread bytes resets."""
        if self._gone:
            return
        try:
            self._sock.shutdown(socket.SHUT_WR)
            with trio.move_on_after(self._house.limits.linger):
                await self._ignore()
        except OSError:
            pass  # it was faster

    async def _ignore(self) -> None:
        while True:
            await trio.lowlevel.wait_readable(self._sock)
            try:
                if not self._sock.recv(PIECE):
                    return
            except (BlockingIOError, InterruptedError):
                continue

    def _parting(self) -> Refusal | None:
        """What is left to say after the scope ended; None: nothing, or nobody to hear it."""
        if self._gone or not self._scope.cancelled_caught:
            return None
        if self._exchange is not None and self._exchange.begun:
            self._cut(self._exchange)
            return None
        return STOPPED if self._stopped else self._incoming.late

    def _cut(self, exchange: Exchange) -> None:
        """Chunks lack their end; where only the connection's end would tell, make it a failure."""
        self._rest()
        if not exchange.chunked:
            self._gone = True
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def _log(self, bug: Exception) -> None:
        """By type and place only: its message may quote what a user sent."""
        last = traceback.extract_tb(bug.__traceback__)[-1:]
        place = "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last)
        log.error("request.bug", error=type(bug).__name__, place=place, connection=self.number)
