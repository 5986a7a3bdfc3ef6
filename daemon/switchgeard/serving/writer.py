"""Writer: the one way out of a connection. Frames leave whole, in order, and never without bound.

Rules for editing: only `_push` touches the socket. A frame is either sent at once (nothing waits, the
usual case: no task switch, which is what keeps a ping cheap) or it joins the buffer that `run` drains.
Senders wait in line while the buffer is full, so a slow client slows its own requests and nobody else.
"""

import socket

import trio

from switchgear_protocol.limits import DEFAULT, Limits


class PeerStalled(Exception):
    """The client reads nothing: its connection ends, and the work it asked for with it."""


class Writer:
    """Ordered, bounded output of one socket."""

    def __init__(self, sock: socket.socket, limits: Limits = DEFAULT):
        """`sock`: connected and non-blocking; the writer does not close it."""
        self._sock = sock
        self._high_water = limits.outgoing
        self._patience = limits.unread
        self._buffer = bytearray()
        self._line = trio.Lock()  # fair: whoever waits first is served first
        self._filled = trio.Event()
        self._drained = trio.lowlevel.ParkingLot()

    def __repr__(self) -> str:
        return f"<Writer: {len(self._buffer)} bytes waiting>"

    @property
    def waiting(self) -> int:
        """Bytes not yet taken by the kernel."""
        return len(self._buffer)

    @property
    def free(self) -> bool:
        """Whether a frame may be posted now without waiting in line."""
        return len(self._buffer) < self._high_water and not self._line.locked()

    async def room(self) -> None:
        """Wait until a frame may be posted; then post without awaiting in between."""
        if self.free:
            return
        async with self._line:
            while len(self._buffer) >= self._high_water:
                await self._drained.park()

    def post(self, data: bytes) -> None:
        """Send a frame, or queue what the kernel does not take. Raises OSError when the peer is gone."""
        sent = 0 if self._buffer else self._push(data)
        if sent < len(data):
            self._buffer += memoryview(data)[sent:]
            self._filled.set()

    async def flush(self) -> None:
        """Wait until the kernel has taken everything."""
        while self._buffer:
            await self._drained.park()

    async def run(self) -> None:
        """Drain the buffer until cancelled. Raises PeerStalled, or OSError when the peer is gone."""
        while True:
            await self._filled.wait()
            self._filled = trio.Event()
            while self._buffer:
                await self._drain_some()

    async def _drain_some(self) -> None:
        with trio.move_on_after(self._patience) as patience:
            await trio.lowlevel.wait_writable(self._sock)
        # The kernel calls a socket writable only when most of its buffer is free; a client that reads
        # slowly is not one that reads nothing, so try before giving up.
        sent = self._push(self._buffer)
        if patience.cancelled_caught and not sent:
            raise PeerStalled
        del self._buffer[:sent]
        if len(self._buffer) < self._high_water:
            self._drained.unpark_all()

    def _push(self, data: bytes | bytearray) -> int:
        try:
            return self._sock.send(data, _QUIETLY)
        except (BlockingIOError, InterruptedError):
            return 0


_QUIETLY = getattr(socket, "MSG_NOSIGNAL", 0)
