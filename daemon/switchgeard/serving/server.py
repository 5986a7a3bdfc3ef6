"""Server: keeps each client of the Unix sockets in a world of its own.

Rules for editing: a connection that fails, by its client's fault or by our bug, ends alone: only
`Cancelled` passes `_alone`. How clients are taken off a socket is in `accepting`, what a connection
does in `conversation`, how the socket file stays in place in `doorkeeper`.
"""

import socket
from itertools import count

import structlog
import trio

from switchgear_protocol.limits import DEFAULT, Limits
from switchgeard.bus import Bus

from .accepting import Accepting, names
from .caller import Dispatch
from .conversation import Conversation
from .descriptors import affordable
from .doorstep import turn_away
from .hangups import Hangups
from .intake import Intake
from .peer import Peer, recognized
from .writer import PeerStalled

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
        self._conversations: set[Conversation] = set()
        self.intake = intake or Intake(limits.intake)
        self._hangups = Hangups()
        self._accepting = Accepting(turn_away)
        self._settled = trio.lowlevel.ParkingLot()
        self._over = trio.CancelScope()
        self.draining = False

    def __repr__(self) -> str:
        state = "draining" if self.draining else "serving"
        return f"<Server: {state}, {len(self._conversations)} connections of {self._most}>"

    @property
    def connections(self) -> int:
        return len(self._conversations)

    async def serve(
        self, sock: socket.socket, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Serve clients of a listening, non-blocking socket until cancelled or drained. Closes it. Drained before
        it is served, a socket is closed at once.
        """
        try:
            with self._over:
                async with trio.open_nursery() as self._nursery:
                    self._nursery.start_soon(self._hangups.run)
                    self.listen(sock)
                    task_status.started()
        finally:
            self._hangups.close()
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
        for conversation in self._conversations:
            conversation.draining = True
        await self._quiet(seconds)
        for conversation in self._conversations:
            conversation.stop()
        await self._quiet(LAST_WORDS)

    async def hang_up(self) -> None:
        """Close every connection, and let `serve` return."""
        await self._hush(LAST_WORDS)
        self._over.cancel()

    async def _hush(self, seconds: float) -> None:
        """Listen to nobody any more, and give every answer so many seconds to leave."""
        with trio.move_on_after(seconds):
            async with trio.open_nursery() as all_at_once:
                for conversation in self._conversations:
                    all_at_once.start_soon(conversation.hush)

    async def _quiet(self, seconds: float) -> None:
        """Wait until no request runs, but not longer than so many seconds."""
        with trio.move_on_after(seconds):
            while any(conversation.busy for conversation in self._conversations):
                await self._settled.park()

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
            settled=self._settled.unpark_all,
        )
        conversation.draining = self.draining
        self._conversations.add(conversation)
        self._nursery.start_soon(self._alone, conversation, client)

    async def _alone(self, conversation: Conversation, client: socket.socket) -> None:
        """Run one conversation; whatever goes wrong in it stays in it."""
        self._hangups.add(client, conversation.leave)
        try:
            await conversation.run()
        except* OSError:
            pass  # the client is gone; its work was cancelled with it
        except* PeerStalled:
            log.warning("connection.dropped", reason="client reads nothing", connection=conversation.number)
        except* Exception as bugs:  # noqa: BLE001 - one client's trouble must never reach another
            log.error("connection.bug", error=names(bugs), connection=conversation.number)
        finally:
            self._hangups.remove(client)
            client.close()
            self._conversations.discard(conversation)
            self._settled.unpark_all()
