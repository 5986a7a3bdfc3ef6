"""A client's Messages API body to a canonical request, for a provider that is spoken to in another dialect.

What has no counterpart is left out; where that changes what a model may do, it is a use in `Needs`, so an offer
of another dialect was skipped unless the user allowed the downgrade:

- tools with a type of Anthropic's own (run by the provider, or by the client after a schema only Claude knows),
  mcp_servers, container, and a tool_choice that names one of them;
- what came of such tools in the transcript: server_tool_use, *_tool_result, mcp_*, container_upload, fallback,
  tool_addition, tool_removal, browser_state;
- images and documents kept by the provider, documents by URL: words say that they were there;
- what a text cites (`citations`), a call's `caller`, a tool's `input_examples` and `defer_loading` (it is offered
  at once, and a `tool_reference` is words);
- context_management, cache_control, metadata, service_tier, speed, inference_geo, diagnostics, betas;
- the line for Anthropic's accounting that Claude Code puts in front of its system prompt.

A compaction block is the summary it holds. A PDF in a tool's result follows it. `max_tokens` 0, which only warms
Anthropic's cache, is 1. Adaptive thinking without an effort is high, which is what it is over there.
"""

from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from switchgear_protocol.content import Effort, NamedTool, Reasoning, Request, ResponseFormat, Tool, ToolChoice
from switchgeard.dialects.dialect import IssuerOf
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import bounded, parsed

from .body import OWN_TOOL
from .read_messages import Said, prompt, transcript

CHOICES: dict[str, ToolChoice] = {"auto": "auto", "any": "required", "none": "none"}


class Offered(Struct):
    name: str = ""
    type: str | None = None
    description: str | None = None
    input_schema: Raw = Raw(b"{}")
    strict: bool | None = None


class Chosen(Struct):
    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Thinking(Struct):
    type: str
    budget_tokens: int | None = None


class Format(Struct):
    type: str
    schema: Raw = Raw(b"{}")


class OutputConfig(Struct):
    effort: Effort | None = None
    format: Format | None = None


class Body(Struct):
    messages: list[Said]
    system: Raw = Raw(b'""')
    tools: list[Offered] | None = None
    tool_choice: Chosen | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop_sequences: list[str] | None = None
    thinking: Thinking | None = None
    output_config: OutputConfig | None = None
    output_format: Format | None = None


_BODY = msgspec.json.Decoder(Body)
_OBJECT = msgspec.json.Decoder(dict[str, Any])


def read(body: bytes, issuer_of: IssuerOf) -> Request:
    """The request in canonical form. Raises Unreadable."""
    asked = parsed(_BODY, body)
    tools = _tools(asked)
    return Request(
        messages=transcript(asked.messages, issuer_of),
        system=prompt(asked.system),
        tools=tools,
        tool_choice=_choice(asked.tool_choice, tools),
        parallel_tool_calls=False if tools and _one_at_a_time(asked) else None,
        max_tokens=None if asked.max_tokens is None else max(asked.max_tokens, 1),
        temperature=asked.temperature,
        top_p=asked.top_p,
        top_k=asked.top_k,
        stop=asked.stop_sequences or [],
        reasoning=_reasoning(asked),
        response_format=_format(asked),
    )


def _tools(asked: Body) -> list[Tool]:
    return [_tool(tool, f"tools.{at}") for at, tool in enumerate(asked.tools or ()) if tool.type in OWN_TOOL]


def _tool(tool: Offered, at: str) -> Tool:
    if not tool.name:
        raise Unreadable(f"{at}.name: is missing", f"{at}.name")
    return Tool(tool.name, tool.description or "", _schema(tool.input_schema, f"{at}.input_schema"), bool(tool.strict))


def _schema(schema: Raw, at: str) -> dict[str, Any]:
    bounded(bytes(schema), at)
    return parsed(_OBJECT, schema, at)


def _choice(wanted: Chosen | None, tools: list[Tool]) -> ToolChoice | None:
    if wanted is None or not tools:
        return None
    if wanted.type != "tool":
        return CHOICES[wanted.type]
    known = any(tool.name == wanted.name for tool in tools)
    return NamedTool(wanted.name) if known and wanted.name else None


def _one_at_a_time(asked: Body) -> bool:
    return bool(asked.tool_choice and asked.tool_choice.disable_parallel_tool_use)


def _reasoning(asked: Body) -> Reasoning | None:
    effort = asked.output_config.effort if asked.output_config else None
    if asked.thinking is None:
        return Reasoning(effort) if effort else None
    if asked.thinking.type == "disabled":
        return Reasoning("none")
    budget = asked.thinking.budget_tokens
    return Reasoning(effort or (None if budget else "high"), budget)


def _format(asked: Body) -> ResponseFormat | None:
    for at, wanted in (
        ("output_config.format", asked.output_config and asked.output_config.format),
        ("output_format", asked.output_format),
    ):
        if wanted and wanted.type == "json_schema":
            return ResponseFormat("json_schema", schema=_schema(wanted.schema, f"{at}.schema"))
    return None
