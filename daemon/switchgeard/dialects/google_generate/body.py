"""The client's body as far as routing looks into it: structs that skip what is said.

Rules for editing: only what is looked at has a type; a part of next year is its provider's business.
"""

from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from switchgeard.dialects.reading import Tokens


class Blob(Struct, gc=False, rename="camel"):
    mime_type: str = ""
    data: Raw = Raw()


class Kept(Struct, gc=False, rename="camel"):
    """fileData."""

    file_uri: str = ""
    mime_type: str | None = None


class Result(Struct, gc=False):
    id: str | None = None
    parts: "list[Part] | None" = None


class Called(Struct, gc=False):
    id: str | None = None


class Part(Struct, gc=False, rename="camel"):
    text: Raw = Raw()
    thought: bool | None = None
    thought_signature: str | None = None
    inline_data: Blob | None = None
    file_data: Kept | None = None
    function_call: Called | None = None
    function_response: Result | None = None
    executable_code: Raw = Raw()
    code_execution_result: Raw = Raw()
    tool_call: Raw = Raw()
    tool_response: Raw = Raw()


class Content(Struct, gc=False):
    role: Literal["user", "model", "function"] | None = None
    parts: list[Part] | None = None


class Thinking(Struct, gc=False, rename="camel"):
    include_thoughts: bool | None = None
    thinking_budget: int | None = None
    thinking_level: str | None = None


class Config(Struct, gc=False, rename="camel"):
    max_output_tokens: Tokens | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop_sequences: list[str] | None = None
    candidate_count: int | None = None
    response_logprobs: bool | None = None
    logprobs: int | None = None
    response_modalities: list[str] | None = None
    speech_config: Raw = Raw()
    response_schema: Raw = Raw()
    response_json_schema: Raw = Raw()
    thinking_config: Thinking | None = None


class Body(Struct, rename="camel"):
    contents: list[Content]
    system_instruction: Raw = Raw()
    tools: list[dict[str, Raw]] | None = None
    generation_config: Config | None = None
    cached_content: str | None = None
    model: Any = None


BODY = msgspec.json.Decoder(Body)

OWN_TOOLS = "functionDeclarations"
"""The tools a client runs itself; all others are Google's."""

HOSTED = ("executable_code", "code_execution_result", "tool_call", "tool_response")
"""Parts in which Google's tools were called, or answered."""
