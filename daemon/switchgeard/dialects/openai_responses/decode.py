"""What an openai.responses provider streams or answers, to canonical events.

The terminal marker is `response.completed` or `response.incomplete`; `response.failed` and `error` are
errors inside a 200. Another response may begin behind the marker (a gateway that runs tools itself tells
them all in one stream): its items follow on, its usage is added, its finish is the one that counts. So
Finished waits for `[DONE]` or the end; all else behind a marker is nothing.

Rules for editing: a quirk of a host is handled by what is on the wire, never by who sent it, and has a
test with its wire form. Unknown events and unknown fields are never an error.
"""

from typing import Any

import msgspec
from msgspec import Struct

from switchgear_protocol.content import Usage
from switchgear_protocol.events import Finished, Start, StreamEvent, UsageReport
from switchgear_protocol.words import Finish
from switchgeard.dialects.counts import added
from switchgeard.dialects.fault import Garbled, UpstreamError, parsed, status_of, text_of
from switchgeard.upstream.sse import Event

from .items import Items
from .usage import usage

INCOMPLETE = {
    "max_output_tokens": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
    "content_filter": Finish.CONTENT_FILTER,
}
"""incomplete_details.reason; what is not here is OTHER."""

ENDS = {
    "response.completed": "completed",
    "response.done": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
    "response.cancelled": "cancelled",
}
"""Events that end a stream -> the status they stand for, when the response itself names none."""

MOST_RESPONSES = 256
"""Responses in one stream; one that begins more is not an answer."""

SETTLED = tuple(ENDS.values())  # no set: a status may come that has no hash

PARTS = {
    "response.output_text.delta": "text",
    "response.refusal.delta": "text",
    "response.reasoning_summary_text.delta": "summary",
    "response.reasoning_text.delta": "thought",
}
"""Deltas of text and reasoning -> the sort of part they belong to."""

WRITTEN = {
    "response.function_call_arguments.delta": "function_call",
    "response.custom_tool_call_input.delta": "custom_tool_call",
}
"""Deltas of calls -> the item they belong to."""


class Response(Struct):
    """The response object: a whole body, or in the events that begin and end a stream."""

    id: Any = None
    model: Any = None
    status: Any = None
    output: Any = None
    usage: Any = None
    copilot_usage: Any = None  # GitHub Copilot: what it cost, here or beside the response
    error: Any = None
    incomplete_details: Any = None


class Payload(Struct):
    type: str | None = None
    delta: Any = None
    output_index: int | None = None
    item_id: str | None = None
    content_index: int | None = None
    summary_index: int | None = None
    item: dict[str, Any] | None = None
    response: Response | None = None
    copilot_usage: Any = None
    error: Any = None


_PAYLOAD = msgspec.json.Decoder(Payload)
_RESPONSE = msgspec.json.Decoder(Response)


