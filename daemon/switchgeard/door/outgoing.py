"""Outgoing: the way out of one connection. Bytes leave in order, at once where the kernel takes them.

Rules for editing: only `_push` touches the socket. The usual case is one system call and no task switch.
A client that reads nothing for long, or is gone, ends the conversation by `leave`: whoever was sending is
cancelled with it and never sees an error of the socket.
"""

import socket
from collections.abc import Callable

import structlog
import trio

log = structlog.get_logger("switchgeard.door")

_QUIETLY = getattr(socket, "MSG_NOSIGNAL", 0)


class Outgoing:
    """Output of one connected, non-blocking socket, which it does not close."""

    __slots__ = ("_leave", "_line", "_patience", "_sock")

    def __init__(self, sock: socket.socket, patience: float, leave: Callable[[], None]):
        """`patience`: seconds the socket may stay full. `leave`: cancels the conversation."""
        self._sock = sock
        self._patience = patience
        self._leave = leave
        self._line = trio.Lock()  # held only while the socket is full

    async def send(self, data: bytes) -> None:
        """Hand over everything; awaits while the client's socket is full."""
        rest = memoryview(data)
        if self._line.locked():
            await self._line.acquire()
        elif (sent := await self._push(rest)) == len(data):
            return
        else:
            rest = rest[sent:]
            self._line.acquire_nowait()
        try:
            await self._drain(rest)
        finally:
            self._line.release()

    async def _drain(self, rest: memoryview) -> None:
        while rest:
            with trio.move_on_after(self._patience) as patience:
                await trio.lowlevel.wait_writable(self._sock)
            # "writable" means mostly empty: a client that reads slowly is not one that reads nothing
            sent = await self._push(rest)
            if patience.cancelled_caught and not sent:
                log.warning("connection.dropped", reason="client reads nothing")
                await self._give_up()
                return
            rest = rest[sent:]

    async def _push(self, data: memoryview) -> int:
        """How many bytes the kernel took; all of them when nobody is left to read."""
        try:
            return self._sock.send(data, _QUIETLY)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            await self._give_up()
            return len(data)

    async def _give_up(self) -> None:
        self._leave()
        await trio.lowlevel.checkpoint()
