"""The pieces an answer is made of, spelled the same in a stream and in a whole body."""

from switchgear_protocol.content import Usage
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.dialects import tool_ids
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.sealed import seal
from switchgeard.dialects.wire import Wire

from .encode import NAME

CITATIONS = "citations"  # the opaque block that stands for what a text quotes

STOP = {
    Finish.STOP: "end_turn",
    Finish.LENGTH: "max_tokens",
    Finish.TOOL_CALLS: "tool_use",
    Finish.STOP_SEQUENCE: "stop_sequence",
    Finish.CONTENT_FILTER: "refusal",
    Finish.REFUSAL: "refusal",
    Finish.PAUSE: "pause_turn",
    Finish.CONTEXT_LENGTH: "model_context_window_exceeded",
}
"""stop_reason; any other is end_turn."""


def ended(finish: Finish, told: Told) -> Wire:
    """Why it ended. No other wire says at which of several stop sequences; of one there is no doubt."""
    reason, stops = STOP.get(finish, "end_turn"), told.asked.stops
    known = stops[0] if reason == "stop_sequence" and len(stops) == 1 else None
    return {"stop_reason": reason, "stop_sequence": known}


def message(told: Told, usage: Usage) -> Wire:
    """A message with nothing in it yet."""
    return {
        "id": f"msg_{told.id}",
        "type": "message",
        "role": "assistant",
        "model": told.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": counts(usage),
    }


def counts(usage: Usage) -> Wire:
    """Tokens in this wire's sums: input without what the cache read or wrote."""
    wire: Wire = {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": usage.output,
    }
    if usage.cache_write_1h:
        short = usage.cache_write - usage.cache_write_1h
        wire["cache_creation"] = {
            "ephemeral_5m_input_tokens": short,
            "ephemeral_1h_input_tokens": usage.cache_write_1h,
        }
    return {**wire, "output_tokens_details": {"thinking_tokens": usage.reasoning}} if usage.reasoning else wire


def signed(signature: str, issuer: Issuer) -> str:
    """A signature for a thinking block: as it is from this wire, else sealed, even when there is none."""
    return signature if issuer.wire == NAME else seal(issuer, signature)


def redacted(blob: str, issuer: Issuer) -> Wire:
    """Thinking that may not be shown."""
    return {"type": "redacted_thinking", "data": blob if issuer.wire == NAME else seal(issuer, blob, redacted=True)}


def tool_use(id: str, name: str, input: object) -> Wire:
    return {"type": "tool_use", "id": tool_ids.renamed(id), "name": name, "input": input}
