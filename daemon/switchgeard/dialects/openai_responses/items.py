"""Output items of openai.responses to canonical events.

Messages, reasoning and calls of the client's tools have events of their own; every other item (hosted
tools, mcp, compaction, programs, whatever comes next year) is handed over whole when it is done.

An item is known by its place, `output_index`: some hosts give it another id in every event. What came in
deltas counts; what an item holds when it is done adds what goes on where they ceased. Parts of a reasoning
summary are set apart by a blank line. Free text for a custom tool becomes arguments with one member,
`input`, the form such a tool has towards every other wire. The phase and the annotations of a message
follow its text in a block of type `message_notes`, which the encoder puts back where they were.
"""

import msgspec

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
from switchgeard.dialects.arguments import BEGINS, ENDS, escaped
from switchgeard.dialects.fault import Garbled
from switchgeard.dialects.wire import Wire

NAME = "openai.responses"
NOTES = "message_notes"
MOST_ITEMS = 4096
"""Items in one answer; a stream that begins more is not an answer."""

CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
"""Items that are calls of the client's own tools -> where they keep what the model wrote."""
Part = tuple[str, int]
"""Within an item: "text", "summary", "thought" or "arguments", and its index."""
ARGUMENTS: Part = ("arguments", 0)


class Open:
    """An item between its first event and its end."""

    __slots__ = ("ended", "id", "kind", "seen")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.id = ""  # a call's, as the reader knows it
        self.seen: dict[Part, list[str]] = {}  # what deltas told of each part
        self.ended = False

    def unsaid(self, part: Part, whole: object) -> str:
        """The rest of a part that is whole now, behind what deltas told of it."""
        text = whole if isinstance(whole, str) else ""
        told = "".join(self.seen.get(part, ()))
        return text[len(told) :] if text.startswith(told) else ""


