"""Conversation: one client's connection, from accept to close.

Rules for editing: what the wire allows is `Connection`'s business, what a method does is the
dispatcher's; here is only who waits for whom. Every request is a task in its own cancel scope and is
answered exactly once. The end of the client's sending is not its end: what is in flight is finished
and feeds go on until it hangs up. A method's bug costs that request its answer, never the connection.
"""

import socket
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from math import inf
from pathlib import Path

import structlog
import trio
from msgspec import Struct

from switchgear_protocol.connection import CancelReceived, Connection, In, Phase, Refused, RequestReceived, Role
from switchgear_protocol.errors import ErrorObject, error
from switchgear_protocol.limits import DEFAULT, Limits
from switchgear_protocol.messages import EVENT, EventsSubscribe, Subscribed
from switchgeard.bus import Bus, Subscriber
from switchgeard.rpc_error import RpcError

from .caller import Caller, Dispatch, Id
from .intake import Intake
from .peer import Peer
from .writer import Writer

CHUNK = 64 * 1024  # bytes per read: one system call for any ordinary frame
FEEDS = 8  # subscriptions of one connection; each may hold a ring of events

INLINE = frozenset(
    [
        "initialize",
        "status",
        "models/list",
        "models/show",
        "providers/list",
        "sessions/list",
        "sessions/pin",
        "sessions/unpin",
        "quota/list",
        "route/explain",
        "events/subscribe",
        "spend/allow",
    ]
)
"""Methods that only ask `State` and wait for nothing: answered without a task of their own, which
halves the time of a ping. Any other may take long, and must be open to `$/cancelRequest` meanwhile."""

WHILE_DRAINING = frozenset(["initialize", "status"])
"""Answered to the last, so that one can see why the rest is not."""

NO_SCOPE: AbstractContextManager[object] = nullcontext()

log = structlog.get_logger("switchgeard.serving.server")

CANCELLED = error("cancelled", "the request was cancelled")
STOPPED = error("shutting_down", "the daemon stopped before this was done", hint="ask again", retry_after_ms=2000)
DRAINING = error(
    "shutting_down", "the daemon is shutting down", hint="ask again in a moment", retry_after_ms=2000, begun=False
)
BUG = error("internal", "the daemon made a mistake; this request is lost, others are not", hint="see the daemon's log")
TOO_SLOW = error("timeout_first_frame", "no whole message came in time", hint="send a request after connecting")
FULL = error("busy", "too much of what clients sent is under way", hint="send it again", retry_after_ms=1000)
CROWDED = error("busy", f"a connection may have {FEEDS} event feeds", hint="cancel one of them")


class Running:
    """A request being served: its scope, and what to answer should the scope be cancelled."""

    __slots__ = ("answer", "scope", "size")

    def __init__(self, size: int) -> None:
        self.scope = trio.CancelScope()
        self.size = size  # bytes it came in
        self.answer: ErrorObject = CANCELLED

    def cancel(self, answer: ErrorObject) -> None:
        self.answer = answer
        self.scope.cancel()


class Feed:
    """A subscription of this connection: what it iterates and how it is ended."""

    __slots__ = ("scope", "subscriber")

    def __init__(self, subscriber: Subscriber):
        self.subscriber = subscriber
        self.scope = trio.CancelScope()

    def end(self) -> None:
        self.subscriber.close()
        self.scope.cancel()


