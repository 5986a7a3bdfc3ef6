"""Exchange: one request and its one answer, as a route sees them. The contract with whoever serves them.

Rules for editing: a route can do nothing here that breaks the framing of HTTP: it may answer once, whole
or as a stream, and what it leaves unfinished is never made to look finished.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from . import wire
from .head import Head
from .outgoing import Outgoing
from .wire import Header


class Stage(IntEnum):
    FRESH = 0  # nothing is decided
    HELD = 1  # a stream's head waits for its first piece; may still be replaced
    BEGUN = 2  # the client has read a status
    ENDED = 3


@dataclass(slots=True)
class Exchange:
    """`client` is the name of the token it came in with. Cancelled when the client leaves."""

    head: Head
    client: str
    body: bytes = field(repr=False)
    closing: bool  # the connection ends with this answer
    _out: Outgoing = field(repr=False)
    _stage: Stage = Stage.FRESH
    _held: bytes = field(default=b"", repr=False)

    @property
    def begun(self) -> bool:
        """Whether the client has read a status. Until then `answer` and `begin` may replace what was begun."""
        return self._stage >= Stage.BEGUN

    @property
    def ended(self) -> bool:
        """Whether the answer is whole."""
        return self._stage is Stage.ENDED

    @property
    def chunked(self) -> bool:
        """Whether a stream's end can be marked: to HTTP/1.0 it is the end of the connection."""
        return self.head.version == "1.1"

    async def answer(self, status: int, headers: Sequence[Header], body: bytes) -> None:
        """The whole answer, in one write. Length, caching and connection headers are added."""
        self._advance(Stage.ENDED, self._stage < Stage.BEGUN)
        headless = self.head.method == "HEAD"
        await self._out.send(wire.whole(status, headers, body, close=self.closing, headless=headless))

    async def begin(self, status: int, headers: Sequence[Header]) -> None:
        """Begin a stream: its head is held and leaves together with the first piece."""
        self._advance(Stage.HELD, self._stage < Stage.BEGUN)
        self.closing = self.closing or not self.chunked
        self._held = wire.opening(status, headers, chunked=self.chunked, close=self.closing)

    async def send(self, piece: bytes) -> None:
        """A piece of the stream, in one write; awaits while the client's socket is full. Empty: the head only."""
        self._advance(Stage.BEGUN, Stage.HELD <= self._stage < Stage.ENDED)
        if data := self._take(piece):
            await self._out.send(data)

    async def end(self, piece: bytes = b"") -> None:
        """The end of the stream, with its last piece if there is one, in one write."""
        self._advance(Stage.ENDED, Stage.HELD <= self._stage < Stage.ENDED)
        data = self._take(piece)
        if self.chunked and self.head.method != "HEAD":
            data += wire.LAST_CHUNK
        if data:
            await self._out.send(data)

    def _take(self, piece: bytes) -> bytes:
        """The bytes of a piece, after the head when that still waits."""
        held, self._held = self._held, b""
        if self.head.method == "HEAD":
            return held
        framed = wire.chunk(piece) if self.chunked else piece
        return held + framed if held else framed

    def _advance(self, stage: Stage, allowed: bool) -> None:
        if not allowed:
            raise RuntimeError(f"an answer that is {self._stage.name} cannot become {stage.name}")
        self._stage = stage


Route = Callable[[Exchange], Awaitable[None]]
"""Serves one request by answering its exchange. What it raises is a bug: the client is told 500, or, when
it has read a status already, its connection is cut without the mark of a whole stream."""
