"""A client's openai.chat body to a canonical request, for a provider that is spoken to in another dialect.

What has no counterpart is left out; where that changes what a model may do, it is a use in `Needs`, so an offer
of another dialect was skipped unless the user allowed the downgrade:

- tools a host runs itself (any type but function and custom), and a tool_choice that names one;
- n, logprobs, logit_bias, prediction, audio (asked for, or given in a part), files kept by the provider;
- reasoning_details and signatures of calls: what a host sealed for its own wire;
- the speaker's `name`, an image's `detail`, metadata, user, store, service_tier, verbosity, cache keys.

A tool that takes free text becomes a function with one parameter, and comes back as free text (`answer`).
Functions in the spelling before tools are refused: their answer has no counterpart. `developer` is system. What
stands before the first other message is the system prompt, later ones stay.
"""

from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from switchgear_protocol.content import NamedTool, Reasoning, Request, ResponseFormat, Tool, ToolChoice
from switchgeard.dialects.arguments import INPUT
from switchgeard.dialects.dialect import IssuerOf
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import bounded, effort, members, parsed

from .read_messages import Said, transcript

FREE_TEXT: dict[str, Any] = {"type": "object", "properties": {INPUT: {"type": "string"}}, "required": [INPUT]}
BUILT = ("tools", "response_format")
"""Members whose values are built as deep as they are."""


class Described(Struct):
    """A function or free text tool; in a tool_choice only its name."""

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Offered(Struct):
    """A tool, or one that is chosen."""

    type: str = "function"
    function: Described | None = None
    custom: Described | None = None


class Allowed(Struct):
    mode: Literal["auto", "required"] = "auto"
    tools: list[Offered] = []


class Chosen(Offered):
    allowed_tools: Allowed | None = None


class Schema(Struct):
    name: str = "answer"
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class Format(Struct):
    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: Schema | None = None


class Effort(Struct):
    """OpenRouter's `reasoning`."""

    effort: str | None = None
    max_tokens: int | None = None
    enabled: bool | None = None


class Body(Struct):
    messages: list[Said]
    tools: list[Offered] | None = None
    tool_choice: str | Chosen | None = None
    parallel_tool_calls: bool | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop: str | list[str] | None = None
    reasoning_effort: str | None = None
    reasoning: Effort | None = None
    response_format: Format | None = None
    functions: list[Raw] | None = None


_BODY = msgspec.json.Decoder(Body)


def read(body: bytes, issuer_of: IssuerOf) -> Request:
    """The request in canonical form. Raises Unreadable."""
    _check_depth(body)
    asked = parsed(_BODY, body)
    if asked.functions:
        raise Unreadable("functions: other dialects have only tools; send tools and tool_choice", "functions")
    system, messages = transcript(asked.messages, issuer_of)
    tools, choice = _tools(asked)
    return Request(
        messages=messages,
        system=system,
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=asked.parallel_tool_calls if tools else None,
        max_tokens=asked.max_completion_tokens or asked.max_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        seed=asked.seed,
        frequency_penalty=asked.frequency_penalty,
        presence_penalty=asked.presence_penalty,
        stop=[asked.stop] if isinstance(asked.stop, str) else asked.stop or [],
        reasoning=_reasoning(asked),
        response_format=_format(asked.response_format),
    )


def _check_depth(body: bytes) -> None:
    """Schemas are built and encoded again; all else is typed and as deep as its type."""
    spans = members(body)
    for name in BUILT:
        begin, end = spans.get(name, (0, 0))
        bounded(body[begin:end], name)


def _tools(asked: Body) -> tuple[list[Tool], ToolChoice | None]:
    """The tools there is a counterpart of, and which of them the model may or must use."""
    found = [_tool(tool, f"tools.{index}") for index, tool in enumerate(asked.tools or ())]
    tools = [tool for tool in found if tool]
    choice = asked.tool_choice
    if isinstance(choice, Chosen) and choice.allowed_tools is not None:
        names = {_name(tool) for tool in choice.allowed_tools.tools}
        return [tool for tool in tools if tool.name in names], choice.allowed_tools.mode
    if isinstance(choice, Chosen):
        name = _name(choice)
        return tools, NamedTool(name) if any(tool.name == name for tool in tools) else None
    return tools, _word(choice) if tools else None


def _word(choice: str | None) -> ToolChoice | None:
    match choice:
        case "auto" | "none" | "required" | None:
            return choice
    raise Unreadable("tool_choice: expected auto, none, required or a tool", "tool_choice")


def _tool(tool: Offered, at: str) -> Tool | None:
    if tool.type == "function":
        function = _described(tool.function, f"{at}.function")
        return Tool(function.name, function.description or "", function.parameters or {}, bool(function.strict))
    if tool.type == "custom":
        custom = _described(tool.custom, f"{at}.custom")
        return Tool(custom.name, custom.description or "", FREE_TEXT)
    return None


def _described(found: Described | None, at: str) -> Described:
    if found is None:
        raise Unreadable(f"{at}: is missing", at)
    return found


def _name(tool: Offered) -> str:
    described = tool.function or tool.custom
    return described.name if described else ""


def _reasoning(asked: Body) -> Reasoning | None:
    if asked.reasoning_effort is not None:
        return Reasoning(effort(asked.reasoning_effort, "reasoning_effort"))
    wanted = asked.reasoning
    if wanted is None:
        return None
    if wanted.enabled is False:
        return Reasoning("none")
    if wanted.effort is None and wanted.max_tokens is None:
        return Reasoning("medium") if wanted.enabled else None
    word = None if wanted.effort is None else effort(wanted.effort, "reasoning.effort")
    return Reasoning(word, wanted.max_tokens)


def _format(wanted: Format | None) -> ResponseFormat | None:
    if wanted is None:
        return None
    if wanted.type == "json_schema":
        schema = wanted.json_schema or Schema()
        return ResponseFormat("json_schema", schema.name, schema.schema, bool(schema.strict))
    return ResponseFormat("json" if wanted.type == "json_object" else "text")
