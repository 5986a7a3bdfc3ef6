"""A client's request of openai.responses as routing sees it: typed structs that skip what is said.

Rules for editing: what is passed on to a provider of this dialect need not be understood here; only what is
looked at has to have its type. A body may go without `input` when a provider keeps the conversation.
"""

import math
from typing import Any

import msgspec
from msgspec import Raw, Struct

from switchgeard.core.estimate import BYTES_PER_TOKEN
from switchgeard.core.needs import Needs
from switchgeard.dialects.glimpse import Glimpse, Unreadable
from switchgeard.dialects.reading import Tokens, glimpsed, parsed, size

from .items import NAME
from .seen import Seen
from .tools import Declared, hosted, sidelined, spellings

LOGPROBS = "message.output_text.logprobs"
IDENTITIES = ("session_id", "prompt_cache_key")
"""Members of the body that name a session, best first; `conversation` and metadata.user_id come after."""


class Format(Struct):
    type: str | None = None


class TextOptions(Struct):
    format: Format | None = None


class Effort(Struct):
    effort: str | None = None


class Body(Struct):
    input: str | list[Raw] | None = None
    model: str | None = None
    stream: bool | None = None
    instructions: Raw = Raw(b"null")
    tools: list[Raw] | None = None
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: Tokens | None = None
    temperature: float | None = None
    top_p: float | None = None
    reasoning: Effort | None = None
    text: TextOptions | None = None
    include: list[str] | None = None
    top_logprobs: int | None = None
    background: bool | None = None
    previous_response_id: str | None = None
    conversation: Any = None  # an id, or an object with one
    prompt: Any = None  # a template the provider keeps
    prompt_cache_key: str | None = None
    session_id: Any = None
    metadata: Any = None


_BODY = msgspec.json.Decoder(Body)
_TOOL = msgspec.json.Decoder(Declared)


def glimpse(body: bytes, *, model: str | None = None, stream: bool | None = None) -> Glimpse:
    """What routing has to know. Raises Unreadable. See `dialect.Dialect.glimpse`."""
    read = glimpsed(_BODY, body)
    state = _server_state(read)
    seen = _seen(read, kept=bool(state))
    tools = [parsed(_TOOL, raw, f"tools.{place}") for place, raw in enumerate(read.tools or ())]
    spelled = spellings([*tools, *seen.tools])
    return Glimpse(
        model=model or _model(read),
        stream=bool(read.stream) if stream is None else stream,
        needs=_needs(read, seen, tools, state),
        turn_boundary=seen.turn,
        identities=_identities(read),
        opening=b"\n".join([bytes(read.instructions), *seen.opening]),
        sealed=tuple(seen.sealed),
        server_state=(*state, *seen.kept),
        custom_tools=frozenset(name for name, spelling in spelled.items() if spelling[0] == "custom"),
        spelled=spelled,
    )


def _model(read: Body) -> str:
    if not read.model:
        raise Unreadable("model: is missing or empty", "model")
    return read.model


def _seen(read: Body, *, kept: bool) -> Seen:
    seen = Seen()
    if not read.input and not kept:
        raise Unreadable("input: is missing or empty", "input")
    if isinstance(read.input, list):
        for place, raw in enumerate(read.input):
            seen.item(raw, f"input.{place}")
    elif read.input:
        seen.said(read.input)
    return seen


def _needs(read: Body, seen: Seen, tools: list[Declared], state: tuple[str, ...]) -> Needs:
    wanted = read.text.format.type if read.text and read.text.format else None
    effort = read.reasoning.effort if read.reasoning else None
    size_of = [read.instructions, *(read.tools or ())]
    return Needs(
        tools=seen.calls or any(tool.type is not None for tool in tools),
        images=seen.images,
        pdf=seen.pdf,
        json_schema=wanted == "json_schema",
        reasoning=effort not in (None, "none"),
        input_tokens=math.ceil(max(seen.tokens, 0) + sum(map(size, size_of)) / BYTES_PER_TOKEN),
        output_tokens=read.max_output_tokens,
        dialect=NAME,
        uses=frozenset(seen.uses | _uses(read, tools, kept=bool(state or seen.kept))),
        spares=frozenset(["hosted_tools"]) if sidelined(tools) else frozenset(),
    )


def _uses(read: Body, tools: list[Declared], *, kept: bool) -> set[str]:
    forced = read.tool_choice.get("type") if isinstance(read.tool_choice, dict) else None
    found = {
        "hosted_tools": hosted(tools, forced),
        "server_state": kept or bool(read.background),
        "logprobs": bool(read.top_logprobs) or LOGPROBS in (read.include or ()),
        "sequential_tools": bool(tools) and read.parallel_tool_calls is False,
    }
    return {use for use, used in found.items() if used}


def _server_state(read: Body) -> tuple[str, ...]:
    given = (read.previous_response_id, _id(read.conversation), _id(read.prompt))
    return tuple(kept for kept in given if kept)


def _identities(read: Body) -> tuple[tuple[str, str], ...]:
    found = [(name, getattr(read, name)) for name in IDENTITIES]
    found.append(("conversation", _id(read.conversation)))
    if isinstance(read.metadata, dict):
        found.append(("metadata.user_id", read.metadata.get("user_id")))
    return tuple((name, value) for name, value in found if value and isinstance(value, str))


def _id(value: object) -> str:
    """The id itself, or that of an object."""
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""
