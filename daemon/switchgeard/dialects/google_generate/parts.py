"""Parts of google.generate to canonical events.

A signature is given with the part that came of the thoughts it signs: a call, a text, or an empty text at the
end. Here it comes before that part, with the thoughts if there were some to see; `encode` puts it back on the
next part, or on an empty text when none follows. Parts of other sorts (pictures, code that was run, tools of
Google's) are handed over whole. Calls come whole; one whose arguments came in pieces ends with the piece that
says so, with the next call, or with the answer.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

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

from .pieces import Growing, Piece
from .signature import normal

NAME = "google.generate"
MOST_CALLS = 1024
"""Tool calls in one answer; one that has more is none."""

NOTHING = (b"", b"null")


class Call(Struct, gc=False, rename="camel"):
    id: str | None = None
    name: str | None = None
    args: Raw = Raw()
    partial_args: list[Piece] | None = None
    will_continue: bool | None = None


class Part(Struct, gc=False, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: Call | None = None


_PART = msgspec.json.Decoder(Part)
_OBJECT = msgspec.json.Decoder(dict[str, Any])
_BARE = frozenset({"thought", "thoughtSignature"})


class Parts:
    """The parts of one answer."""

    __slots__ = ("_growing", "_ids", "_open", "answer")

    def __init__(self) -> None:
        self.answer = ""  # the answer's id, for calls that come without one
        self._ids: list[str] = []
        self._open = ""  # "", "text" or "reasoning"
        self._growing: Growing | None = None  # the last call's arguments, while pieces come

    @property
    def called(self) -> bool:
        return bool(self._ids)

    def feed(self, raw: Raw) -> list[StreamEvent]:
        part = parsed(_PART, bytes(raw))
        if part.function_call is not None:
            return self._call(part.function_call, part.thought_signature)
        out = self._grown()
        if part.text is None and (data := parsed(_OBJECT, bytes(raw))).keys() - _BARE:
            return [*out, *self._close(), OpaqueBlock(NAME, data)]
        return out + self._said(part)

    def end(self) -> list[StreamEvent]:
        return self._grown() + self._close()

    def _said(self, part: Part) -> list[StreamEvent]:
        out: list[StreamEvent] = []
        if not part.thought:
            out += self._signed(part.thought_signature)
        if part.text:
            out += self._switch("reasoning" if part.thought else "text")
            out.append(ReasoningDelta(part.text) if part.thought else TextDelta(part.text))
        if part.thought:
            out += self._signed(part.thought_signature)
        return out

    def _signed(self, signature: str | None) -> list[StreamEvent]:
        if not signature:
            return []
        out = self._switch("reasoning")
        return [*out, ReasoningSignature(normal(signature)), *self._close()]

    def _switch(self, kind: str) -> list[StreamEvent]:
        out = self._close() if self._open != kind else []
        self._open = kind
        return out

    def _close(self) -> list[StreamEvent]:
        was, self._open = self._open, ""
        return [BlockEnd()] if was else []

    def _call(self, call: Call, signature: str | None) -> list[StreamEvent]:
        if not call.name:
            return self._more(call)
        out = [*self._grown(), *self._signed(signature), *self._close()]
        key = self._id(call.id)
        out.append(ToolStart(key, call.name))
        if call.will_continue or call.partial_args:
            self._growing = Growing()
            return out + self._more(call)
        return [*out, ToolArgsDelta(key, _arguments(call.args)), BlockEnd(key)]

    def _more(self, call: Call) -> list[StreamEvent]:
        """Pieces of the last call's arguments; nothing of it when none is under way."""
        if self._growing is None:
            if call.partial_args:
                raise Garbled("arguments came for a call that never began")
            return []
        for piece in call.partial_args or ():
            self._growing.add(piece)
        return [] if call.will_continue else self._grown()

    def _grown(self) -> list[StreamEvent]:
        """What ends the call whose arguments came in pieces."""
        growing, self._growing = self._growing, None
        if growing is None:
            return []
        key = self._ids[-1]
        return [ToolArgsDelta(key, growing.json()), BlockEnd(key)]

    def _id(self, given: str | None) -> str:
        number = len(self._ids)
        if number >= MOST_CALLS:
            raise Garbled(f"the answer has more than {MOST_CALLS} tool calls")
        key = given or f"call_{self.answer}_{number}"
        self._ids.append(f"{key}_{number}" if key in self._ids else key)
        return self._ids[-1]


def _arguments(args: Raw) -> str:
    """As the model wrote them; no arguments are none."""
    return "{}" if bytes(args) in NOTHING else bytes(args).decode("utf-8", "replace")
