"""What a google.generate provider answers, as a stream or whole, to canonical events.

The terminal marker is a finishReason, or a promptFeedback that says the prompt was blocked: no event ends a
stream, and counts may follow the reason. Every chunk is a whole response of its own. Of other candidates than
the first only the ends are looked for, which the answer waits for too. Grounding, citations and safety ratings
are not decoded: whom they, and several candidates, are for gets the provider's own bytes.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from switchgear_protocol.content import Usage
from switchgear_protocol.events import Finished, Start, StreamEvent, UsageReport
from switchgear_protocol.words import Finish
from switchgeard.dialects.fault import Garbled, UpstreamError, parsed, status_of, text_of
from switchgeard.upstream.sse import Event

from .parts import Parts
from .usage import usage

FINISH = {
    "STOP": Finish.STOP,
    "CONTINUATION": Finish.PAUSE,
    "MAX_TOKENS": Finish.LENGTH,
    **dict.fromkeys(
        (
            "SAFETY",
            "RECITATION",
            "LANGUAGE",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII",
            "MODEL_ARMOR",
            "ESCALATION",
            "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "IMAGE_RECITATION",
        ),
        Finish.CONTENT_FILTER,
    ),
}
"""finishReason; what is not here is OTHER."""

BROKEN = frozenset({"MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"})
"""finishReasons by which the host says that what the model wrote is no answer."""

MOST_CANDIDATES = 8
"""As many as Google makes."""

UNSIGNED = "MISSING_THOUGHT_SIGNATURE"
UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"


class Content(Struct, gc=False):
    parts: list[Raw] | None = None


class Candidate(Struct, gc=False, rename="camel"):
    index: int | None = None
    content: Content | None = None
    finish_reason: str | None = None


class Feedback(Struct, gc=False, rename="camel"):
    block_reason: str | None = None


class Chunk(Struct, rename="camel"):
    """A chunk or a whole body."""

    candidates: list[Candidate] | None = None
    prompt_feedback: Feedback | None = None
    usage_metadata: dict[str, Any] | None = None
    model_version: Any = None
    response_id: Any = None
    error: Any = None


_CHUNK = msgspec.json.Decoder(Chunk)
_LIST = msgspec.json.Decoder(list[Raw])


class Decoder:
    """One streamed answer."""

    __slots__ = ("_closed", "_counts", "_finish", "_others", "_parts", "_started")

    def __init__(self) -> None:
        self._parts = Parts()
        self._started = False
        self._finish: Finish | None = None
        self._others: set[int] = set()  # candidates beside the first that have begun and not ended
        self._counts: dict[str, Any] = {}
        self._closed = False

    @property
    def complete(self) -> bool:
        return self._finish is not None and not self._others

    @property
    def done(self) -> bool:
        return self._closed

    def feed(self, event: Event) -> list[StreamEvent]:
        data = event.data.strip()
        if self._closed or not data or data == "[DONE]":
            return []
        if not self.complete:
            return self._read(data)
        try:
            return self._read(data)
        except Garbled:  # what is spoiled behind the end costs counts, not the answer
            return []

    def end(self) -> list[StreamEvent]:
        if self._closed:
            return []
        if self._finish is None or self._others:
            raise Garbled("the answer stopped before its finishReason")
        self._closed = True
        out = self._parts.end()
        if (spent := self._usage()) is not None:
            out.append(UsageReport(spent))
        called = self._finish is Finish.STOP and self._parts.called
        return [*out, Finished(Finish.TOOL_CALLS if called else self._finish)]

    def _read(self, data: str | bytes) -> list[StreamEvent]:
        chunk = parsed(_CHUNK, data)
        if chunk.error:
            raise UpstreamError(data.encode() if isinstance(data, str) else data, status_of(chunk.error))
        self._count(chunk.usage_metadata or {})
        out = self._start(chunk)
        for candidate in chunk.candidates or ():
            out += self._other(candidate) if candidate.index else self._candidate(candidate)
        if chunk.prompt_feedback is not None and chunk.prompt_feedback.block_reason and not self.complete:
            self._finish = Finish.CONTENT_FILTER
        return out

    def _start(self, chunk: Chunk) -> list[StreamEvent]:
        if self._started or not (chunk.candidates or chunk.response_id or chunk.prompt_feedback):
            return []
        self._started = True
        key = text_of(chunk.response_id)
        self._parts.answer = key or ""
        return [Start(key, text_of(chunk.model_version), self._usage())]

    def _other(self, candidate: Candidate) -> list[StreamEvent]:
        index = candidate.index or 0
        if _ended(candidate):
            self._others.discard(index)
        elif len(self._others) < MOST_CANDIDATES:
            self._others.add(index)
        return []

    def _candidate(self, candidate: Candidate) -> list[StreamEvent]:
        parts = (candidate.content and candidate.content.parts) or ()
        out = [event for part in parts for event in self._parts.feed(part)]
        if (reason := _ended(candidate)) is not None:
            self._finish = _finish(reason)
        return out

    def _count(self, counts: dict[str, Any]) -> None:
        """The last ones count, but not where they are left out or nothing."""
        self._counts.update({name: value for name, value in counts.items() if value or name not in self._counts})

    def _usage(self) -> Usage | None:
        return usage(self._counts) if "promptTokenCount" in self._counts else None


def whole(body: bytes) -> list[StreamEvent]:
    """The events of a non-streaming body, or of a stream that came as one JSON list."""
    listed = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["
    decoder = Decoder()
    out = [event for chunk in (parsed(_LIST, body) if listed else [body]) for event in decoder._read(bytes(chunk))]
    if not listed:
        decoder._others.clear()  # a body is whole
    return out + decoder.end()


def _ended(candidate: Candidate) -> str | None:
    """The reason this candidate ended for; None while it goes on."""
    return candidate.finish_reason if candidate.finish_reason not in (None, "", UNSPECIFIED) else None


def _finish(reason: str) -> Finish:
    if reason == UNSIGNED:  # a 400 by its nature, late: the next try goes without signatures of others
        said = {"code": 400, "message": f"the answer ended with finishReason {reason}", "status": "INVALID_ARGUMENT"}
        raise UpstreamError(msgspec.json.encode({"error": said}), 400)
    if reason in BROKEN:
        raise Garbled(f"the answer ended with finishReason {reason}")
    return FINISH.get(reason, Finish.OTHER)