class Decoder:
    """One streamed answer."""

    __slots__ = ("_calls", "_closed", "_finish", "_ids", "_items", "_usage")

    def __init__(self) -> None:
        self._calls: set[str] = set()
        self._items = Items(self._calls)
        self._ids: list[str | None] = []  # of the responses
        self._usage: Usage | None = None  # of those that have ended
        self._finish: Finish | None = None  # of the last one, once it has ended
        self._closed = False

    @property
    def complete(self) -> bool:
        return self._finish is not None

    @property
    def done(self) -> bool:
        return self._closed

    def feed(self, event: Event) -> list[StreamEvent]:
        data = event.data.strip()
        if self._closed or not data:
            return []
        if data == "[DONE]":
            return self.end() if self.complete else []
        if self.complete:
            return self._behind(data)
        payload = parsed(_PAYLOAD, data)
        kind = payload.type or event.event or ""
        if kind == "error" or (payload.error and not payload.response):
            raise UpstreamError(data.encode(), status_of(payload.error))
        if payload.response is not None:
            payload.response.copilot_usage = payload.response.copilot_usage or payload.copilot_usage
            return self._response(kind, payload.response)
        out = self._part(kind, payload)
        return self._start(Response()) + out if out else out

    def end(self) -> list[StreamEvent]:
        if self._closed:
            return []
        if self._finish is None:
            raise Garbled("the answer stopped before its response.completed")
        self._closed = True
        counts: list[StreamEvent] = [UsageReport(self._usage)] if self._usage is not None else []
        return [*counts, Finished(self._finish)]

    def _behind(self, data: str) -> list[StreamEvent]:
        """Another response goes on with the answer; nothing else here can add to it or spoil it."""
        try:
            payload = parsed(_PAYLOAD, data)
        except Garbled:
            return []
        response = payload.response
        if payload.type != "response.created" or response is None or text_of(response.id) in (None, *self._ids):
            return []
        if len(self._ids) >= MOST_RESPONSES:
            raise Garbled(f"the answer has more than {MOST_RESPONSES} responses")
        self._finish = None
        self._open(response)
        return []

    def _part(self, kind: str, payload: Payload) -> list[StreamEvent]:
        items, index = self._items, payload.output_index
        if kind in PARTS:
            number = payload.summary_index if PARTS[kind] == "summary" else payload.content_index
            return items.told(items.place(index, payload.item_id), (PARTS[kind], number or 0), payload.delta)
        if kind in WRITTEN:
            return items.wrote(items.place(index, payload.item_id), WRITTEN[kind], payload.delta)
        if payload.item is not None and kind == "response.output_item.added":
            return items.added(index, payload.item)
        if payload.item is not None and kind == "response.output_item.done":
            return items.done(index, payload.item)
        return []

    def _response(self, kind: str, response: Response) -> list[StreamEvent]:
        start = self._start(response)
        return start + self._ended(response, ENDS[kind]) if kind in ENDS else start

    def _start(self, response: Response) -> list[StreamEvent]:
        if self._ids:
            return []
        self._open(response)
        return [Start(text_of(response.id), text_of(response.model))]

    def _open(self, response: Response) -> None:
        """A response on a clean sheet."""
        self._ids.append(text_of(response.id))
        self._items = Items(self._calls, text_of(response.id) or "")

    def _ended(self, response: Response, status: str) -> list[StreamEvent]:
        status = response.status if response.status in SETTLED else status
        _refuse(response, status)
        out = self._items.rest(response.output) + self._items.end(cut=status == "incomplete")
        if isinstance(response.usage, dict):
            self._usage = added(self._usage, usage(response.usage, response.copilot_usage))
        self._finish = self._reason(response, status)
        return out

    def _reason(self, response: Response, status: str) -> Finish:
        if status == "incomplete":
            details = response.incomplete_details
            reason = details.get("reason") if isinstance(details, dict) else None
            return INCOMPLETE.get(str(reason), Finish.OTHER)
        if self._items.refused:
            return Finish.REFUSAL
        return Finish.TOOL_CALLS if self._items.called else Finish.STOP


def whole(body: bytes) -> list[StreamEvent]:
    """The events of a non-streaming body; Garbled when it is no response or one that is not done."""
    response = parsed(_RESPONSE, body)
    if response.error:
        raise UpstreamError(body, status_of(response.error))
    if not isinstance(response.output, list):
        raise Garbled("the body is not a response")
    if response.status is not None and response.status not in SETTLED:
        raise Garbled("the answer is not done")
    decoder = Decoder()
    return decoder._start(response) + decoder._ended(response, "completed") + decoder.end()


def _refuse(response: Response, status: str) -> None:
    """Raises UpstreamError when the answer failed."""
    if response.error or status in ("failed", "cancelled"):
        error = response.error or {"code": "server_error", "message": f"the provider says: the answer {status}"}
        raise UpstreamError(msgspec.json.encode({"error": error}), status_of(error))
