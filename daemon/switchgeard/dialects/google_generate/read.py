"""A client's body of google.generate to a canonical request, for a provider that is spoken to in another dialect.

What has no counterpart is left out; where that changes what a model may do, it is a use in `Needs`, so an offer
of another dialect was skipped unless the user allowed the downgrade:

- tools that Google runs (googleSearch, codeExecution, urlContext, ...), and the parts of their calls and results;
- what Google keeps: cachedContent, files by uri: words say that a file was there;
- audio and video: words say so too; speech and pictures as answers;
- candidateCount, logprobs.

Left out without a word: safetySettings, labels, mediaResolution, a part's videoMetadata. allowedFunctionNames
leaves the other functions out; the mode VALIDATED is AUTO. A `thinkingBudget` of -1, and thoughts asked for and
nothing more, are medium effort. A text/x.enum answer comes as text. The dummy signatures Google documents are none.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from switchgear_protocol.content import Effort, NamedTool, Reasoning, Request, ResponseFormat, Tool, ToolChoice
from switchgeard.dialects.dialect import IssuerOf
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import NOTHING, bounded, parsed

from .read_contents import Content, Transcript, texts
from .schema import json_schema
from .spelling import plain

LEVELS: dict[str, Effort | None] = {
    "MINIMAL": "minimal",
    "LOW": "low",
    "MEDIUM": "medium",
    "HIGH": "high",
    "XHIGH": "xhigh",
    "THINKING_LEVEL_UNSPECIFIED": None,
}
MODES: dict[str, ToolChoice | None] = {
    "AUTO": "auto",
    "ANY": "required",
    "NONE": "none",
    "VALIDATED": "auto",
    "MODE_UNSPECIFIED": None,
}
JSON = "application/json"


class Function(Struct, rename="camel"):
    name: str
    description: str | None = None
    parameters: Raw = Raw()
    parameters_json_schema: Raw = Raw()


class Tools(Struct, rename="camel"):
    function_declarations: list[Function] | None = None


class Calling(Struct, rename="camel"):
    mode: str | None = None
    allowed_function_names: list[str] | None = None


class ToolConfig(Struct, rename="camel"):
    function_calling_config: Calling | None = None


class Thinking(Struct, rename="camel"):
    include_thoughts: bool | None = None
    thinking_budget: int | None = None
    thinking_level: str | None = None


class Config(Struct, rename="camel"):
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop_sequences: list[str] | None = None
    response_mime_type: str | None = None
    response_schema: Raw = Raw()
    response_json_schema: Raw = Raw()
    thinking_config: Thinking | None = None


class Body(Struct, rename="camel"):
    contents: list[Content]
    system_instruction: Content | str | None = None
    tools: list[Tools] | None = None
    tool_config: ToolConfig | None = None
    generation_config: Config | None = None


_BODY = msgspec.json.Decoder(Body)
_OBJECT = msgspec.json.Decoder(dict[str, Any])


def read(body: bytes, issuer_of: IssuerOf) -> Request:
    """The request in canonical form. Raises Unreadable. See `dialect.Dialect.read`."""
    bounded(body)
    asked = parsed(_BODY, plain(body))
    transcript = Transcript(issuer_of)
    for place, content in enumerate(asked.contents):
        transcript.add(content, f"contents.{place}")
    if not transcript.messages:
        raise Unreadable("contents: is empty", "contents")
    config = asked.generation_config or Config()
    tools, choice = _chosen(_tools(asked), asked.tool_config)
    return Request(
        messages=transcript.messages,
        system=_system(asked.system_instruction),
        tools=tools,
        tool_choice=choice if tools else None,
        max_tokens=config.max_output_tokens or None,
        temperature=config.temperature,
        top_p=config.top_p,
        top_k=None if config.top_k is None else int(config.top_k),
        seed=config.seed,
        frequency_penalty=config.frequency_penalty,
        presence_penalty=config.presence_penalty,
        stop=config.stop_sequences or [],
        reasoning=_reasoning(config.thinking_config),
        response_format=_format(config),
    )


def _system(given: Content | str | None) -> str | None:
    if given is None or isinstance(given, str):
        return given or None
    return texts(given, "systemInstruction") or None


def _tools(asked: Body) -> list[Tool]:
    return [
        Tool(function.name, function.description or "", _parameters(function, f"tools.{at}.functionDeclarations.{n}"))
        for at, tools in enumerate(asked.tools or ())
        for n, function in enumerate(tools.function_declarations or ())
    ]


def _parameters(function: Function, at: str) -> dict[str, Any]:
    if bytes(function.parameters_json_schema) not in NOTHING:
        return parsed(_OBJECT, function.parameters_json_schema, f"{at}.parametersJsonSchema")
    if bytes(function.parameters) in NOTHING:
        return {}
    return json_schema(parsed(_OBJECT, function.parameters, f"{at}.parameters"))


def _chosen(tools: list[Tool], config: ToolConfig | None) -> tuple[list[Tool], ToolChoice | None]:
    """The tools the model may use, and which it must."""
    calling = (config and config.function_calling_config) or Calling()
    mode = (calling.mode or "MODE_UNSPECIFIED").upper()
    if mode not in MODES:
        at = "toolConfig.functionCallingConfig.mode"
        raise Unreadable(f"{at}: expected one of {', '.join(MODES)}", at)
    allowed = set(calling.allowed_function_names or ())
    left = [tool for tool in tools if tool.name in allowed] or tools
    if mode == "ANY" and len(left) == 1 and allowed:
        return left, NamedTool(left[0].name)
    return left, MODES[mode]


def _reasoning(asked: Thinking | None) -> Reasoning | None:
    if asked is None:
        return None
    level = (asked.thinking_level or "THINKING_LEVEL_UNSPECIFIED").upper()
    if level not in LEVELS:
        at = "generationConfig.thinkingConfig.thinkingLevel"
        raise Unreadable(f"{at}: expected one of {', '.join(LEVELS)}", at)
    effort, budget = LEVELS[level], asked.thinking_budget
    if effort is not None:
        return Reasoning(effort)
    if budget == 0:
        return Reasoning("none")
    if budget is not None and budget > 0:
        return Reasoning(budget_tokens=budget)
    return Reasoning("medium") if budget is not None or asked.include_thoughts else None


def _format(config: Config) -> ResponseFormat | None:
    if config.response_mime_type != JSON:
        return None
    at = "generationConfig"
    if bytes(config.response_json_schema) not in NOTHING:
        schema = parsed(_OBJECT, config.response_json_schema, f"{at}.responseJsonSchema")
    elif bytes(config.response_schema) not in NOTHING:
        schema = json_schema(parsed(_OBJECT, config.response_schema, f"{at}.responseSchema"))
    else:
        return ResponseFormat("json")
    return ResponseFormat("json_schema", schema=schema, strict=False)