class Items:
    """The items of one response. `calls`: ids in use, shared with the responses before it."""

    __slots__ = ("_calls", "_current", "_items", "_places", "answer", "called", "refused")

    def __init__(self, calls: set[str], answer: str = "") -> None:
        self.answer = answer  # the response's id, for calls that come without one
        self.called = False
        self.refused = False
        self._items: dict[int, Open] = {}
        self._places: dict[str, int] = {}  # item id -> place, for hosts that send no output_index
        self._current: tuple[int, Part] | None = None  # the text or reasoning being written
        self._calls = calls

    def place(self, index: int | None, item_id: str | None) -> int:
        """Where an event's item stands."""
        if index is not None:
            return index
        if item_id is not None and item_id in self._places:
            return self._places[item_id]
        return max(self._items, default=-1)

    def added(self, index: int | None, item: Wire) -> list[StreamEvent]:
        """An item begins."""
        at = index if index is not None else max(self._items, default=-1) + 1
        if at in self._items:
            return []
        if len(self._items) >= MOST_ITEMS:
            raise Garbled(f"the answer has more than {MOST_ITEMS} items")
        opened = self._items[at] = Open(str(item.get("type")))
        if isinstance(item.get("id"), str):
            self._places[item["id"]] = at
        return self._call(at, opened, item) if opened.kind in CALLS else []

    def told(self, at: int, part: Part, text: object) -> list[StreamEvent]:
        """A delta of text or reasoning."""
        if not text or not isinstance(text, str):
            return []
        kind = "message" if part[0] == "text" else "reasoning"
        if at not in self._items:  # some gateways leave out that an item begins
            at = max(at, 0)
            self.added(at, {"type": kind})
        opened = self._items[at]
        if opened.kind != kind or opened.ended:
            raise Garbled(f"a delta came for no open item of type {kind}")
        out = self._before(at, part, opened)
        opened.seen.setdefault(part, []).append(text)
        out.append(TextDelta(text) if kind == "message" else ReasoningDelta(text))
        return out

    def wrote(self, at: int, kind: str, text: object) -> list[StreamEvent]:
        """A delta of a call's arguments, or of a custom call's free text."""
        opened = self._items.get(at)
        if opened is None or opened.kind != kind or opened.ended:
            raise Garbled("arguments came for a call that never began")
        if not text or not isinstance(text, str):
            return []
        first = not opened.seen
        opened.seen.setdefault(ARGUMENTS, []).append(text)
        if kind == "function_call":
            return [ToolArgsDelta(opened.id, text)]
        return [ToolArgsDelta(opened.id, (BEGINS if first else "") + escaped(text))]

    def done(self, index: int | None, item: Wire) -> list[StreamEvent]:
        """An item is whole; what no delta told is told now."""
        at = self.place(index, str(item.get("id")))
        if index is None and (at not in self._items or self._items[at].ended):
            at = max(self._items, default=-1) + 1
        out = self.added(at, item)
        opened = self._items[at]
        if opened.ended:
            return out
        out += self._rest(at, opened, item)
        opened.ended = True
        return out

    def rest(self, output: object) -> list[StreamEvent]:
        """Items of the whole response that the stream never told. Places may have gaps, and ids change."""
        whole = _objects(output)
        if len(whole) <= sum(opened.ended for opened in self._items.values()):
            return []
        out: list[StreamEvent] = []
        for position, item in enumerate(whole):
            at = self._places.get(str(item.get("id")), position)
            if not (at in self._items and self._items[at].ended):
                out += self.done(at, item)
        return out

    def end(self, *, cut: bool) -> list[StreamEvent]:
        """What closes every open item. Garbled when one is a call, unless the answer says it was cut there."""
        out = self._close()
        for opened in self._items.values():
            if not opened.ended and opened.kind in CALLS:
                if not cut:
                    raise Garbled("the answer ends inside a tool call")
                out.append(BlockEnd(opened.id))
        return out

    def _call(self, at: int, opened: Open, item: Wire) -> list[StreamEvent]:
        name, key = item.get("name"), item.get("call_id") or item.get("id")
        if not (name and isinstance(name, str)):
            raise Garbled("a tool call came without a name")
        key = key if key and isinstance(key, str) else f"call_{self.answer}_{at}"
        opened.id = f"{key}_{at}" if key in self._calls else key
        self._calls.add(opened.id)
        self.called = True
        return [*self._close(), ToolStart(opened.id, name)]

    def _rest(self, at: int, opened: Open, item: Wire) -> list[StreamEvent]:
        match opened.kind:
            case "message":
                return self._message(at, opened, item)
            case "reasoning":
                return self._reasoning(at, opened, item)
            case "function_call" | "custom_tool_call":
                return self._arguments(at, opened, item)
            case _:
                return [*self._close(), OpaqueBlock(NAME, item)]

    def _message(self, at: int, opened: Open, item: Wire) -> list[StreamEvent]:
        parts = _objects(item.get("content"))
        out: list[StreamEvent] = []
        for number, part in enumerate(parts):
            refusal = part.get("type") == "refusal"
            self.refused = self.refused or refusal
            key = ("text", number)
            out += self.told(at, key, opened.unsaid(key, part.get("refusal" if refusal else "text")))
        out += self._close()
        notes = _notes(item, parts)
        return [*out, OpaqueBlock(NAME, notes)] if notes else out

    def _reasoning(self, at: int, opened: Open, item: Wire) -> list[StreamEvent]:
        out: list[StreamEvent] = []
        for kind, field in (("summary", "summary"), ("thought", "content")):
            for number, part in enumerate(_objects(item.get(field))):
                out += self.told(at, (kind, number), opened.unsaid((kind, number), part.get("text")))
        sealed = item.get("encrypted_content")
        if sealed and isinstance(sealed, str):
            if self._current is not None and self._current[0] != at:
                out += self._close()
            return [*out, ReasoningSignature(sealed), *(self._close() or [BlockEnd()])]
        return out + self._close()

    def _arguments(self, at: int, opened: Open, item: Wire) -> list[StreamEvent]:
        value = item.get(CALLS[opened.kind])
        whole = value if isinstance(value, str) or not value else msgspec.json.encode(value).decode()
        out = self.wrote(at, opened.kind, opened.unsaid(ARGUMENTS, whole))
        if opened.kind == "custom_tool_call":
            out.append(ToolArgsDelta(opened.id, ENDS if opened.seen else BEGINS + ENDS))
        return [*out, BlockEnd(opened.id)]

    def _before(self, at: int, part: Part, opened: Open) -> list[StreamEvent]:
        """What ends before this part goes on: reasoning's parts are one block, a message's one each."""
        before, self._current = self._current, (at, part)
        if before is None or before == (at, part):
            return []
        if before[0] == at and part[0] != "text":
            return [ReasoningDelta("\n\n")]
        return [BlockEnd()]

    def _close(self) -> list[StreamEvent]:
        before, self._current = self._current, None
        return [] if before is None else [BlockEnd()]


def _objects(value: object) -> list[Wire]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _notes(item: Wire, parts: list[Wire]) -> Wire | None:
    annotations = [part.get("annotations") or [] for part in parts]
    notes: Wire = {"phase": item["phase"]} if item.get("phase") else {}
    if any(annotations):
        notes["annotations"] = annotations
    return {"type": NOTES, **notes} if notes else None
