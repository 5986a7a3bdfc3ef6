"""Connection: HTTP/1.1 over one line, one exchange at a time.

Rules for editing: it ends every exception of the line and of the framing, as a TransportFault. It
closes nothing by itself and keeps no deadline; whoever asked does both. A connection that was cancelled
in the middle of an exchange is good for nothing but to be closed.
"""

import trio

from switchgeard.core.failure import Failure, garbled, transport_failure

from .body import Body
from .fault import Cut, Malformed, TransportFault, Unanswered, in_words
from .head import Head, HeadReader, Outgoing
from .line import Line
from .turn import Turn

JOINED = 65_536  # bytes of a body that goes out together with its head; a larger one is not copied


class Connection:
    """`since`: when it was last put aside, on trio's clock."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._sent = False  # the whole request, of this exchange
        self._heard = False  # any byte of a reply, of this exchange
        self._broken = False  # for good: what still comes may be anything
        self._trouble: OSError | None = None  # why the request could not be written
        self._ahead = b""  # what came behind the head with it
        self._head: Head | None = None
        self.since = 0.0

    def __repr__(self) -> str:
        return f"<Connection over {self._line!r}>"

    async def exchange(self, request: Outgoing, turn: Turn) -> Head:
        """Send the request and read the reply's head. Raises TransportFault, Unanswered, Withdrawn."""
        self._sent = self._heard = False
        self._head = self._trouble = None
        try:
            await turn.take()
            unsent = self._start(request.head, request.body)
            if unsent:
                head = self._head = await self._read_while_writing(unsent, request.method, turn)
            else:
                turn.written()
                head = self._head = await self._read_head(request.method)
        except (OSError, Cut, Malformed) as error:
            fault = TransportFault if self._heard else Unanswered
            raise fault(self._open_failure(error)) from error
        finally:
            turn.leave(well=self._head is not None and self._head.status < 400)
        return head

    async def piece(self) -> bytes:
        """The next bytes of the body, b"" at its end. Raises TransportFault."""
        assert self._head is not None
        try:
            return await self._next_of(self._head.body)
        except Malformed as error:
            self._broken = True
            raise TransportFault(garbled(f"broken HTTP framing: {error}")) from error
        except (OSError, Cut) as error:
            self._broken = True
            raise TransportFault(transport_failure("read", in_words(error), sent=True)) from error

    async def _next_of(self, body: Body) -> bytes:
        piece = b""
        while not piece and (self._ahead or not body.done):
            data, self._ahead = self._ahead or await self._line.receive(), b""
            if data:
                piece = body.feed(data)
            else:
                body.end()
        return piece

    @property
    def reusable(self) -> bool:
        """The exchange is over on both sides, and the far end waits for another."""
        head = self._head
        return self.keepable and head is not None and head.body.done and not head.body.excess and not self._ahead

    @property
    def keepable(self) -> bool:
        """It will be reusable once the rest of the reply has been read."""
        return self._head is not None and self._sent and not self._broken and self._head.persistent

    def stirred(self) -> bool:
        """Put aside, and something has come that nobody asked for: most likely the far end has closed."""
        return self._line.stirred()

    def close(self) -> None:
        """At once."""
        self._line.close()

    def _start(self, head: bytes, body: bytes) -> memoryview:
        """Write what can be written at once; what could not be."""
        try:
            if len(body) <= JOINED:
                unsent = self._line.send_now(memoryview(head + body))
            elif unsent := self._line.send_now(memoryview(head)):
                unsent = memoryview(bytes(unsent) + body)
            else:
                unsent = self._line.send_now(memoryview(body))
        except OSError as error:  # the far end has closed: it may have said why before
            self._trouble = error
            return memoryview(b"")
        self._sent = not unsent
        return unsent

    async def _read_while_writing(self, unsent: memoryview, method: str, turn: Turn) -> Head:
        """A refusal that comes before the whole request was written is the reply: nobody wants the rest."""
        came: Head | OSError | Cut | Malformed
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._write, unsent, turn)
            try:
                came = await self._read_head(method)
            except (OSError, Cut, Malformed) as error:
                came = error  # not raised in here: it would come out in a group
            if not (isinstance(came, Head) and came.status < 300):
                nursery.cancel_scope.cancel()
        if isinstance(came, Head):
            return came
        raise came

    async def _write(self, unsent: memoryview, turn: Turn) -> None:
        try:
            await self._line.send(unsent)
            self._sent = True
        except OSError as error:
            self._trouble = error
        turn.written()

    async def _read_head(self, method: str) -> Head:
        reader = HeadReader(method)
        while data := await self._line.receive():
            self._heard = True
            if head := reader.feed(data):
                self._ahead = reader.rest
                return head
        raise Cut("connection closed in the middle of the reply's head" if self._heard else "closed without a reply")

    def _open_failure(self, error: Exception) -> Failure:
        if isinstance(error, Malformed):
            return garbled(f"not an HTTP reply: {error}", sent=self._sent)
        if self._sent:
            return transport_failure("read", in_words(error), sent=True)
        return transport_failure("write", in_words(self._trouble or error))
