"""A client's openai.responses body to a canonical request, for a provider that is spoken to in another dialect.

What has no counterpart is left out; where that changes what a model may do, it is a use in `Needs`, so an
offer of another dialect was skipped unless the user allowed the downgrade:

- tools the provider runs itself, a tool_choice that asks for one, and the items of their calls;
- what a provider keeps: previous_response_id, conversation, prompt, item_reference, background, files by id or
  by URL, pictures by id;
- logprobs, and audio in a part.

Left out without a word, as every wire may: verbosity, truncation, service_tier, store, metadata, user, cache
keys, a picture's detail, the phase and the annotations of a message. `developer` is system; what stands of it
before the first other item is the system prompt, behind `instructions`. Tools of other shapes than a function
are in `tools`; those that the transcript adds (additional_tools, tool_search_output) count like the others.
"""

from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from switchgear_protocol.content import Message, NamedTool, Reasoning, Request, ResponseFormat, Text, Tool, ToolChoice
from switchgeard.dialects.dialect import IssuerOf
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import bounded, effort, parsed

from .read_items import Transcript
from .tools import Described, known_as, translated


class Chosen(Struct):
    """tool_choice as an object: one tool, or those that are allowed."""

    type: str | None = None
    name: str | None = None
    namespace: str | None = None
    mode: Literal["auto", "required"] = "auto"
    tools: "list[Chosen] | None" = None

    @property
    def known(self) -> str:
        return known_as(self.name or self.type or "", self.namespace)


class Format(Struct):
    type: Literal["text", "json_object", "json_schema"] = "text"
    name: str = "answer"
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class TextOptions(Struct):
    format: Format | None = None


class Effort(Struct):
    effort: str | None = None


class Body(Struct):
    input: str | list[Raw] = ""
    instructions: str | list[Raw] | None = None
    tools: list[Described] | None = None
    tool_choice: str | Chosen | None = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    reasoning: Effort | None = None
    text: TextOptions | None = None


_BODY = msgspec.json.Decoder(Body)


def read(body: bytes, issuer_of: IssuerOf) -> Request:
    """The request in canonical form. Raises Unreadable. See `dialect.Dialect.read`."""
    bounded(body)
    asked = parsed(_BODY, body)
    transcript = _transcript(asked, issuer_of)
    system, messages = _system(asked, transcript.messages)
    tools, choice = _chosen(translated([*(asked.tools or ()), *transcript.tools]), asked.tool_choice)
    return Request(
        messages=messages,
        system=system,
        tools=tools,
        tool_choice=choice if tools else None,
        parallel_tool_calls=asked.parallel_tool_calls if tools else None,
        max_tokens=asked.max_output_tokens,
        temperature=asked.temperature,
        top_p=asked.top_p,
        reasoning=_reasoning(asked.reasoning),
        response_format=_format(asked.text.format if asked.text else None),
    )


def _transcript(asked: Body, issuer_of: IssuerOf) -> Transcript:
    transcript = Transcript(issuer_of)
    for name in ("instructions", "input"):
        given = getattr(asked, name)
        if isinstance(given, list):
            for place, raw in enumerate(given):
                transcript.add(raw, f"{name}.{place}")
    if isinstance(asked.input, str) and asked.input:
        transcript.messages.append(Message("user", [Text(asked.input)]))
    return transcript


def _system(asked: Body, messages: list[Message]) -> tuple[str | None, list[Message]]:
    """The system prompt, and the messages after those that belong to it."""
    leading = next((at for at, message in enumerate(messages) if message.role != "system"), len(messages))
    texts = [asked.instructions] if isinstance(asked.instructions, str) else []
    texts += ["\n".join(b.text for b in message.content if isinstance(b, Text)) for message in messages[:leading]]
    return "\n\n".join(filter(None, texts)) or None, messages[leading:]


def _chosen(tools: list[Tool], choice: str | Chosen | None) -> tuple[list[Tool], ToolChoice | None]:
    """The tools the model may use, and which it must."""
    match choice:
        case "auto" | "none" | "required" | None:
            return tools, choice
        case Chosen(type="allowed_tools"):
            names = {tool.known for tool in choice.tools or ()}
            return [tool for tool in tools if tool.name in names], choice.mode
        case Chosen():
            return tools, NamedTool(choice.known) if any(tool.name == choice.known for tool in tools) else None
    raise Unreadable("tool_choice: expected auto, none, required or a tool", "tool_choice")


def _reasoning(asked: Effort | None) -> Reasoning | None:
    if asked is None or asked.effort is None:
        return None
    return Reasoning(effort(asked.effort, "reasoning.effort"))


def _format(wanted: Format | None) -> ResponseFormat | None:
    match wanted:
        case None:
            return None
        case Format(type="json_schema"):
            return ResponseFormat("json_schema", wanted.name, wanted.schema, bool(wanted.strict))
        case _:
            return ResponseFormat("json" if wanted.type == "json_object" else "text")
