"""An answer of any wire as the Messages API streams it: one block open at a time, in the order they began.

Parallel tool calls that come interleaved (openai.chat) wait: the first goes out as it comes, the others when
it has ended. The end of a text is held back until the next event, because citations come behind it and
belong in front.

Thinking of another wire goes out as `thinking` with its signature sealed; without one it gets an empty seal,
because clients drop or refuse a block that has no signature. Opaque blocks of other wires have no place here.
The usage in message_start is zero where the provider says it only at the end; message_delta has the sums.
"""

from collections import deque
from collections.abc import Iterator

import msgspec

from switchgear_protocol.content import Usage
from switchgear_protocol.errors import ErrorObject
from switchgear_protocol.events import (
    BlockEnd,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    Start,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
)
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.wire import Wire
from switchgeard.upstream.sse import Event

from .encode import NAME
from .refuse import said
from .say import CITATIONS, counts, ended, message, redacted, signed, tool_use

NOBODY = Issuer("", NAME, "")


class _Block:
    """A block of the answer: what it starts with, and what is still to be told of it."""

    __slots__ = ("deltas", "ended", "kind", "signed", "start", "tool")

    def __init__(self, kind: str, start: Wire, tool: str | None = None) -> None:
        self.kind = kind  # text, thinking, tool, or "" for one that is whole
        self.start: Wire | None = start  # None: told
        self.tool = tool  # the call's id as its provider minted it
        self.deltas: list[Wire] = []
        self.ended = False
        self.signed = False


class Writer:
    """One answer. See `dialect.Writing`."""

    __slots__ = ("_blocks", "_index", "_issuer", "_started", "_told", "_usage")

    def __init__(self, told: Told) -> None:
        self._told = told
        self._issuer = NOBODY
        self._started = False
        self._usage: Usage | None = None
        self._index = 0  # of the first block in _blocks
        self._blocks: deque[_Block] = deque()  # the one that is being told, and those that wait

    def begin(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def feed(self, event: StreamEvent) -> list[Event]:
        if isinstance(event, Start):
            self._usage = self._usage or event.usage
            return []
        self._take(event)
        return [*self._opening(), *self._told_so_far()]

    def finish(self, finish: Finish, usage: Usage) -> list[Event]:
        out = list(self._opening())
        for block in self._blocks:
            self._end(block)
        out += self._told_so_far(last=True)
        out.append(_event({"type": "message_delta", "delta": ended(finish, self._told), "usage": counts(usage)}))
        return [*out, _event({"type": "message_stop"})]

    def fail(self, error: ErrorObject) -> list[Event]:
        return [Event("error", said(error).decode())]

    # --- what came ------------------------------------------------------------------------------

    def _take(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text=text):
                self._writing("text").deltas.append({"type": "text_delta", "text": text})
            case ReasoningDelta(text=text):
                self._writing("thinking").deltas.append({"type": "thinking_delta", "thinking": text})
            case ReasoningSignature(signature=signature, redacted=True):
                self._whole(redacted(signature, self._issuer))
            case ReasoningSignature(signature=signature):
                self._sign(self._writing("thinking"), signature)
            case ToolStart(id=id, name=name):
                self._open(_Block("tool", tool_use(id, name, {}), id))
            case ToolArgsDelta(id=id, json=json):
                self._tool(id, {"type": "input_json_delta", "partial_json": json})
            case BlockEnd(id=id):
                self._ended(id)
            case OpaqueBlock(dialect=dialect, data=data) if dialect == NAME:
                self._opaque(data)

    def _writing(self, kind: str) -> _Block:
        """The last block if it can go on, or a new one."""
        last = self._blocks[-1] if self._blocks else None
        if last is not None and last.kind == kind and not last.ended:
            return last
        start = {"type": kind, kind: "", "signature": ""} if kind == "thinking" else {"type": kind, kind: ""}
        return self._open(_Block(kind, start))

    def _open(self, block: _Block) -> _Block:
        """Text and thinking end where another block begins."""
        if self._blocks and self._blocks[-1].kind in ("text", "thinking"):
            self._end(self._blocks[-1])
        self._blocks.append(block)
        return block

    def _whole(self, data: Wire) -> None:
        self._open(_Block("", data)).ended = True

    def _tool(self, id: str, delta: Wire) -> None:
        for block in self._blocks:
            if block.tool == id and not block.ended:
                block.deltas.append(delta)

    def _ended(self, id: str | None) -> None:
        for block in self._blocks:
            if block.tool == id and not block.ended and (id is not None or block is self._blocks[-1]):
                self._end(block)

    def _end(self, block: _Block) -> None:
        if block.kind == "thinking" and not block.signed and not block.ended:
            self._sign(block, "")
        block.ended = True

    def _sign(self, block: _Block, signature: str) -> None:
        block.signed = True
        if blob := signed(signature, self._issuer):
            block.deltas.append({"type": "signature_delta", "signature": blob})

    def _opaque(self, data: Wire) -> None:
        last = self._blocks[-1] if self._blocks else None
        if data.get("type") != CITATIONS:
            self._whole(dict(data))
        elif last is not None and last.kind == "text":
            last.deltas += [{"type": "citations_delta", "citation": each} for each in data.get("citations") or ()]

    # --- what is told ---------------------------------------------------------------------------

    def _opening(self) -> Iterator[Event]:
        if not self._started:
            self._started = True
            yield _event({"type": "message_start", "message": message(self._told, self._usage or Usage())})

    def _told_so_far(self, *, last: bool = False) -> Iterator[Event]:
        """What can go out: all of the first block, and of the next ones once those before them have ended."""
        while self._blocks:
            block = self._blocks[0]
            yield from self._news(block)
            held = block.kind == "text" and len(self._blocks) == 1 and not last
            if not block.ended or held:
                return
            yield _event({"type": "content_block_stop", "index": self._index})
            self._blocks.popleft()
            self._index += 1

    def _news(self, block: _Block) -> Iterator[Event]:
        if block.start is not None:
            yield _event({"type": "content_block_start", "index": self._index, "content_block": block.start})
            block.start = None
        for delta in block.deltas:
            yield _event({"type": "content_block_delta", "index": self._index, "delta": delta})
        block.deltas.clear()


def _event(payload: Wire) -> Event:
    return Event(payload["type"], _ENCODER.encode(payload).decode())


_ENCODER = msgspec.json.Encoder()
