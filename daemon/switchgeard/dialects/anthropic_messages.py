"""anthropic.messages: the Messages API's stream and body to canonical events.

The terminal marker is `message_stop`, after a stop_reason. Unknown events, and unknown fields of
known ones, are ignored, as the API's versioning policy asks of clients.

A second message_start with another id means that a gateway in between began anew inside one
stream: what came before is void, so Restarted goes out. The same id again is a repetition.
"""

from typing import Any

import msgspec
from msgspec import Struct

from switchgear_protocol.content import Usage
from switchgear_protocol.events import Finished, Restarted, Start, StreamEvent, UsageReport
from switchgear_protocol.words import Finish
from switchgeard.upstream.sse import Event

from .anthropic_blocks import Blocks, Delta
from .anthropic_encode import NAME, encode
from .anthropic_usage import merged, usage
from .fault import Garbled, UpstreamError, parsed, status_of

__all__ = ["NAME", "Decoder", "encode", "whole"]

FINISH = {
    "end_turn": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "stop_sequence": Finish.STOP_SEQUENCE,
    "tool_use": Finish.TOOL_CALLS,
    "pause_turn": Finish.PAUSE,
    "refusal": Finish.REFUSAL,
    "model_context_window_exceeded": Finish.CONTEXT_LENGTH,
}
"""stop_reason; what is not here is OTHER."""


class Message(Struct):
    """A whole body, or the `message` of message_start (which may already hold blocks)."""

    type: str | None = None
    id: str | None = None
    model: str | None = None
    content: list[dict[str, Any]] | None = None
    stop_reason: str | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


class Payload(Struct):
    type: str | None = None
    index: int | None = None
    delta: Delta | None = None
    content_block: dict[str, Any] | None = None
    message: Any = None  # a Message, or (in an error) text
    usage: dict[str, Any] | None = None
    error: Any = None


_PAYLOAD = msgspec.json.Decoder(Payload)
_MESSAGE = msgspec.json.Decoder(Message)


class Decoder:
    """One streamed answer."""

    __slots__ = ("_blocks", "_counts", "_done", "_id", "_stop")

    def __init__(self) -> None:
        self._blocks = Blocks(NAME)
        self._id: str | None = None  # of the message, "" when it came without
        self._stop: str | None = None
        self._counts: dict[str, Any] = {}
        self._done = False

    @property
    def complete(self) -> bool:
        return self._done

    @property
    def done(self) -> bool:
        return self._done

    def feed(self, event: Event) -> list[StreamEvent]:
        if self._done or not event.data or event.data == "[DONE]":
            return []
        payload = parsed(_PAYLOAD, event.data)
        match payload.type or event.event:
            case "content_block_delta" if payload.delta is not None:
                return self._blocks.delta(payload.index or 0, payload.delta, event.data)
            case "content_block_start" if payload.content_block is not None:
                return self._blocks.start(payload.index or 0, payload.content_block)
            case "content_block_stop":
                return self._blocks.stop(payload.index or 0)
            case "message_start":
                return self._begin(_message(payload.message))
            case "message_delta":
                self._note(payload.delta.stop_reason if payload.delta else None, payload.usage)
                return []
            case "message_stop":
                return self._finish()
            case kind:
                _refuse(kind, payload.error, event.data.encode())
                return []

    def end(self) -> list[StreamEvent]:
        if self._done:
            return []
        raise Garbled("the answer stopped before its message_stop")

    def _begin(self, message: Message) -> list[StreamEvent]:
        key = message.id or ""
        if self._id is not None and (key == self._id or not self._blocks.seen):
            self._id = key
            self._note(message.stop_reason, message.usage)
            return []
        out: list[StreamEvent] = []
        if self._id is not None:
            out.append(Restarted("the provider began its answer anew"))
            self._blocks, self._stop, self._counts = Blocks(NAME), None, {}
        self._id = key
        self._note(message.stop_reason, message.usage)
        out.append(Start(message.id, message.model, self._usage()))
        for index, block in enumerate(message.content or ()):
            out += self._blocks.start(index, block)
            out += self._blocks.stop(index)
        return out

    def _note(self, stop: str | None, counts: dict[str, Any] | None) -> None:
        self._stop = stop or self._stop
        self._counts = merged(self._counts, counts or {})

    def _finish(self) -> list[StreamEvent]:
        if self._stop is None:
            raise Garbled("message_stop came without a stop_reason")
        out = self._blocks.end()
        self._done = True
        if (counts := self._usage()) is not None:
            out.append(UsageReport(counts))
        finish = FINISH.get(self._stop, Finish.OTHER)
        called = finish is Finish.STOP and self._blocks.called
        out.append(Finished(Finish.TOOL_CALLS if called else finish))
        return out

    def _usage(self) -> Usage | None:
        return usage(self._counts) if self._counts else None


def whole(body: bytes) -> list[StreamEvent]:
    """The events of a non-streaming body; Garbled when it is no message or has no stop_reason."""
    message = parsed(_MESSAGE, body)
    _refuse(message.type, message.error, body)
    if message.content is None:
        raise Garbled("the body is not a message")
    decoder = Decoder()
    return decoder._begin(message) + decoder._finish()


def _message(value: object) -> Message:
    try:
        return msgspec.convert(value, Message)
    except msgspec.ValidationError as problem:
        raise Garbled(f"message_start holds no message: {problem}") from None


def _refuse(kind: str | None, error: object, raw: bytes) -> None:
    if kind == "error" or error:
        raise UpstreamError(raw, status_of(error))
