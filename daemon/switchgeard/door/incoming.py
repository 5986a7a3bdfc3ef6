"""Incoming: requests off one connection, within the limits of size and time.

Rules for editing: a plain head is read in one look; h11 reads every other, and chunks, a new one for each such
request, so that no state of one outlives it; a body whose length is known is only counted. What a client gets
wrong is a `Refusal`, its leaving is None; no exception leaves. Time is told by moving the deadline of the
conversation's one scope, and `late` says what it would mean if that struck.
"""

import socket
from math import inf

import h11
import trio

from switchgeard.serving.intake import Intake

from .head import Head, Unreadable, plain, read
from .limits import Limits
from .refusal import FULL, LARGE_HEAD, SLOW_BODY, SLOW_HEAD, Refusal, large_body, malformed

PIECE = 64 * 1024  # bytes per read: one system call for any ordinary request
CRUMB = 64  # bytes of a chunk; thousands of smaller ones fit a read, and others want a turn between them
NO_SUCH_VERSION = Refusal(505, "invalid_request", "HTTP/1.1 is spoken here")
NO_TRANSFER = Refusal(501, "invalid_request", "the only transfer-encoding read here is chunked")


class Incoming:
    """Input of one connected, non-blocking socket. `scope`: the conversation's, whose deadline is set here."""

    def __init__(self, sock: socket.socket, limits: Limits, intake: Intake, scope: trio.CancelScope):
        self._sock = sock
        self._limits = limits
        self._intake = intake
        self._scope = scope
        self._silence = limits.head_time  # seconds a client may say nothing: not long before its first request
        self._weight = 0  # bytes of the body that `intake` counts
        self._wire: h11.Connection | None = None  # reads a request that is not plain
        self._rest = b""  # what came behind the head
        self.late: Refusal | None = None
        self.pipelined = False  # more came than the request

    async def head(self) -> Head | Refusal | None:
        """The head of the next request; None when the client is done."""
        self._deadline(trio.current_time() + self._silence, None)
        self._silence = self._limits.kept
        self._wire = None
        data = await self._receive()
        return (self._plain(data) or await self._by_h11(data)) if data else None

    def _plain(self, data: bytes) -> Head | Refusal | None:
        """A head that came whole and is like any other; None when h11 should read it."""
        try:
            found = plain(data)
        except Unreadable as error:
            return malformed(str(error))
        if found is None:
            return None
        head, self._rest = found
        return LARGE_HEAD if self._large(len(head.headers), len(data)) else head

    async def _by_h11(self, data: bytes) -> Head | Refusal | None:
        wire = self._wire = h11.Connection(h11.SERVER, max_incomplete_event_size=self._limits.head)
        wire.receive_data(data)
        size = len(data)
        while (event := _event(wire)) is h11.NEED_DATA:
            if self.late is None:
                self._deadline(trio.current_time() + self._limits.head_time, SLOW_HEAD)
            data = await self._receive()
            if not data:
                return None
            wire.receive_data(data)
            size += len(data)
        if isinstance(event, h11.Request):
            self._rest = wire.trailing_data[0]
            return LARGE_HEAD if self._large(len(event.headers), size) else self._read(event)
        return event if isinstance(event, Refusal) else None

    async def body(self, head: Head) -> bytes | Refusal | None:
        """The whole body of the request whose head was read last; None when the client left meanwhile.

        Counted in `intake` until `release`.
        """
        due = trio.current_time() + self._limits.body_time
        chunked = "transfer-encoding" in head.headers
        body = await (self._chunked(self._wire, due) if chunked and self._wire else self._sized(head.length or 0, due))
        self.calm()
        return body

    async def _sized(self, length: int, due: float) -> bytes | Refusal | None:
        """So many bytes. Nothing in them is for a parser to read."""
        body, self._rest = bytearray(self._rest), b""
        refusal = self._weighed(len(body))
        while len(body) < length and refusal is None:
            data = await self._more(due)
            if not data:
                return None
            body += data
            refusal = self._weighed(len(data))
        self.pipelined = len(body) > length
        del body[length:]
        return refusal or bytes(body)

    async def _chunked(self, wire: h11.Connection, due: float) -> bytes | Refusal | None:
        body = bytearray()  # not a list of pieces: a chunk may have one byte
        while not isinstance(event := _event(wire), h11.EndOfMessage):
            if isinstance(event, Refusal):
                return event
            if isinstance(event, h11.Data):
                body += event.data
                if refusal := self._weighed(len(event.data)):
                    return refusal
                if len(event.data) < CRUMB:
                    await trio.lowlevel.checkpoint()
            elif event is not h11.NEED_DATA:
                return malformed("its body has no end")
            elif data := await self._more(due):
                wire.receive_data(data)
            else:
                return None
        self.pipelined = bool(wire.trailing_data[0])
        return bytes(body)

    async def _more(self, due: float) -> bytes:
        """Wait for more of a body, a little longer for all that has come: whoever sends steadily has the time."""
        self._deadline(due + self._weight / self._limits.body_rate, SLOW_BODY)
        return await self._receive()

    def calm(self) -> None:
        """Nothing is waited for: no deadline holds."""
        self._deadline(inf, None)

    def waiting(self, head: Head) -> bool:
        """Whether the client holds its body back until it is told to go on."""
        return head.expects == "100-continue" and not self._rest

    def release(self) -> None:
        """The request is done with: its body counts no more."""
        self._weigh(-self._weight)

    def _large(self, lines: int, size: int) -> bool:
        """Whether a head of so many lines is too much; of the `size` bytes that came, some may be behind it."""
        return lines > self._limits.headers or size - len(self._rest) > self._limits.head

    def _read(self, request: h11.Request) -> Head | Refusal:
        if request.http_version not in (b"1.0", b"1.1"):
            return NO_SUCH_VERSION
        try:
            return read(request.method, request.target, request.http_version, request.headers)
        except Unreadable as error:
            return malformed(str(error))

    async def _receive(self) -> bytes:
        """What comes next; b"" when nothing will."""
        while True:
            await trio.lowlevel.wait_readable(self._sock)
            try:
                return self._sock.recv(PIECE)
            except (BlockingIOError, InterruptedError):
                continue
            except OSError:
                return b""

    def _deadline(self, moment: float, late: Refusal | None) -> None:
        self.late = late
        self._scope.deadline = moment

    def _weigh(self, more: int) -> None:
        self._weight += more
        self._intake.held += more

    def _weighed(self, more: int) -> Refusal | None:
        self._weigh(more)
        if self._weight > self._limits.body:
            return large_body(self._limits.body)
        return FULL if self._intake.refuses(self._weight) else None


_HINTS = {431: LARGE_HEAD, 501: NO_TRANSFER}


def _event(wire: h11.Connection) -> "h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED] | Refusal":
    try:
        return wire.next_event()
    except h11.RemoteProtocolError as error:
        return _HINTS.get(error.error_status_hint) or malformed("it breaks the rules of HTTP/1.1")
