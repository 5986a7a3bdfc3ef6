"""The `switchgear` dialect: what a conversation is made of.

One user-visible shape for every provider. A block that only its issuer understands (thinking
signatures, hosted-tool results) carries `issuer` and is sent back to that issuer only.
"""

from typing import Any, Literal

from msgspec import Struct, field

from .words import Finish


class Text(Struct, tag="text", tag_field="type", omit_defaults=True, frozen=True):
    text: str


class Image(Struct, tag="image", tag_field="type", omit_defaults=True, frozen=True):
    """Either `data` (base64) with `media_type`, or `url`."""

    media_type: str = "image/png"
    data: str | None = None
    url: str | None = None


class Document(Struct, tag="document", tag_field="type", omit_defaults=True, frozen=True):
    """A PDF or text file: base64 `data`."""

    data: str
    media_type: str = "application/pdf"
    name: str | None = None


class Thinking(Struct, tag="thinking", tag_field="type", omit_defaults=True, frozen=True):
    """Reasoning. `signature` and `redacted` mean something to `issuer` (opaque: send it back as it came) only."""

    text: str = ""
    signature: str | None = None
    redacted: str | None = None
    issuer: str | None = None


class ToolCall(Struct, tag="tool_call", tag_field="type", omit_defaults=True, frozen=True):
    """`arguments` is the JSON text exactly as the model wrote it ("" means {})."""

    id: str
    name: str
    arguments: str = ""


class ToolResult(Struct, tag="tool_result", tag_field="type", omit_defaults=True, frozen=True):
    """The answer to the tool call with this id; goes in a user message."""

    id: str
    content: "str | list[Text | Image]" = ""
    is_error: bool = False


class Opaque(Struct, tag="opaque", tag_field="type", omit_defaults=True, frozen=True):
    """A block of a provider's own (hosted tools, citations blocks): kept for `issuer`, dropped for others."""

    dialect: str
    data: dict[str, Any]
    issuer: str | None = None


Role = Literal["user", "assistant", "system"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Block = Text | Image | Document | Thinking | ToolCall | ToolResult | Opaque


class Message(Struct, omit_defaults=True, frozen=True, forbid_unknown_fields=True):
    role: Role
    content: str | list[Block] = ""


class Tool(Struct, omit_defaults=True, frozen=True, forbid_unknown_fields=True):
    name: str
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)  # JSON Schema
    strict: bool = False


class NamedTool(Struct, omit_defaults=True, frozen=True, forbid_unknown_fields=True):
    name: str


ToolChoice = Literal["auto", "none", "required"] | NamedTool


class Reasoning(Struct, omit_defaults=True, frozen=True, forbid_unknown_fields=True):
    effort: Effort | None = None
    budget_tokens: int | None = None


class ResponseFormat(Struct, omit_defaults=True, frozen=True, forbid_unknown_fields=True):
    type: Literal["text", "json", "json_schema"] = "text"
    name: str = "answer"
    schema: dict[str, Any] | None = None
    strict: bool = True


class Usage(Struct, omit_defaults=True, frozen=True):
    """Tokens. `input` excludes cached tokens; `reasoning` is part of `output`, `cache_write_1h` of `cache_write`."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0
    estimated: bool = False  # the provider reported none
    cache_write_1h: int = 0  # written to be kept for an hour or more
    cost_usd: float | None = None  # what the provider itself says it charged


class Request(Struct, omit_defaults=True, frozen=True):
    """What is asked of a model, free of routing: the part a dialect encodes."""

    messages: list[Message]
    system: str | None = None
    tools: list[Tool] = []
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop: list[str] = []
    reasoning: Reasoning | None = None
    response_format: ResponseFormat | None = None


class Completion(Struct, omit_defaults=True, frozen=True):
    """One whole answer as a dialect decodes it, before anyone says who served it."""

    message: Message
    finish: Finish
    usage: Usage
    model: str | None = None  # what the provider says it ran
