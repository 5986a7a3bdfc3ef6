"""Converse's stream and body to canonical events.

An event's name says what it is (`upstream.eventstream` reads it from the frame). The terminal marker is `messageStop`;
`metadata` with the usage follows it, or comes just before. An exception frame is an event named EXCEPTION. Blocks come
one after the other, each by its index; a text block has no start event. Unknown events and members are ignored.
"""

from typing import Any

import msgspec
from msgspec import Struct

from switchgear_protocol.events import (
    BlockEnd,
    Finished,
    ReasoningDelta,
    ReasoningSignature,
    Start,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
    UsageReport,
)
from switchgear_protocol.words import Finish
from switchgeard.dialects.fault import Garbled, UpstreamError, parsed
from switchgeard.upstream.eventstream import EXCEPTION
from switchgeard.upstream.sse import Event

from .usage import usage

FINISH = {
    "end_turn": Finish.STOP,
    "tool_use": Finish.TOOL_CALLS,
    "max_tokens": Finish.LENGTH,
    "stop_sequence": Finish.STOP_SEQUENCE,
    "guardrail_intervened": Finish.CONTENT_FILTER,
    "content_filtered": Finish.CONTENT_FILTER,
    "model_context_window_exceeded": Finish.CONTEXT_LENGTH,
}
"""stopReason; what is not here is OTHER."""

WITHOUT_REASON = "messageStop came without a stopReason"


class Call(Struct, rename="camel"):
    tool_use_id: str = ""
    name: str = ""
    input: Any = None  # JSON text in pieces while streaming, an object in a whole body
    type: str | None = None  # "server_tool_use": the provider runs it, nobody else has to


class Thought(Struct, rename="camel"):
    """A delta's members, and (in `reasoning_text`) a whole block's."""

    text: str | None = None
    signature: str | None = None
    redacted_content: str | None = None
    reasoning_text: "Thought | None" = None


class Piece(Struct, rename="camel"):
    """A delta, or a block of a whole body."""

    text: str | None = None
    tool_use: Call | None = None
    reasoning_content: Thought | None = None


class Payload(Struct, rename="camel"):
    content_block_index: int = 0
    start: Piece | None = None
    delta: Piece | None = None
    stop_reason: str | None = None
    usage: dict[str, Any] | None = None


class Message(Struct):
    content: list[Piece] = []


class Output(Struct):
    message: Message | None = None


class Body(Struct, rename="camel"):
    output: Output | None = None
    stop_reason: str | None = None
    usage: dict[str, Any] | None = None


_PAYLOAD = msgspec.json.Decoder(Payload)
_BODY = msgspec.json.Decoder(Body)

TEXT, THINKING, HOSTED = "text", "thinking", "hosted"
"""What a block is; a tool call's is its id."""


