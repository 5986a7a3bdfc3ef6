"""Server: takes in the clients of the Unix sockets, and sees them off at the end.

Rules for editing: how clients are taken off a socket is in `accepting`, what a connection does in `conversation`, how
each of them is kept alone in `guests`, how the socket file stays in place in `doorkeeper`.
"""

import socket
from itertools import count

import structlog
import trio

from switchgear_protocol.limits import DEFAULT, Limits
from switchgeard.bus import Bus

from .accepting import Accepting
from .caller import Dispatch
from .conversation import Conversation
from .descriptors import affordable
from .doorstep import turn_away
from .guests import Guests
from .intake import Intake
from .peer import Peer, recognized

LAST_WORDS = 1.0  # seconds for cancelled requests to be answered and read at shutdown

log = structlog.get_logger("switchgeard.serving.server")


class Server:
    """All conversations of the daemon. Run `serve` once; `drain` makes it return."""

    def __init__(self, dispatch: Dispatch, bus: Bus, limits: Limits = DEFAULT, intake: Intake | None = None):
        """`intake`: what is counted together with it, when other servers of this daemon take bytes in too."""
        self._dispatch = dispatch
        self._bus = bus
        self._limits = limits
        self._most = affordable(limits.connections)
        self._numbers = count(1)
        self.guests: Guests[Conversation] = Guests(log)
        self.intake = intake or Intake(limits.intake)
        self._accepting = Accepting(turn_away)
        self._over = trio.CancelScope()
        self.draining = False

    def __repr__(self) -> str:
        state = "draining" if self.draining else "serving"
        return f"<Server: {state}, {len(self.guests)} connections of {self._most}>"

    @property
    def connections(self) -> int:
        return len(self.guests)

    async def serve(
        self, sock: socket.socket, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Serve clients of a listening, non-blocking socket until cancelled or drained. Closes it. Drained before
        it is served, a socket is closed at once.
        """
        try:
            with self._over:
                async with trio.open_nursery() as self._nursery:
                    self._nursery.start_soon(self.guests.watch)
                    self.listen(sock)
                    task_status.started()
        finally:
            self.guests.close()
            self._accepting.close()

    def listen(self, sock: socket.socket) -> None:
        """Accept on one more socket (the file was rebound). Only while serving."""
        self._accepting.start(self._nursery, sock, self._welcome)

    def unlisten(self, sock: socket.socket) -> None:
        """Accept no more on a socket, once everyone who already waits there is in. Closes it."""
        self._accepting.stop(sock)

    async def drain(self, seconds: float) -> None:
        """Shut down in order: wind down, then hang up."""
        await self.wind_down(seconds)
        await self.hang_up()

    async def wind_down(self, seconds: float) -> None:
        """Accept nothing, refuse new requests, let running ones finish for so long, cancel and answer
        the rest. Connections stay: until `hang_up` one can see why nothing else is done.
        """
        self.draining = True
        self._accepting.stop_all()
        for conversation in self.guests:
            conversation.draining = True
        await self.guests.quiet(seconds)
        for conversation in self.guests:
            conversation.stop()
        await self.guests.quiet(LAST_WORDS)

    async def hang_up(self) -> None:
        """Close every connection, and let `serve` return."""
        await self._hush(LAST_WORDS)
        self._over.cancel()

    async def _hush(self, seconds: float) -> None:
        """Listen to nobody any more, and give every answer so many seconds to leave."""
        with trio.move_on_after(seconds):
            async with trio.open_nursery() as all_at_once:
                for conversation in self.guests:
                    all_at_once.start_soon(conversation.hush)

    # --- welcoming -------------------------------------------------------------------------

    def _welcome(self, client: socket.socket) -> None:
        peer = recognized(client)
        if peer is None:
            client.close()  # without a word: a stranger learns nothing
        elif self.connections >= self._most:
            log.warning("connection.refused", reason="too many connections", connections=self.connections)
            turn_away(client)
        else:
            self._converse(client, peer)

    # --- conversing ------------------------------------------------------------------------

    def _converse(self, client: socket.socket, peer: Peer) -> None:
        conversation = Conversation(
            client,
            next(self._numbers),
            peer,
            self._dispatch,
            self._bus,
            intake=self.intake,
            limits=self._limits,
            settled=self.guests.settled,
        )
        conversation.draining = self.draining
        self.guests.welcome(self._nursery, conversation, client)
