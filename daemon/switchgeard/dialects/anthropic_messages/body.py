"""The client's body as far as routing looks into it: structs that skip what is said.

Rules for editing: a field is typed only where every kind of block spells it alike; what may be anything
(a server tool's result, a block of next year) stays raw, because its provider will understand it.
"""

from typing import Literal

import msgspec
from msgspec import Raw, Struct

from switchgeard.dialects.reading import Tokens

NOTHING = Raw()


class Block(Struct, gc=False):
    """Of a message, of a tool's result, or of the system prompt."""

    type: str
    text: Raw = NOTHING
    id: Raw = NOTHING
    tool_use_id: Raw = NOTHING
    signature: Raw = NOTHING
    data: Raw = NOTHING
    source: Raw = NOTHING
    content: Raw = NOTHING


class Message(Struct, gc=False):
    role: Literal["user", "assistant", "system"]
    content: Raw


class Source(Struct, gc=False):
    """Of an image or a document."""

    type: str
    media_type: str | None = None
    data: Raw = NOTHING
    content: Raw = NOTHING


class Tool(Struct, gc=False):
    type: str | None = None


class ToolChoice(Struct, gc=False):
    disable_parallel_tool_use: bool | None = None


class Thinking(Struct, gc=False):
    type: str


class Format(Struct, gc=False):
    type: str


class OutputConfig(Struct, gc=False):
    effort: str | None = None
    format: Format | None = None


class Metadata(Struct, gc=False):
    user_id: str | None = None


class Container(Struct, gc=False):
    id: str | None = None


class Body(Struct):
    messages: list[Message]
    model: str | None = None
    stream: bool | None = None
    system: Raw = NOTHING
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    max_tokens: Tokens | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop_sequences: list[str] | None = None
    top_k: int | None = None
    thinking: Thinking | None = None
    output_config: OutputConfig | None = None
    output_format: Format | None = None
    metadata: Metadata | None = None
    container: str | Container | None = None
    mcp_servers: list[Raw] | None = None
    session_id: Raw = NOTHING


class Account(Struct, gc=False):
    """What Claude Code writes into metadata.user_id."""

    session_id: str


BODY = msgspec.json.Decoder(Body)
CONTENT = msgspec.json.Decoder(str | list[Block])
SOURCE = msgspec.json.Decoder(Source)
TEXT = msgspec.json.Decoder(str)
OPTIONAL_TEXT = msgspec.json.Decoder(str | None)
ACCOUNT = msgspec.json.Decoder(Account)

OWN_TOOL = (None, "custom")
"""Types of tools the client runs and describes itself; any other is of Anthropic's making."""

BILLING = "x-anthropic-billing-header:"
"""How Claude Code's first system block begins: a line for Anthropic's own accounting, not for a model."""

CALLED = frozenset({"server_tool_use", "mcp_tool_use", "mcp_tool_listing"})


def hosted(kind: str) -> bool:
    """Whether a block of this type is a call the provider made itself, or what came of it."""
    return kind in CALLED or (kind.endswith("_tool_result") and kind != "tool_result")
