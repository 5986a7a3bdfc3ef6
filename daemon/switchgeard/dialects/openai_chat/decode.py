"""What an openai.chat provider answers, as a stream or whole, to canonical events.

The terminal marker is a finish_reason on choice 0, and on every other choice that has begun. What the
others say is not read: who asked for several gets the provider's own bytes. Content may still follow
the marker (some hosts do), so Finished waits for `[DONE]` or the end; what cannot be read after it (a
last chunk that was cut) costs the token counts, not the answer.

Rules for editing: a quirk of a host is handled by what is on the wire, never by who sent it, and
has a test with its wire form. Unknown fields are never an error.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from switchgear_protocol.content import Usage
from switchgear_protocol.events import Finished, Start, StreamEvent, UsageReport
from switchgear_protocol.words import Finish
from switchgeard.dialects.fault import Garbled, UpstreamError, parsed, status_of, text_of
from switchgeard.upstream.sse import Event

from .blocks import Blocks, Delta
from .usage import usage

Raw = Callable[[], bytes]
"""The JSON as it came, made only when an error has to carry it."""

FINISH = {
    "stop": Finish.STOP,
    "eos": Finish.STOP,
    "end_turn": Finish.STOP,
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
    "model_length": Finish.LENGTH,  # Mistral: the context is full
    "tool_calls": Finish.TOOL_CALLS,
    "tool_use": Finish.TOOL_CALLS,
    "function_call": Finish.TOOL_CALLS,
    "content_filter": Finish.CONTENT_FILTER,
    "safety": Finish.CONTENT_FILTER,
    "sensitive": Finish.CONTENT_FILTER,  # Zhipu
    "refusal": Finish.REFUSAL,
}
"""finish_reason in lower case; what is not here is OTHER."""

CUT = frozenset({"error", "network_error", "insufficient_system_resource", "abort", "aborted", "cancelled"})
"""finish_reasons by which a host says that it gave up half-way: not an end, an error."""


MOST_CHOICES = 128
"""As many as OpenAI makes."""


class Choice(Struct, gc=False):
    index: int | None = 0
    delta: Delta | None = None
    message: Delta | None = None
    finish_reason: str | None = None
    error: Any = None


class Chunk(Struct):
    """A chunk or a whole body: they differ in `delta` or `message`."""

    choices: list[Choice] | None = None
    id: Any = None
    model: Any = None
    usage: Any = None
    error: Any = None
    x_groq: Any = None
    copilot_usage: Any = None  # GitHub Copilot: what it cost, beside the counts
    object: Any = None
    message: Any = None  # with no choices: a flat error, as is `detail`
    detail: Any = None


_CHUNK = msgspec.json.Decoder(Chunk)
_BODY = msgspec.json.Decoder(Chunk | list[Any])


class Decoder:
    """One streamed answer."""

    __slots__ = ("_blocks", "_closed", "_finish", "_others", "_started", "_usage")

    def __init__(self) -> None:
        self._blocks = Blocks()
        self._started = False
        self._finish: Finish | None = None
        self._others: set[int] = set()  # choices beside the first that have begun and not ended
        self._usage: Usage | None = None
        self._closed = False

    @property
    def complete(self) -> bool:
        return self._finish is not None and not self._others

    @property
    def done(self) -> bool:
        return self._closed

    def feed(self, event: Event) -> list[StreamEvent]:
        data = event.data.strip()
        if self._closed or not data:
            return []
        if data == "[DONE]":
            self._others.clear()
            return self.end()
        if event.event == "error":
            raise UpstreamError(data.encode())
        return self._chunk(data)

    def end(self) -> list[StreamEvent]:
        if self._closed:
            return []
        if self._finish is None or self._others:
            raise Garbled("the answer stopped before its finish_reason")
        self._closed = True
        out = self._blocks.end()
        if self._usage is not None:
            out.append(UsageReport(self._usage))
        out.append(Finished(self._reason(self._finish)))
        return out

    def _chunk(self, data: str) -> list[StreamEvent]:
        try:
            chunk = parsed(_CHUNK, data)
        except Garbled:
            if self.complete:
                return []
            raise
        return self._read(chunk, data.encode)

    def _read(self, chunk: Chunk, raw: Raw) -> list[StreamEvent]:
        _refuse(chunk, raw)
        self._note(chunk)
        out: list[StreamEvent] = []
        if not self._started and (chunk.choices or chunk.id):
            self._started = True
            self._blocks.answer = str(chunk.id or "")
            out.append(Start(text_of(chunk.id), text_of(chunk.model)))
        for choice in chunk.choices or ():
            if choice.index:
                self._other(choice.index, ended=bool(choice.finish_reason))
            else:
                self._choice(choice, raw, out)
        return out

    def _other(self, index: int, *, ended: bool) -> None:
        if ended:
            self._others.discard(index)
        elif len(self._others) < MOST_CHOICES:
            self._others.add(index)

    def _note(self, chunk: Chunk) -> None:
        counts = chunk.usage or (chunk.x_groq.get("usage") if isinstance(chunk.x_groq, dict) else None)
        if isinstance(counts, dict):
            self._usage = usage(counts, chunk.copilot_usage)

    def _choice(self, choice: Choice, raw: Raw, out: list[StreamEvent]) -> None:
        delta = choice.delta or choice.message
        if delta is not None:
            self._blocks.feed(delta, out)
        if choice.error:
            raise UpstreamError(raw(), status_of(choice.error))
        if choice.finish_reason:
            self._finish = _finish(choice.finish_reason)

    def _reason(self, finish: Finish) -> Finish:
        if finish is not Finish.STOP:
            return finish
        if self._blocks.refused:
            return Finish.REFUSAL
        return Finish.TOOL_CALLS if self._blocks.called else Finish.STOP


def whole(body: bytes) -> list[StreamEvent]:
    """The events of a non-streaming body; Garbled when it has no choice or no finish_reason."""
    chunk = parsed(_BODY, body)
    if isinstance(chunk, list) or not (chunk.choices or chunk.error):
        return _no_answer(chunk, body)
    decoder = Decoder()
    out = decoder._read(chunk, lambda: body)
    decoder._others.clear()  # a body is whole
    return out + decoder.end()


def _no_answer(chunk: Chunk | list[Any], body: bytes) -> list[StreamEvent]:
    if isinstance(chunk, list):  # [{"error": ...}]: Google's gate
        raise UpstreamError(body) if "error" in str(chunk[:1]) else Garbled("the body is a list, not an answer")
    _refuse(chunk, lambda: body)
    raise Garbled("the body has no choices")


def _refuse(chunk: Chunk, raw: Raw) -> None:
    """Raises UpstreamError when this is an error in any of the spellings hosts use."""
    if chunk.error:
        raise UpstreamError(raw(), status_of(chunk.error))
    if isinstance(chunk.x_groq, dict) and (error := chunk.x_groq.get("error")):
        raise UpstreamError(msgspec.json.encode({"error": error if isinstance(error, dict) else {"message": error}}))
    if chunk.choices is None and (chunk.object == "error" or chunk.message or chunk.detail):
        raise UpstreamError(raw())


def _finish(reason: str) -> Finish:
    name = reason.lower()
    if name in CUT:
        said = {"message": f"the provider ended its answer with finish_reason {name}", "code": name}
        raise UpstreamError(msgspec.json.encode({"error": {**said, "type": "server_error"}}))
    return FINISH.get(name, Finish.OTHER)
