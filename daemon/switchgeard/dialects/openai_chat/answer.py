"""A whole answer as the body of a chat.completion, and the words a stream shares with it.

Lost here: what this wire has no place for. Blocks of a provider's own are left out; a signature of thinking
is, too (its text goes in `reasoning_content`); why an answer was refused is `content_filter`.
"""

import msgspec

from switchgear_protocol.content import Completion, Text, Thinking, ToolCall, Usage
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.dialects import tool_ids
from switchgeard.dialects.arguments import free_text
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.turns import blocks
from switchgeard.dialects.wire import Wire

REASONING = "reasoning_content"

FINISHES: dict[Finish, str] = {
    Finish.STOP: "stop",
    Finish.LENGTH: "length",
    Finish.TOOL_CALLS: "tool_calls",
    Finish.STOP_SEQUENCE: "stop",
    Finish.CONTENT_FILTER: "content_filter",
    Finish.REFUSAL: "content_filter",
    Finish.PAUSE: "stop",
    Finish.CONTEXT_LENGTH: "length",
    Finish.OTHER: "stop",
}


def answer(completion: Completion, told: Told, issuer: Issuer) -> bytes:
    """The body. `issuer` seals nothing here: this wire carries no signatures."""
    choice = {
        "index": 0,
        "message": _message(completion, told),
        "logprobs": None,
        "finish_reason": FINISHES[completion.finish],
    }
    return msgspec.json.encode(
        {
            "id": name(told),
            "object": "chat.completion",
            "created": told.created,
            "model": told.model,
            "choices": [choice],
            "usage": counts(completion.usage),
        }
    )


def name(told: Told) -> str:
    """The answer's id on this wire."""
    return f"chatcmpl-{told.id}"


def counts(usage: Usage) -> Wire:
    """Tokens in this wire's sums: cached ones are part of the prompt."""
    prompt = usage.input + usage.cache_read + usage.cache_write
    cached: Wire = {"cached_tokens": usage.cache_read}
    if usage.cache_write:
        cached["cache_write_tokens"] = usage.cache_write
    return {
        "prompt_tokens": prompt,
        "completion_tokens": usage.output,
        "total_tokens": prompt + usage.output,
        "prompt_tokens_details": cached,
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def _message(completion: Completion, told: Told) -> Wire:
    said = blocks(completion.message)
    calls = [_call(block, told) for block in said if isinstance(block, ToolCall)]
    text = "".join(block.text for block in said if isinstance(block, Text))
    thoughts = "".join(block.text for block in said if isinstance(block, Thinking))
    message: Wire = {"role": "assistant", "content": text or (None if calls else ""), "refusal": None}
    if thoughts:
        message[REASONING] = thoughts
    if calls:
        message["tool_calls"] = calls
    return message


def _call(call: ToolCall, told: Told) -> Wire:
    made: Wire = {"id": tool_ids.renamed(call.id)}
    if call.name in told.asked.custom_tools:
        return {**made, "type": "custom", "custom": {"name": call.name, "input": free_text(call.arguments)}}
    return {**made, "type": "function", "function": {"name": call.name, "arguments": call.arguments or "{}"}}
