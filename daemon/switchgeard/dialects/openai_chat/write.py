"""An answer as openai.chat streams it: chunks of one choice, its usage if it was asked for, and [DONE].

Thousands of chunks differ in one string, so the words around it are made once. What a stream says
of a block is what `answer` says of it; see there for what is left out.
"""

import msgspec

from switchgear_protocol.content import Usage
from switchgear_protocol.errors import ErrorObject
from switchgear_protocol.events import (
    BlockEnd,
    ReasoningDelta,
    Start,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
)
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.dialects import tool_ids
from switchgeard.dialects.arguments import free_text
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.wire import Wire
from switchgeard.upstream.sse import Event

from .answer import FINISHES, REASONING, counts, name
from .patch import TERMINAL
from .refuse import shape


class _Call:
    """A tool call being written. `held`: the pieces of a free text, which can only be told whole."""

    __slots__ = ("empty", "held", "index")

    def __init__(self, index: int, *, custom: bool) -> None:
        self.index = index
        self.empty = True
        self.held: list[str] | None = [] if custom else None


class Writer:
    """One answer. See `dialect.Writing`."""

    __slots__ = ("_begun", "_calls", "_head", "_told", "_written")

    def __init__(self, told: Told) -> None:
        self._told = told
        self._begun = False
        self._calls: dict[str, _Call] = {}
        self._written = 0  # calls
        head = {
            "id": name(told),
            "object": "chat.completion.chunk",
            "created": told.created,
            "model": told.model,
        }
        self._head = _json(head)[:-1]

    def begin(self, issuer: Issuer) -> None:
        """Nothing is sealed here, but another attempt's calls are not this one's."""
        self._calls = {}

    def feed(self, event: StreamEvent) -> list[Event]:
        match event:
            case TextDelta(text=text):
                return self._said("content", text)
            case ReasoningDelta(text=text):
                return self._said(REASONING, text)
            case ToolArgsDelta(id=id, json=piece):
                return self._arguments(id, piece)
            case ToolStart():
                return self._opened(event)
            case BlockEnd(id=str(id)):
                return self._closed(id)
            case Start():
                return self._first()
            case _:
                return []

    def finish(self, finish: Finish, usage: Usage) -> list[Event]:
        out = [*self._first(), self._chunk("{}", f'"{FINISHES[finish]}"')]
        if self._told.asked.usage_wanted:
            out.append(Event(None, f'{self._head},"choices":[],"usage":{_json(counts(usage))}}}'))
        return [*out, Event(None, TERMINAL)]

    def fail(self, error: ErrorObject) -> list[Event]:
        """Without [DONE]: nobody may take it for whole."""
        return [Event(None, _json(shape(error)))]

    def _first(self) -> list[Event]:
        if self._begun:
            return []
        self._begun = True
        return [self._chunk('{"role":"assistant","content":""}')]

    def _chunk(self, delta: str, finish: str = "null") -> Event:
        return Event(None, f'{self._head},"choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]}}')

    def _said(self, field: str, text: str) -> list[Event]:
        return [*self._first(), self._chunk(f'{{"{field}":{_json(text)}}}')] if text else []

    def _opened(self, event: ToolStart) -> list[Event]:
        custom = event.name in self._told.asked.custom_tools
        call = self._calls[event.id] = _Call(self._written, custom=custom)
        self._written += 1
        begun: Wire = {"index": call.index, "id": tool_ids.renamed(event.id)}
        if custom:
            return [
                *self._first(),
                self._part({**begun, "type": "custom", "custom": {"name": event.name, "input": ""}}),
            ]
        function = {"name": event.name, "arguments": ""}
        return [*self._first(), self._part({**begun, "type": "function", "function": function})]

    def _arguments(self, id: str, piece: str) -> list[Event]:
        call = self._calls.get(id)
        if call is None or not piece:
            return []
        call.empty = False
        if call.held is None:
            return [self._part({"index": call.index, "function": {"arguments": piece}})]
        call.held.append(piece)
        return []

    def _closed(self, id: str) -> list[Event]:
        call = self._calls.pop(id, None)
        if call is None:
            return []
        if call.held is not None:
            return [self._part({"index": call.index, "custom": {"input": free_text("".join(call.held))}})]
        # no arguments are {}: clients parse what they joined
        return [self._part({"index": call.index, "function": {"arguments": "{}"}})] if call.empty else []

    def _part(self, part: Wire) -> Event:
        return self._chunk(f'{{"tool_calls":[{_json(part)}]}}')


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
