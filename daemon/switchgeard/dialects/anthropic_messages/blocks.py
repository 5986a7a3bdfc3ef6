"""Content blocks of anthropic.messages to canonical events.

Text, thinking and tool_use have events of their own. Every other block (server tools and their
results, mcp, compaction, fallback, whatever comes next year) is collected, its deltas folded in,
and handed over whole when it ends. Citations of a text follow it as a block of their own, of type
`citations`, which the encoder puts back where they were.
"""

from typing import Any

import msgspec
from msgspec import Struct

from switchgear_protocol.events import (
    BlockEnd,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
)
from switchgeard.dialects.fault import Garbled, parsed

MOST_OPEN = 64
"""Blocks open at once; the API opens one at a time."""


class Delta(Struct, gc=False):
    """Of content_block_delta by `type`, or of message_delta (stop_reason)."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    signature: str | None = None
    citation: Any = None
    stop_reason: str | None = None


class _Raw(Struct):
    delta: dict[str, Any]


_RAW = msgspec.json.Decoder(_Raw)
_JSON = msgspec.json.Decoder()


class Open:
    """A block between its start and its stop."""

    __slots__ = ("citations", "data", "kind", "pieces", "spoke")

    def __init__(self, data: dict[str, Any]) -> None:
        self.kind = data.get("type")
        self.data = data
        self.pieces: list[str] = []  # partial_json of a block kept whole
        self.citations: list[Any] = list(data.get("citations") or ())
        self.spoke = False  # a tool's arguments came in deltas


class Blocks:
    """The blocks of one message. `seen`: one began; `called`: the last one is a tool call."""

    __slots__ = ("_dialect", "_open", "called", "seen")

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._open: dict[int, Open] = {}
        self.seen = False
        self.called = False

    def start(self, index: int, data: dict[str, Any]) -> list[StreamEvent]:
        out = self._before(index)
        block = self._open[index] = Open(data)
        self.seen, self.called = True, block.kind == "tool_use"
        match block.kind:
            case "text":
                out += _said(TextDelta, data.get("text"))
            case "thinking":
                out += _said(ReasoningDelta, data.get("thinking"))
                out += _said(ReasoningSignature, data.get("signature"))
            case "redacted_thinking":
                out.append(ReasoningSignature(str(data.get("data") or ""), redacted=True))
            case "tool_use":
                out.append(_tool(data))
        return out

    def delta(self, index: int, delta: Delta, raw: str) -> list[StreamEvent]:
        block = self._open.get(index)
        if block is None:
            return self._unannounced(index, delta, raw)
        match block.kind, delta.type:
            case "text", "text_delta":
                return _said(TextDelta, delta.text)
            case "thinking", "thinking_delta":
                return _said(ReasoningDelta, delta.thinking)
            case "thinking", "signature_delta":
                return _said(ReasoningSignature, delta.signature)
            case "tool_use", "input_json_delta":
                block.spoke = block.spoke or bool(delta.partial_json)
                return [ToolArgsDelta(block.data["id"], delta.partial_json)] if delta.partial_json else []
            case "text", "citations_delta":
                block.citations.append(delta.citation)
            case (("text" | "thinking" | "redacted_thinking" | "tool_use"), _):
                pass
            case _:
                _fold(block, delta, raw)
        return []

    def stop(self, index: int) -> list[StreamEvent]:
        block = self._open.pop(index, None)
        return self._ended(block) if block is not None else []

    def end(self) -> list[StreamEvent]:
        """What closes blocks that never stopped. Garbled when one of them is more than text."""
        out: list[StreamEvent] = []
        for index, block in list(self._open.items()):
            if block.kind not in ("text", "thinking", "redacted_thinking"):
                raise Garbled(f"the answer ends inside a block of type {block.kind}")
            out += self.stop(index)
        return out

    def _before(self, index: int) -> list[StreamEvent]:
        """Text and thinking end where the next block begins, whether or not anyone said so."""
        plain = [at for at, block in self._open.items() if block.kind in ("text", "thinking", "redacted_thinking")]
        out = [event for at in plain for event in self.stop(at)]
        if index in self._open:
            raise Garbled(f"block {index} began twice")
        if len(self._open) >= MOST_OPEN:
            raise Garbled(f"more than {MOST_OPEN} blocks of the answer are open at once")
        return out

    def _unannounced(self, index: int, delta: Delta, raw: str) -> list[StreamEvent]:
        """A delta of a block that never began: some gateways leave the start of text out."""
        kind = {"text_delta": "text", "thinking_delta": "thinking"}.get(delta.type or "")
        if kind is None:
            raise Garbled("a delta came for a block that never began")
        return self.start(index, {"type": kind}) + self.delta(index, delta, raw)

    def _ended(self, block: Open) -> list[StreamEvent]:
        match block.kind:
            case "tool_use":
                return [*_arguments(block), BlockEnd(block.data["id"])]
            case "thinking" | "redacted_thinking":
                return [BlockEnd()]
            case "text":
                cited = {"type": "citations", "citations": block.citations}
                return [BlockEnd(), OpaqueBlock(self._dialect, cited)] if block.citations else [BlockEnd()]
            case _:
                return [OpaqueBlock(self._dialect, _folded(block))]


def _said(event: type[TextDelta | ReasoningDelta | ReasoningSignature], value: object) -> list[StreamEvent]:
    return [event(value)] if value and isinstance(value, str) else []


def _tool(data: dict[str, Any]) -> ToolStart:
    key, name = data.get("id"), data.get("name")
    if not (key and isinstance(key, str) and name and isinstance(name, str)):
        raise Garbled("a tool_use block came without an id or a name")
    return ToolStart(key, name)


def _arguments(block: Open) -> list[StreamEvent]:
    """Arguments that came whole in the start of the block."""
    given = block.data.get("input")
    if block.spoke or not given:
        return []
    return [ToolArgsDelta(block.data["id"], msgspec.json.encode(given).decode())]


def _fold(block: Open, delta: Delta, raw: str) -> None:
    """A delta into the block it belongs to, field by field: text grows, the rest is set."""
    if delta.type == "input_json_delta":
        block.pieces.append(delta.partial_json or "")
        return
    if delta.type == "citations_delta":
        block.citations.append(delta.citation)
        return
    for name, value in parsed(_RAW, raw).delta.items():
        before = block.data.get(name)
        if name != "type":
            block.data[name] = before + value if isinstance(before, str) and isinstance(value, str) else value


def _folded(block: Open) -> dict[str, Any]:
    data = {**block.data, "citations": block.citations} if block.citations else block.data
    text = "".join(block.pieces)
    return {**data, "input": parsed(_JSON, text)} if text else data
