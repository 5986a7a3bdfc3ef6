"""Tools of openai.responses that other wires know as functions, and how a call of each is spelled back.

    function        as it is
    namespace       its functions one by one, named NAMESPACE__NAME
    custom          a function with one text parameter, `input`; its grammar goes into the description
    local_shell     a function that takes a command as a list of words
    tool_search     (run by the client) a function with the parameters it came with

Every other type is a tool the provider runs itself: it has no counterpart and is left out. Beside tools
of the client's own, web_search and tool_search count for nothing more: an agent offers them with every
request. Alone, or asked for by name, they are what the request is about, as the others always are.

Rules for editing: `FUNCTIONS` is the list above; a name is made from the tool's own words alone, because a
call of an earlier turn has to get the same one.
"""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from switchgear_protocol.content import Tool
from switchgeard.dialects import tool_ids

NAME_LIMIT = 64  # characters of a tool's name on every wire
FUNCTIONS = frozenset({"function", "custom", "local_shell", "tool_search"})
SIDELINES = frozenset({"web_search", "web_search_preview", "web_search_2025_08_26", "tool_search"})
INPUT = "input"

FREE_TEXT: dict[str, Any] = {
    "type": "object",
    "properties": {INPUT: {"type": "string", "description": "The tool's whole input, as plain text."}},
    "required": [INPUT],
    "additionalProperties": False,
}
SHELL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "command": {"type": "array", "items": {"type": "string"}, "description": "The program and its arguments."},
        "timeout_ms": {"type": "integer"},
        "working_directory": {"type": "string"},
    },
    "required": ["command"],
}
SHELL_WORDS = "Runs a command on the user's machine and returns its output."

Spelling = tuple[str, str, str]
"""How a call is spelled: the tool's type, its own name, its namespace ("" for none)."""


class Declared(Struct):
    """One entry of `tools`, as far as its name goes."""

    type: str | None = None
    name: str | None = None
    tools: "list[Declared] | None" = None
    execution: str | None = None


class Described(Struct):
    """One entry of `tools`, whole."""

    type: str | None = None
    name: str | None = None
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    format: dict[str, Any] | None = None
    tools: "list[Described] | None" = None
    execution: str | None = None


def spellings(tools: list[Declared]) -> dict[str, Spelling]:
    """By the name other wires know it by, how each tool that is no plain function is called."""
    out: dict[str, Spelling] = {}
    for tool in tools:
        for inner, namespace in _flat(tool):
            if inner.type != "function" or namespace:
                spelling = (inner.type or "", inner.name or inner.type or "", namespace)
                out.setdefault(known_as(spelling[1], namespace), spelling)
    return out


def hosted(tools: list[Declared], forced: str | None) -> bool:
    """Whether the request is about tools the provider runs itself. `forced`: the type tool_choice asks for."""
    theirs = [tool.type for tool in tools if not any(True for _ in _flat(tool)) and tool.type != "namespace"]
    own = len(theirs) < len(tools)
    return any(not own or kind == forced or kind not in SIDELINES for kind in theirs)


def translated(tools: list[Described]) -> list[Tool]:
    """The tools as functions. Two of one name are one: providers refuse both."""
    out: dict[str, Tool] = {}
    for tool in tools:
        for inner, namespace in _flat(tool):
            function = _function(inner, namespace)
            out.setdefault(function.name, function)
    return list(out.values())


def known_as(name: str, namespace: str = "") -> str:
    """The name of a tool towards other wires."""
    return tool_ids.safe(f"{namespace}__{name}", NAME_LIMIT) if namespace else name


def _flat(tool: Any) -> Iterator[tuple[Any, str]]:
    """The tool, or those in its namespace, that can be functions: with the namespace."""
    if tool.type == "namespace":
        yield from ((inner, tool.name or "") for inner in tool.tools or () if inner.type in FUNCTIONS)
    elif tool.type in FUNCTIONS and (tool.type != "tool_search" or tool.execution == "client"):
        yield tool, ""


def _function(tool: Described, namespace: str) -> Tool:
    name = known_as(tool.name or tool.type or "", namespace)
    match tool.type:
        case "custom":
            return Tool(name, _with_grammar(tool), FREE_TEXT)
        case "local_shell":
            return Tool(name, SHELL_WORDS, SHELL)
        case _:
            return Tool(name, tool.description or "", tool.parameters or {}, strict=bool(tool.strict))


def _with_grammar(tool: Described) -> str:
    given = tool.format or {}
    parts = [tool.description or ""]
    if given.get("type") == "grammar" and isinstance(given.get("definition"), str):
        parts.append(f"The input must match this {given.get('syntax', '')} grammar:\n{given['definition']}")
    return "\n\n".join(part for part in parts if part)
