"""Canonical events to one whole completion, for those who want the answer and not its making.

The same assembler serves streams and non-streaming bodies of every dialect. What is not whole has
no completion: it raises Garbled rather than hand over a tool call that was cut.
"""

from collections.abc import Callable

from switchgear_protocol.content import Block, Completion, Message, Opaque, Text, Thinking, ToolCall, Usage
from switchgear_protocol.events import (
    BlockEnd,
    Finished,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    Restarted,
    Start,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
    UsageReport,
)
from switchgear_protocol.words import Finish

from .fault import Garbled

ANSWER_LIMIT = 8 * 1024 * 1024  # characters: some two million tokens, and no longer answer would fit a frame


class _Open:
    """A block being written: pieces, joined once."""

    __slots__ = ("ended", "id", "kind", "pieces", "signature", "start")

    def __init__(self, kind: str, id: str = "", start: str = "") -> None:
        self.kind = kind  # text | reasoning | tool
        self.id = id
        self.start = start  # the tool's name
        self.pieces: list[str] = []
        self.signature: str | None = None
        self.ended = False


class Assembler:
    """Feed it every event of one attempt. `issuer` ("provider/model") marks the blocks only it understands."""

    __slots__ = ("_blocks", "_current", "_finish", "_issuer", "_model", "_size", "_tools", "_usage")

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._clear()

    def _clear(self) -> None:
        self._blocks: list[_Open | Block] = []
        self._current: _Open | None = None
        self._tools: dict[str, _Open] = {}
        self._model: str | None = None
        self._usage: Usage | None = None
        self._finish: Finish | None = None
        self._size = 0

    def feed(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text=text):
                self._writing("text").pieces.append(self._counted(text))
            case ReasoningDelta(text=text):
                self._writing("reasoning").pieces.append(self._counted(text))
            case ToolArgsDelta(id=id, json=json):
                self._tool(id).pieces.append(self._counted(json))
            case ToolStart(id=id, name=name):
                self._current = None
                self._tools[id] = self._opened(_Open("tool", id, name))
            case BlockEnd(id=None):
                self._current = None
            case BlockEnd(id=id):
                self._tool(id or "").ended = True
            case ReasoningSignature(signature=signature, redacted=True):
                self._blocks.append(Thinking(redacted=signature, issuer=self._issuer))
            case ReasoningSignature(signature=signature):
                self._writing("reasoning").signature = signature
            case OpaqueBlock(dialect=dialect, data=data):
                self._current = None
                self._blocks.append(Opaque(dialect, data, self._issuer))
            case _:
                self._note(event)

    def _note(self, event: StreamEvent) -> None:
        match event:
            case Start(model=model, usage=usage):
                self._model, self._usage = model, usage
            case UsageReport(usage=usage):
                self._usage = usage
            case Restarted():
                self._clear()
            case Finished(reason=reason):
                self._finish = reason

    @property
    def length(self) -> int:
        """Characters of content that have come."""
        return self._size

    @property
    def usage(self) -> Usage | None:
        """What the provider has reported so far: a cut answer is billed for what was made of it."""
        return self._usage

    def completion(self) -> Completion:
        """The whole answer. Raises Garbled when it has not finished or a tool call has not ended."""
        if self._finish is None:
            raise Garbled("the answer has no end")
        if not all(tool.ended for tool in self._tools.values()):
            raise Garbled("the answer ends inside a tool call")
        blocks = [block for block in map(self._closed, self._blocks) if not _empty(block)]
        return Completion(Message("assistant", blocks), self._finish, self._usage or Usage(estimated=True), self._model)

    def _counted(self, text: str) -> str:
        self._size += len(text)
        if self._size > ANSWER_LIMIT:
            raise Garbled(f"an answer of more than {ANSWER_LIMIT >> 20} Mi characters")
        return text

    def _writing(self, kind: str) -> _Open:
        if self._current is None or self._current.kind != kind:
            self._current = self._opened(_Open(kind))
        return self._current

    def _opened(self, block: _Open) -> _Open:
        self._blocks.append(block)
        return block

    def _tool(self, id: str) -> _Open:
        if id not in self._tools:
            raise Garbled("arguments came for a tool call that never began")
        return self._tools[id]

    def _closed(self, block: _Open | Block) -> Block:
        return _CLOSE[block.kind](block, self._issuer) if isinstance(block, _Open) else block


def _text(block: _Open, issuer: str) -> Block:
    return Text("".join(block.pieces))


def _thinking(block: _Open, issuer: str) -> Block:
    return Thinking("".join(block.pieces), signature=block.signature, issuer=issuer)


def _call(block: _Open, issuer: str) -> Block:
    return ToolCall(block.id, block.start, "".join(block.pieces))


_CLOSE: dict[str, Callable[[_Open, str], Block]] = {"text": _text, "reasoning": _thinking, "tool": _call}


def _empty(block: Block) -> bool:
    match block:
        case Text(text=text):
            return not text
        case Thinking(text=text, signature=signature, redacted=redacted):
            return not (text or signature or redacted)
        case _:
            return False