class Decoder:
    """One streamed answer."""

    __slots__ = ("_at", "_begun", "_block", "_done", "_finish", "_spent")

    def __init__(self) -> None:
        self._begun = False
        self._at = -1  # index of the open block
        self._block: tuple[str, str] | None = None  # (what it is, the call's id)
        self._finish: Finish | None = None
        self._spent: dict[str, Any] | None = None
        self._done = False

    @property
    def complete(self) -> bool:
        return self._finish is not None

    @property
    def done(self) -> bool:
        return self._done

    def feed(self, event: Event) -> list[StreamEvent]:
        if self._done:
            return []
        if event.event == EXCEPTION:
            if self.complete:
                return []  # all content is here
            raise UpstreamError(event.data.encode())
        payload = parsed(_PAYLOAD, event.data)
        out = self._read(event.event, payload)
        return [*out, *self.end()] if self.complete and self._spent is not None else out

    def end(self) -> list[StreamEvent]:
        if self._done:
            return []
        if self._finish is None:
            raise Garbled("the answer stopped before its messageStop")
        self._done = True
        spent: list[StreamEvent] = [UsageReport(usage(self._spent))] if self._spent is not None else []
        return [*spent, Finished(self._finish)]

    def _read(self, name: str | None, payload: Payload) -> list[StreamEvent]:
        match name:
            case "contentBlockDelta" if payload.delta is not None:
                return [*self._begin(), *self._piece(payload.content_block_index, payload.delta)]
            case "contentBlockStart" if payload.start is not None and payload.start.tool_use is not None:
                return [*self._begin(), *self._call(payload.content_block_index, payload.start.tool_use)]
            case "contentBlockStop":
                return self._end_block()
            case "messageStart":
                return self._begin()
            case "messageStop":
                return [*self._begin(), *self._stopped(payload.stop_reason)]
            case "metadata":
                self._spent = payload.usage or self._spent
        return []

    def _begin(self) -> list[StreamEvent]:
        if self._begun:
            return []
        self._begun = True
        return [Start(None, None, None)]

    def _turn_to(self, index: int, what: str, call: str = "") -> list[StreamEvent]:
        """The block with this index is the open one."""
        if self._at == index and self._block is not None and self._block[0] == what:
            return []
        out = self._end_block()
        self._at, self._block = index, (what, call)
        return out

    def _call(self, index: int, call: Call) -> list[StreamEvent]:
        if call.type is not None:
            return self._turn_to(index, HOSTED)
        if not call.tool_use_id or not call.name:
            raise Garbled("a tool call came without its id or name")
        out = self._end_block()
        self._at, self._block = index, ("call", call.tool_use_id)
        return [*out, ToolStart(call.tool_use_id, call.name)]

    def _piece(self, index: int, piece: Piece) -> list[StreamEvent]:
        if piece.text is not None:
            return [*self._turn_to(index, TEXT), TextDelta(piece.text)] if piece.text else []
        if piece.tool_use is not None:
            return self._arguments(index, piece.tool_use.input)
        return self._thought(index, piece.reasoning_content) if piece.reasoning_content is not None else []

    def _arguments(self, index: int, written: object) -> list[StreamEvent]:
        if self._block is not None and self._block[0] == HOSTED:
            return []
        if self._at != index or self._block is None or self._block[0] != "call":
            raise Garbled("arguments came for a tool call that was not begun")
        return [ToolArgsDelta(self._block[1], written)] if isinstance(written, str) and written else []

    def _thought(self, index: int, thought: Thought) -> list[StreamEvent]:
        out = self._turn_to(index, THINKING)
        if thought.text:
            out.append(ReasoningDelta(thought.text))
        if thought.signature:
            out.append(ReasoningSignature(thought.signature))
        if thought.redacted_content:
            out.append(ReasoningSignature(thought.redacted_content, redacted=True))
        return out

    def _end_block(self) -> list[StreamEvent]:
        block, self._block = self._block, None
        if block is None or block[0] == HOSTED:
            return []
        return [BlockEnd(block[1] or None)]

    def _stopped(self, reason: str | None) -> list[StreamEvent]:
        if reason is None:
            raise Garbled(WITHOUT_REASON)
        self._finish = FINISH.get(reason, Finish.OTHER)
        return self._end_block()


def whole(body: bytes) -> list[StreamEvent]:
    """The events of a non-streaming body; Garbled when it is no message or has no stopReason."""
    read = parsed(_BODY, body)
    if read.output is None or read.output.message is None:
        raise Garbled("the body is not a message")
    decoder = Decoder()
    out = decoder._begin()
    for index, block in enumerate(read.output.message.content):
        out += _block(decoder, index, block)
    out += decoder._stopped(read.stop_reason)
    decoder._spent = read.usage
    return out + decoder.end()


def _block(decoder: Decoder, index: int, block: Piece) -> list[StreamEvent]:
    if block.tool_use is not None:
        call = block.tool_use
        begun = decoder._call(index, call)
        written = msgspec.json.encode(call.input if call.input is not None else {}).decode()
        return [*begun, *decoder._arguments(index, written), *decoder._end_block()]
    thought = block.reasoning_content
    if thought is not None and thought.reasoning_text is not None:
        block = Piece(reasoning_content=thought.reasoning_text)
    return [*decoder._piece(index, block), *decoder._end_block()]
