"""Deltas of openai.chat to blocks: this wire has no blocks, only fields that begin and cease.

Text and reasoning end when the other begins. A tool call ends with the answer only: nothing on
this wire says that no more of its arguments will come, and hosts do interleave parallel calls. The
free text of a custom tool becomes arguments with one member, `input`, the form such a tool has towards
every other wire; a call in the old spelling (`function_call`) is a call without an id. Sound and
pictures are blocks of this wire's own.
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
from switchgeard.dialects.arguments import BEGINS, ENDS, escaped
from switchgeard.dialects.fault import Garbled

from .encode import NAME

MOST_CALLS = 1024
"""Tool calls in one answer; a stream that begins more is not an answer."""


class Function(Struct, gc=False):
    name: str | None = None
    arguments: Any = None  # text, or (local servers) the object itself


class FreeText(Struct, gc=False):
    name: str | None = None
    input: str | None = None


class ToolPart(Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: Function | None = None
    custom: FreeText | None = None


class Delta(Struct, gc=False):
    content: str | list[Any] | None = None  # a list of typed pieces: Mistral
    reasoning_content: str | None = None  # DeepSeek, xAI, Alibaba, Moonshot, ...
    reasoning: Any = None  # Groq, OpenRouter, Ollama; elsewhere an object
    refusal: str | None = None
    tool_calls: list[ToolPart] | None = None
    function_call: Function | None = None
    audio: Any = None
    images: Any = None  # OpenRouter


class Tool:
    """A call being written. It starts for the reader once its name is known."""

    __slots__ = ("free", "held", "id", "index", "key", "name")

    def __init__(self, key: str, index: int | None, *, free: bool) -> None:
        self.key = key  # the id it came with, "" if none
        self.index = index
        self.free = free  # it takes free text
        self.id = ""  # the id it goes by
        self.name = ""
        self.held: list[str] = []  # arguments that came before the name


class Blocks:
    """The blocks of one answer."""

    __slots__ = ("_field", "_open", "_tools", "answer", "refused")

    def __init__(self) -> None:
        self.answer = ""  # the answer's id, for calls that come without one
        self.refused = False
        self._open = ""  # "", "text" or "reasoning"
        self._field = ""  # where the reasoning came
        self._tools: list[Tool] = []

    @property
    def called(self) -> bool:
        return bool(self._tools)

    def feed(self, delta: Delta, out: list[StreamEvent]) -> None:
        if delta.reasoning_content:
            self._reasoning(delta.reasoning_content, "reasoning_content", out)
        elif delta.reasoning and isinstance(delta.reasoning, str):
            self._reasoning(delta.reasoning, "reasoning", out)
        if delta.content:
            self._content(delta.content, out)
        if delta.refusal:
            self.refused = True
            self._text(delta.refusal, out)
        for part in delta.tool_calls or ():
            self._part(part, out)
        if delta.function_call is not None:
            self._part(ToolPart(function=delta.function_call), out)
        if delta.audio or delta.images:
            self._media(delta, out)

    def end(self) -> list[StreamEvent]:
        """What closes every open block. Garbled when a call never got its name."""
        out: list[StreamEvent] = []
        self._close(out)
        if not all(tool.name for tool in self._tools):
            raise Garbled("a tool call came without a name")
        for tool in self._tools:
            out += [ToolArgsDelta(tool.id, ENDS), BlockEnd(tool.id)] if tool.free else [BlockEnd(tool.id)]
        return out

    def _content(self, content: str | list[Any], out: list[StreamEvent]) -> None:
        if isinstance(content, str):
            return self._text(content, out)
        for piece in content:
            kind = piece.get("type") if isinstance(piece, dict) else None
            if kind == "text":
                self._text(_flat(piece.get("text")), out)
            elif kind == "thinking":
                self._reasoning(_flat(piece.get("thinking")), "", out)
        return None

    def _text(self, text: str, out: list[StreamEvent]) -> None:
        if text:
            self._switch("text", out)
            out.append(TextDelta(text))

    def _reasoning(self, text: str, field: str, out: list[StreamEvent]) -> None:
        if text:
            self._switch("reasoning", out)
            self._field = field
            out.append(ReasoningDelta(text))

    def _switch(self, kind: str, out: list[StreamEvent]) -> None:
        if self._open != kind:
            self._close(out)
            self._open = kind

    def _close(self, out: list[StreamEvent]) -> None:
        if self._open == "reasoning" and self._field:
            out.append(ReasoningSignature(self._field))  # says where to put it when it is sent back
        if self._open:
            out.append(BlockEnd())
        self._open = ""

    def _media(self, delta: Delta, out: list[StreamEvent]) -> None:
        self._close(out)
        said = {"audio": delta.audio, "images": delta.images}
        out.append(OpaqueBlock(NAME, {name: value for name, value in said.items() if value}))

    def _part(self, part: ToolPart, out: list[StreamEvent]) -> None:
        tool = self._tool(part)
        name, text = _written(part)
        if not tool.name and name:
            self._begin(tool, name, out)
        if not tool.name:
            tool.held.append(text)
        elif text:
            out.append(ToolArgsDelta(tool.id, text))

    def _begin(self, tool: Tool, name: str, out: list[StreamEvent]) -> None:
        self._close(out)
        tool.name, tool.id = name, self._unique(tool)
        out.append(ToolStart(tool.id, name))
        if held := (BEGINS if tool.free else "") + "".join(tool.held):
            out.append(ToolArgsDelta(tool.id, held))

    def _unique(self, tool: Tool) -> str:
        number = self._tools.index(tool)
        key = tool.key or f"call_{self.answer}_{number}"
        return f"{key}_{number}" if any(key == other.id for other in self._tools) else key

    def _tool(self, part: ToolPart) -> Tool:
        """The call this part goes on with, or a new one.

        Keyed by index. Hosts leave it out (then by id, then the last call), repeat the id, send ""
        for it, or give every whole call index 0: a new id with a name is a new call.
        """
        named = bool(_written(part)[0])
        for tool in reversed(self._tools):
            same_id = not part.id or not tool.key or part.id == tool.key
            if part.index is None and part.id and part.id == tool.key:
                return tool
            if part.index is None and not part.id and not (named and tool.name):
                return tool
            if part.index is not None and part.index == tool.index and (same_id or not named):
                tool.key = tool.key or part.id or ""
                return tool
        if len(self._tools) >= MOST_CALLS:
            raise Garbled(f"the answer has more than {MOST_CALLS} tool calls")
        self._tools.append(Tool(part.id or "", part.index, free=part.custom is not None))
        return self._tools[-1]


def _written(part: ToolPart) -> tuple[str | None, str]:
    """A call's name, and what is written of its arguments here."""
    if part.custom is not None:
        return part.custom.name, escaped(part.custom.input or "")
    function = part.function or Function()
    return function.name, _arguments(function.arguments)


def _arguments(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return msgspec.json.encode(value).decode()


def _flat(value: object) -> str:
    """Text, or the text of a list of text pieces."""
    if isinstance(value, list):
        return "".join(_flat(piece.get("text")) for piece in value if isinstance(piece, dict))
    return value if isinstance(value, str) else ""
