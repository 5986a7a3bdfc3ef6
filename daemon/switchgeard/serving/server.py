"""Server: accepts clients on Unix sockets and keeps each in a world of its own.

Rules for editing: a connection that fails, by its client's fault or by our bug, ends alone: only
`Cancelled` passes `_alone`. Accepting never spins and never waits for a client. What a connection
does is in `conversation`; how the socket file stays in place is in `doorkeeper`.
"""

import errno
import socket
from itertools import count

import structlog
import trio

from switchgear_protocol.limits import DEFAULT, Limits
from switchgeard.bus import Bus

from .caller import Dispatch
from .conversation import Conversation
from .descriptors import EXHAUSTED, Reserve, affordable
from .doorstep import turn_away
from .hangups import Hangups
from .intake import Intake
from .peer import Peer, is_ours, peer_of
from .writer import PeerStalled

LEFT_ALREADY = frozenset({errno.ECONNABORTED, errno.EPROTO, errno.EINTR, errno.EPERM, errno.EAGAIN})
"""errno values of accept that concern the one connection that is gone."""
PAUSE = 0.1  # seconds after a failed accept: a condition that lasts must not make us spin
LAST_WORDS = 1.0  # seconds for cancelled requests to be answered and read at shutdown

log = structlog.get_logger("switchgeard.serving.server")


class Server:
    """All conversations of the daemon. Run `serve` once; `drain` makes it return."""

    def __init__(self, dispatch: Dispatch, bus: Bus, limits: Limits = DEFAULT):
        self._dispatch = dispatch
        self._bus = bus
        self._limits = limits
        self._most = affordable(limits.connections)
        self._numbers = count(1)
        self._conversations: set[Conversation] = set()
        self._intake = Intake(limits.intake)
        self._hangups = Hangups()
        self._reserve = Reserve()
        self._accepting: dict[socket.socket, trio.CancelScope] = {}
        self._settled = trio.lowlevel.ParkingLot()
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
        """Serve clients of a listening, non-blocking socket until cancelled or drained. Closes it."""
        try:
            async with trio.open_nursery() as self._nursery:
                self._nursery.start_soon(self._hangups.run)
                self.listen(sock)
                task_status.started()
        finally:
            self._hangups.close()
            self._reserve.close()

    def listen(self, sock: socket.socket) -> None:
        """Accept on one more socket (the file was rebound). Only while serving."""
        self._accepting[sock] = trio.CancelScope()
        self._nursery.start_soon(self._accept, sock)

    def unlisten(self, sock: socket.socket) -> None:
        """Accept no more on a socket, once everyone who already waits there is in. Closes it."""
        while self._admit_one(sock):
            pass
        self._accepting[sock].cancel()

    async def drain(self, seconds: float) -> None:
        """Shut down in order: accept nothing, refuse new requests, let running ones finish for so
        long, cancel and answer the rest, then close every connection and let `serve` return.
        """
        self.draining = True
        for scope in self._accepting.values():
            scope.cancel()
        for conversation in self._conversations:
            conversation.draining = True
        await self._quiet(seconds)
        for conversation in self._conversations:
            conversation.stop()
        await self._quiet(LAST_WORDS)
        await self._flush(LAST_WORDS)
        self._nursery.cancel_scope.cancel()

    async def _flush(self, seconds: float) -> None:
        """Give every answer so many seconds to leave."""
        with trio.move_on_after(seconds):
            for conversation in list(self._conversations):
                await conversation.flush()

    async def _quiet(self, seconds: float) -> None:
        """Wait until no request runs, but not longer than so many seconds."""
        with trio.move_on_after(seconds):
            while any(conversation.busy for conversation in self._conversations):
                await self._settled.park()

    # --- accepting -------------------------------------------------------------------------

    async def _accept(self, sock: socket.socket) -> None:
        with sock, self._accepting[sock]:
            while not self.draining:
                await trio.lowlevel.wait_readable(sock)
                if not self._admit_one(sock):
                    await trio.sleep(PAUSE)

    def _admit_one(self, sock: socket.socket) -> bool:
        """Accept a client, or turn it away for want of descriptors; False when neither was possible."""
        try:
            client, _ = sock.accept()
        except OSError as failed:
            if failed.errno in EXHAUSTED:
                return self._shed(sock)
            if failed.errno in LEFT_ALREADY:
                return False
            raise
        client.setblocking(False)
        self._welcome(client)
        return True

    def _shed(self, sock: socket.socket) -> bool:
        """Out of descriptors: spend one of the reserve to tell a client so."""
        log.warning("connection.refused", reason="out of descriptors", connections=self.connections)
        self._reserve.spend()
        try:
            client, _ = sock.accept()
        except OSError:
            return False
        else:
            client.setblocking(False)
            turn_away(client)
            return True
        finally:
            self._reserve.refill()

    def _welcome(self, client: socket.socket) -> None:
        try:
            peer = peer_of(client)
        except OSError:
            peer = None
        if peer is None or not is_ours(peer):
            log.warning("connection.refused", reason="another user", uid=peer and peer.uid)
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
            intake=self._intake,
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
            log.error("connection.bug", error=_names(bugs), connection=conversation.number)
        finally:
            self._hangups.remove(client)
            client.close()
            self._conversations.discard(conversation)
            self._settled.unpark_all()


def _names(group: BaseExceptionGroup[BaseException]) -> list[str]:
    """The types of everything in a group, without a word of their messages."""
    names: list[str] = []
    for member in group.exceptions:
        names += _names(member) if isinstance(member, BaseExceptionGroup) else [type(member).__name__]
    return names
