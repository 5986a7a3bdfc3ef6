"""Tools of openai.responses that other wires know as functions, and how a call of each is spelled back.

    function        as it is
    namespace       its functions one by one, named NAMESPACE__NAME
    custom          a function with one text parameter, `input`; its grammar goes into the description
    local_shell, shell, apply_patch, tool_search    (run by the client) functions, see `shapes`

Every other type is a tool the provider runs itself: it has no counterpart and is left out. Beside tools of
the client's own, web_search and tool_search count for no more: agents offer them with every request. Alone,
or asked for by tool_choice, they are what the request is about, as the others always are.

Rules for editing: a name is made from the tool's own words alone, because a call of an earlier turn has to
get the same one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from switchgear_protocol.content import Tool
from switchgeard.dialects import tool_ids
from switchgeard.dialects.arguments import INPUT

from .shapes import BY_TOOL

NAME_LIMIT = 64  # characters of a tool's name on every wire
SIDELINES = frozenset({"web_search", "web_search_preview", "tool_search"})

FREE_TEXT: dict[str, Any] = {
    "type": "object",
    "properties": {INPUT: {"type": "string", "description": "The tool's whole input, as plain text."}},
    "required": [INPUT],
    "additionalProperties": False,
}

Spelling = tuple[str, str, str]
"""How a call is spelled: the tool's type, its own name, its namespace ("" for none)."""


class Place(Struct):
    """Where a shell runs."""

    type: str | None = None


class Declared(Struct):
    """One entry of `tools`, as far as its name goes."""

    type: str | None = None
    name: str | None = None
    tools: "list[Declared] | None" = None
    execution: str | None = None
    environment: Place | None = None


class Described(Declared):
    """One entry of `tools`, whole."""

    tools: "list[Described] | None" = None  # type: ignore[assignment]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    format: dict[str, Any] | None = None


def spellings(tools: Iterable[Declared]) -> dict[str, Spelling]:
    """By the name other wires know it by, how each tool that is no plain function is called."""
    out: dict[str, Spelling] = {}
    for tool in tools:
        for inner, namespace in _functions(tool):
            if inner.type != "function" or namespace:
                out.setdefault(_name(inner, namespace), (inner.type or "", inner.name or "", namespace))
    return out


def hosted(tools: list[Declared], forced: str | None) -> bool:
    """Whether the request is about tools the provider runs itself. `forced`: the type tool_choice asks for."""
    theirs = _theirs(tools)
    own = len(theirs) < len(tools)
    return any(not own or kind == forced or kind not in SIDELINES for kind in theirs)


def sidelined(tools: list[Declared]) -> bool:
    """Whether it offers the provider's own tools beside the client's: an answer can do without, but that is told."""
    return any(kind in SIDELINES for kind in _theirs(tools))


def _theirs(tools: list[Declared]) -> list[str | None]:
    """Of each tool that no client runs, its type."""
    return [tool.type for tool in tools if tool.type != "namespace" and not any(True for _ in _functions(tool))]


def translated(tools: Iterable[Described]) -> list[Tool]:
    """The tools as functions. Two of one name are one: providers refuse both."""
    out: dict[str, Tool] = {}
    for tool in tools:
        for inner, namespace in _functions(tool):
            name = _name(inner, namespace)
            out.setdefault(name, _function(name, inner))
    return list(out.values())


def known_as(name: str, namespace: str | None = None) -> str:
    """The name of a tool towards other wires."""
    return tool_ids.safe(f"{namespace}__{name}", NAME_LIMIT) if namespace else name


def _name(tool: Declared, namespace: str) -> str:
    return known_as(tool.name or tool.type or "", namespace)


def _functions(tool: Any) -> Iterator[tuple[Any, str]]:
    """The tool, or those in its namespace, with the namespace: as far as they can be functions."""
    if tool.type == "namespace":
        yield from ((inner, tool.name or "") for inner in tool.tools or () if inner.type in ("function", "custom"))
    elif tool.type in ("function", "custom") or (tool.type in BY_TOOL and _runs_here(tool)):
        yield tool, ""


def _runs_here(tool: Declared) -> bool:
    """Whether the client runs it: a search by the client, a shell in no container of the provider's."""
    if tool.type == "tool_search":
        return tool.execution == "client"
    return tool.environment is None or tool.environment.type in (None, "local")


def _function(name: str, tool: Described) -> Tool:
    if tool.type == "custom":
        return Tool(name, _with_grammar(tool), FREE_TEXT)
    shape = BY_TOOL.get(tool.type or "")
    if shape is not None and shape.parameters:
        return Tool(name, shape.words, shape.parameters)
    return Tool(name, tool.description or "", tool.parameters or {}, strict=bool(tool.strict))


def _with_grammar(tool: Described) -> str:
    given = tool.format or {}
    parts = [tool.description or ""]
    if given.get("type") == "grammar" and isinstance(given.get("definition"), str):
        parts.append(f"The input must match this {given.get('syntax', '')} grammar:\n{given['definition']}")
    return "\n\n".join(part for part in parts if part)