class Conversation:
    """Serves one connected socket. `run` returns when both sides are done; `leave` ends it at once."""

    def __init__(
        self,
        sock: socket.socket,
        number: int,
        peer: Peer,
        dispatch: Dispatch,
        bus: Bus,
        *,
        intake: Intake,
        limits: Limits = DEFAULT,
        settled: Callable[[], object] = lambda: None,
    ):
        """`sock`: non-blocking, closed by the caller. `settled` is called whenever a request has ended."""
        self._sock = sock
        self.number = number
        self._peer = peer
        self._dispatch = dispatch
        self._bus = bus
        self._intake = intake
        self._arriving = 0  # bytes of it that belong to no request yet
        self._limits = limits
        self._settled = settled
        self._wire = Connection(Role.SERVER, limits=limits)
        self._writer = Writer(sock, limits)
        self._running: dict[Id, Running] = {}
        self._feeds: dict[Id, Feed] = {}
        self._scope = trio.CancelScope()
        self.draining = False  # new requests are refused
        self._hushed = False  # nothing more is read
        self._at_rest = False  # nothing is read that was not taken yet

    def __repr__(self) -> str:
        state = "draining" if self.draining else "open"
        return f"<Conversation {self.number}: {state}, {len(self._running)} running, {len(self._feeds)} feeds>"

    @property
    def busy(self) -> bool:
        """Whether a request runs."""
        return bool(self._running)

    async def flush(self) -> None:
        """Wait until every answer given so far is with the kernel."""
        await self._writer.flush()

    async def hush(self) -> None:
        """Read nothing more. What the client sends from now on stays with the kernel, which tells it so when we
        close (a reset instead of an end): then it knows that its request was not begun.
        """
        self._hushed = True
        while not self._at_rest:
            await trio.lowlevel.checkpoint()
        await self.flush()

    def leave(self) -> None:
        """End everything at once: the peer is gone."""
        self._scope.cancel()

    def stop(self) -> None:
        """Cancel what runs; each request is still answered, with `shutting_down`."""
        for running in self._running.values():
            running.cancel(STOPPED)

    async def run(self) -> None:
        """Serve until the client is done and answered. Raises OSError or PeerStalled when it went away."""
        try:
            with self._scope:
                await self._converse()
        finally:
            self._at_rest = True
            self._forget_feeds()
            self._intake.held -= self._arriving

    async def _converse(self) -> None:
        async with trio.open_nursery() as ring:
            ring.start_soon(self._writer.run)
            async with trio.open_nursery() as self._work:
                await self._read()
            await self._writer.flush()
            ring.cancel_scope.cancel()

    # --- reading ---------------------------------------------------------------------------

    async def _read(self) -> None:
        """Take in what comes: the first byte soon, each frame whole in a while; between frames silence is fine."""
        due = inf
        with trio.CancelScope(deadline=trio.current_time() + self._limits.first_byte) as patience:
            while data := await self._receive():
                if patience.deadline != inf:  # to set it anew costs as much as to decode a frame
                    patience.deadline = inf  # serving takes as long as it takes
                self._weigh(len(data))
                if self._intake.refuses(self._arriving):
                    await self._send(lambda: self._wire.farewell(FULL))
                    await self._hang_up()
                arrivals = self._wire.receive_data(data)
                for arrival in arrivals:
                    await self._take(arrival)
                    if len(arrivals) > 1:  # a client that sends hundreds at once gets no more than its turn
                        await trio.lowlevel.checkpoint()
                if arrivals:
                    self._weigh(-self._arriving)  # what runs has its share, the rest is done with
                due = self._due(due, begins_anew=bool(arrivals))
                if due != inf:
                    patience.deadline = due
        if patience.cancelled_caught:
            await self._send(lambda: self._wire.farewell(TOO_SLOW))
            await self._hang_up()
        for arrival in self._wire.receive_eof():
            await self._take(arrival)

    def _weigh(self, more: int) -> None:
        self._arriving += more
        self._intake.held += more

    def _due(self, before: float, *, begins_anew: bool) -> float:
        """When the frame that has begun must be whole; `before` is what held until now."""
        if not self._wire.unfinished and self._wire.phase is not Phase.NEW:
            return inf
        return trio.current_time() + self._limits.first_frame if begins_anew or before == inf else before

    async def _receive(self) -> bytes:
        """The next bytes, none at EOF."""
        while True:
            self._at_rest = True
            await trio.lowlevel.wait_readable(self._sock)
            if self._hushed:
                await trio.sleep_forever()
            self._at_rest = False
            try:
                return self._sock.recv(CHUNK)
            except (BlockingIOError, InterruptedError):
                continue

    async def _take(self, event: In) -> None:
        match event:
            case RequestReceived():
                await self._begin(event)
            case CancelReceived(id=id):
                self._cancel(id)
            case Refused(reply=reply, fatal=fatal):
                await self._send(lambda: reply)
                if fatal:
                    await self._hang_up()
            case _:
                pass  # replies and progress: we never ask a client anything

    async def _hang_up(self) -> None:
        """The last word is said: let it reach the kernel, then end everything."""
        await self._writer.flush()
        self.leave()

    async def _begin(self, ask: RequestReceived) -> None:
        if self.draining and ask.method not in WHILE_DRAINING:
            await self._send(lambda: self._wire.send_error(ask.id, DRAINING))
            return
        if ask.method in INLINE:
            await self._reply(ask, await self._outcome(ask, NO_SCOPE) or CANCELLED)
            return
        self._running[ask.id] = running = Running(self._arriving)
        self._arriving = 0
        self._work.start_soon(self._serve, ask, running)

    def _cancel(self, id: Id) -> None:
        """Cancel the request, or end the feed it started."""
        if id in self._running:
            self._running[id].cancel(CANCELLED)
        else:
            self._end_feed(id)

    # --- one request -----------------------------------------------------------------------

    async def _serve(self, ask: RequestReceived, running: Running) -> None:
        try:
            answer = await self._outcome(ask, running.scope)
        finally:
            self._intake.held -= running.size
        await self._reply(ask, running.answer if answer is None else answer)
        del self._running[ask.id]
        self._settled()

    async def _outcome(self, ask: RequestReceived, scope: AbstractContextManager[object]) -> Struct | None:
        """The method's result, or the ErrorObject to answer instead; None when the scope was cancelled."""
        try:
            with scope:
                return await self._dispatch(self._caller(ask.id), ask.method, ask.params, ask.id)
        except Exception as raised:  # noqa: BLE001 - whatever a method gets wrong must stay with this request
            return answer_to(raised, ask.method, self.number)
        return None

    async def _reply(self, ask: RequestReceived, answer: Struct) -> None:
        if isinstance(answer, ErrorObject):
            self._end_feed(ask.id)
            refusal = answer
            await self._send(lambda: self._wire.send_error(ask.id, refusal))
            return
        await self._send(lambda: self._result(ask, answer))
        if ask.id in self._feeds:  # its reply opens it: no event may come before
            self._work.start_soon(self._tell, self._feeds[ask.id])

    def _result(self, ask: RequestReceived, answer: Struct) -> bytes:
        try:
            return self._wire.send_result(ask.id, answer)
        except (TypeError, ValueError) as bug:  # what the method returned cannot be encoded
            return self._wire.send_error(ask.id, told(bug, ask.method, self.number))

    def _caller(self, id: Id) -> Caller:
        return Caller(
            connection=self.number,
            request=id,
            client=self._wire.peer.name,
            framing=str(self._wire.framing),
            uid=self._peer.uid,
            pid=self._peer.pid,
            send_progress=partial(self._progress, id),
            start_feed=partial(self._start_feed, id),
        )

    async def _progress(self, id: Id, *values: Struct) -> None:
        await self._writer.room()
        frames = b"".join([self._wire.send_progress(id, value) for value in values])
        try:
            self._writer.post(frames)
        except OSError:  # the client is gone: no bug of the method that tells it something
            self.leave()
            await trio.lowlevel.checkpoint()

    async def _send(self, frame: Callable[[], bytes]) -> None:
        """Make a frame and send it when there is room: frames that wait are not even made."""
        await self._writer.room()
        self._writer.post(frame())

    # --- event feeds -----------------------------------------------------------------------

    def _start_feed(self, id: Id, ask: EventsSubscribe) -> Subscribed:
        self._end_feed(id)  # a client that uses an id again means the new one
        if len(self._feeds) >= FEEDS:
            raise RpcError(CROWDED)
        subscriber, opening = self._bus.subscribe(ask)
        self._feeds[id] = Feed(subscriber)
        return opening

    def _end_feed(self, id: Id) -> None:
        feed = self._feeds.pop(id, None)
        if feed is not None:
            feed.end()

    async def _tell(self, feed: Feed) -> None:
        with feed.scope:
            async for note in feed.subscriber:
                await self._writer.room()
                self._writer.post(self._wire.send_notification(EVENT, note))

    def _forget_feeds(self) -> None:
        while self._feeds:
            self._end_feed(next(iter(self._feeds)))


def answer_to(raised: Exception, method: str, connection: int) -> ErrorObject:
    """What to answer when a method raises: its refusal, alone or wrapped by a nursery, or BUG."""
    while isinstance(raised, ExceptionGroup) and len(raised.exceptions) == 1:
        raised = raised.exceptions[0]
    return raised.answer if isinstance(raised, RpcError) else told(raised, method, connection)


def told(bug: Exception, method: str, connection: int) -> ErrorObject:
    """Log a bug by type and place only (its message may quote what a user sent); what to answer."""
    last = traceback.extract_tb(bug.__traceback__)[-1:]
    place = "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last)
    log.error("request.bug", error=type(bug).__name__, place=place, method=method, connection=connection)
    return BUG
