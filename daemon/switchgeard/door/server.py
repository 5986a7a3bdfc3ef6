"""Door: takes in the HTTP clients of the daemon, makes room, and sees them off at the end.

Rules for editing: what a connection does is in `conversation`; how each is kept alone, in `serving.guests`; which
sockets are open, in `listeners`.
"""

import socket
from functools import partial
from itertools import count
from operator import attrgetter

import structlog
import trio

from switchgeard.serving.accepting import Accepting
from switchgeard.serving.descriptors import affordable
from switchgeard.serving.guests import Guests
from switchgeard.serving.intake import Intake
from switchgeard.serving.peer import recognized

from . import wire
from .admission import Check, Entrance
from .conversation import LAST_WORDS, Conversation, House
from .exchange import Route
from .head import UNREAD
from .limits import DEFAULT, Limits
from .refusal import CROWDED, Refuse, neutral

PEEK = 64 * 1024  # bytes taken off a connection that is turned away, so that closing it does not reset it
ARRIVAL = 0.25  # seconds in which a request follows its connection
INTAKE = 256 * 1024 * 1024  # bytes of bodies, when nobody else counts

log = structlog.get_logger("switchgeard.door")


class Door:
    """Run `serve` once; `listen` opens an entrance while it runs; `drain` makes it return."""

    def __init__(
        self,
        routes: Route,
        check: Check,
        refuse: Refuse = neutral,
        limits: Limits = DEFAULT,
        intake: Intake | None = None,
    ):
        """`check`: token -> its name, None for one that opens nothing. `intake`: shared with other servers."""
        self.guests: Guests[Conversation] = Guests(log, half=True)
        self._house = House(routes, check, refuse, limits, intake or Intake(INTAKE), self.guests.settled)
        self._most = affordable(limits.connections)
        self._numbers = count(1)
        self._accepting = Accepting(turn_away)
        self.draining = False
        self.ended = trio.Event()  # set when `serve` is over

    def __repr__(self) -> str:
        state = "draining" if self.draining else "serving"
        return f"<Door: {state}, {len(self.guests)} connections of {self._most}>"

    @property
    def connections(self) -> int:
        return len(self.guests)

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve whoever comes in by what `listen` opens, until cancelled or drained."""
        try:
            async with trio.open_nursery() as self._nursery:
                self._nursery.start_soon(self.guests.watch)
                task_status.started()
        finally:
            self.guests.close()
            self._accepting.close()
            self.ended.set()

    def listen(self, sock: socket.socket, entrance: Entrance) -> None:
        """Let clients in by a listening, non-blocking socket. Only while serving."""
        self._accepting.start(self._nursery, sock, partial(self._welcome, entrance))

    def unlisten(self, sock: socket.socket) -> None:
        """Close this socket, once everyone who already waits there is in; they stay."""
        self._accepting.stop(sock)

    def dismiss(self, entrance: Entrance) -> None:
        """Whoever came in by this entrance finishes what runs, and is gone."""
        for conversation in self.guests:
            if conversation.entrance is entrance:
                conversation.dismiss()

    def retire(self) -> None:
        """Accept nothing from now on; requests that run are the last of their connections."""
        self.draining = True
        self._accepting.stop_all()
        for conversation in self.guests:
            conversation.retire()

    async def drain(self, seconds: float) -> None:
        """Shut down in order: accept nothing, refuse new requests, let running ones finish for so
        long, and those on their way arrive, so that they hear 503 and no reset; cancel the rest (who has heard
        nothing yet hears 503), and let `serve` return.
        """
        self.retire()
        await self.guests.quiet(seconds)
        await self.guests.quiet(ARRIVAL, attrgetter("called"))
        for conversation in self.guests:
            conversation.stop()
        await self.guests.quiet(LAST_WORDS)
        self._nursery.cancel_scope.cancel()

    # --- welcoming -------------------------------------------------------------------------

    def _welcome(self, entrance: Entrance, client: socket.socket) -> None:
        if entrance.local and recognized(client) is None:
            client.close()  # without a word: a stranger learns nothing
        elif self.connections >= self._most and not self._make_room():
            log.warning("connection.refused", reason="too many connections", connections=self.connections)
            turn_away(client)
        else:
            if not entrance.local:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._converse(client, entrance)

    def _make_room(self) -> bool:
        """Hang up on somebody who only keeps a connection for later; False when everyone is at work."""
        idle = min((each for each in self.guests if not each.busy), key=attrgetter("number"), default=None)
        if idle is not None:
            self.guests.forget(idle)
            idle.leave()
        return idle is not None

    def _converse(self, client: socket.socket, entrance: Entrance) -> None:
        conversation = Conversation(client, next(self._numbers), entrance, self._house)
        if self.draining:
            conversation.retire()
        self.guests.welcome(self._nursery, conversation, client)


def turn_away(client: socket.socket) -> None:
    """Say that there is no room, and close. `client` is non-blocking; one that is gone already is no error."""
    status, body, headers = neutral(UNREAD, CROWDED)
    with client:
        try:
            client.send(wire.whole(status, (*headers, *CROWDED.headers), body, close=True))
            client.shutdown(socket.SHUT_WR)
            client.recv(PEEK)
        except OSError:
            pass
