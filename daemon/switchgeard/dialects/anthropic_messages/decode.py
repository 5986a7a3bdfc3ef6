"""The Messages API's stream and body to canonical events.

The terminal marker is `message_stop`, after a stop_reason. Unknown events, and unknown fields of
known ones, are ignored, as the API's versioning policy asks of clients.

A second message_start with another id, before message_stop, means that a gateway in between began
anew inside one stream: what came before is void, so Restarted goes out. After message_stop it is
more of the same answer (server-side tools give several messages in one stream): its blocks follow
on, its usage is added, its stop_reason is the one that counts. So Finished waits for the stream's
end. An id that was seen is a repetition, and so is everything else behind a message_stop.
"""

from typing import Any

import msgspec
from msgspec import Struct

from switchgear_protocol.content import Usage
from switchgear_protocol.events import Finished, Restarted, Start, StreamEvent, UsageReport
from switchgear_protocol.words import Finish
from switchgeard.dialects.counts import added
from switchgeard.dialects.fault import Garbled, UpstreamError, parsed, status_of
from switchgeard.upstream.sse import Event

from .blocks import Blocks, Delta
from .encode import NAME
from .usage import merged, usage

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

MOST_MESSAGES = 256
"""Messages in one answer; a stream that begins more is not an answer."""


class Message(Struct):
    """A whole body, or the `message` of message_start (which may already hold blocks)."""

    type: str | None = None
    id: str | None = None
    model: str | None = None
    content: list[dict[str, Any]] | None = None
    stop_reason: str | None = None
    usage: dict[str, Any] | None = None
    copilot_usage: Any = None  # GitHub Copilot: what it cost, beside the counts
    error: Any = None


class Payload(Struct):
    type: str | None = None
    index: int | None = None
    delta: Delta | None = None
    content_block: dict[str, Any] | None = None
    message: Any = None  # a Message, or (in an error) text
    usage: dict[str, Any] | None = None
    copilot_usage: Any = None
    error: Any = None


_PAYLOAD = msgspec.json.Decoder(Payload)
_MESSAGE = msgspec.json.Decoder(Message)


class Decoder:
    """One streamed answer."""

    __slots__ = ("_blocks", "_counts", "_done", "_ended", "_ids", "_spent", "_stop")

    def __init__(self) -> None:
        self._blocks = Blocks(NAME)
        self._ids: list[str] = []  # of the messages, "" when one came without
        self._stop: str | None = None
        self._counts: dict[str, Any] = {}  # of the message being read
        self._spent: Usage | None = None  # by the messages before it
        self._ended = False  # between a message_stop and the next message
        self._done = False

    @property
    def complete(self) -> bool:
        return self._ended

    @property
    def done(self) -> bool:
        return self._done

    def feed(self, event: Event) -> list[StreamEvent]:
        if self._done or not event.data:
            return []
        if self._ended:
            return self._after_stop(event)
        if event.data == "[DONE]":
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
                self._note(payload.delta.stop_reason if payload.delta else None, payload.usage, payload.copilot_usage)
                return []
            case "message_stop":
                return self._stopped()
            case kind:
                _refuse(kind, payload.error, event.data.encode())
                return []

    def end(self) -> list[StreamEvent]:
        if self._done:
            return []
        if not self._ended or self._stop is None:
            raise Garbled("the answer stopped before its message_stop")
        self._done = True
        counts = added(self._spent, self._usage())
        out: list[StreamEvent] = [UsageReport(counts)] if counts is not None else []
        finish = FINISH.get(self._stop, Finish.OTHER)
        called = finish is Finish.STOP and self._blocks.called
        return [*out, Finished(Finish.TOOL_CALLS if called else finish)]

    def _after_stop(self, event: Event) -> list[StreamEvent]:
        """Another message goes on with the answer; nothing else here can add to it or spoil it."""
        if event.data == "[DONE]":
            return self.end()
        try:
            payload = parsed(_PAYLOAD, event.data)
            message = _message(payload.message) if (payload.type or event.event) == "message_start" else Message()
        except Garbled:
            return []
        if not message.id or message.id in self._ids:
            return []
        if len(self._ids) >= MOST_MESSAGES:
            raise Garbled(f"the answer has more than {MOST_MESSAGES} messages")
        self._spent = added(self._spent, self._usage())
        self._ended = False
        return self._open(message)

    def _begin(self, message: Message) -> list[StreamEvent]:
        if not self._ids:
            opened = self._open(message)
            return [Start(message.id, message.model, self._usage()), *opened]
        if (message.id or "") == self._ids[-1] or not self._blocks.seen:
            self._ids[-1] = message.id or ""
            self._note(message.stop_reason, message.usage, message.copilot_usage)
            return []
        return self._anew(message)

    def _anew(self, message: Message) -> list[StreamEvent]:
        if len(self._ids) > 1:  # Restarted would also void the messages that have ended well
            raise Garbled("a message of the answer began before the one before it had ended")
        self._ids.clear()
        return [Restarted("the provider began its answer anew"), *self._begin(message)]

    def _open(self, message: Message) -> list[StreamEvent]:
        """A message on a clean sheet, with the blocks that came in its start."""
        self._ids.append(message.id or "")
        self._blocks, self._stop, self._counts = Blocks(NAME), None, {}
        self._note(message.stop_reason, message.usage, message.copilot_usage)
        out: list[StreamEvent] = []
        for index, block in enumerate(message.content or ()):
            out += self._blocks.start(index, block)
            out += self._blocks.stop(index)
        return out

    def _note(self, stop: str | None, counts: dict[str, Any] | None, paid: object) -> None:
        self._stop = stop or self._stop
        self._counts = merged(self._counts, (counts or {}) | ({"copilot_usage": paid} if paid else {}))

    def _stopped(self) -> list[StreamEvent]:
        if self._stop is None:
            raise Garbled("message_stop came without a stop_reason")
        self._ended = True
        return self._blocks.end()

    def _usage(self) -> Usage | None:
        return usage(self._counts) if self._counts else None


def whole(body: bytes) -> list[StreamEvent]:
    """The events of a non-streaming body; Garbled when it is no message or has no stop_reason."""
    message = parsed(_MESSAGE, body)
    _refuse(message.type, message.error, body)
    if message.content is None:
        raise Garbled("the body is not a message")
    decoder = Decoder()
    return decoder._begin(message) + decoder._stopped() + decoder.end()


def _message(value: object) -> Message:
    try:
        return msgspec.convert(value, Message)
    except msgspec.ValidationError as problem:
        raise Garbled(f"message_start holds no message: {problem}") from None


def _refuse(kind: str | None, error: object, raw: bytes) -> None:
    if kind == "error" or error:
        raise UpstreamError(raw, status_of(error))
