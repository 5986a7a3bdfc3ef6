"""The response object of openai.responses, as a client is told it: in the events that begin and end a
stream, and as the whole body.

What the client asked for is not repeated in it (its tools alone can be a hundred kilobytes, three times a
stream): those members have the values of a request that asks for nothing.
"""

from switchgear_protocol.content import Usage
from switchgear_protocol.words import Finish
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.wire import Wire

from .usage import reported

INCOMPLETE = {
    Finish.LENGTH: "max_output_tokens",
    Finish.CONTEXT_LENGTH: "max_output_tokens",
    Finish.CONTENT_FILTER: "content_filter",
    Finish.REFUSAL: "content_filter",
}
"""Finishes this dialect calls incomplete -> the reason it gives. All others are completed."""


def under_way(told: Told) -> Wire:
    """The response that has begun."""
    return _response(told, "in_progress", [])


def ended(told: Told, output: list[Wire], finish: Finish, usage: Usage) -> Wire:
    """The whole answer."""
    reason = INCOMPLETE.get(finish)
    response = _response(told, "incomplete" if reason else "completed", output)
    response["incomplete_details"] = {"reason": reason} if reason else None
    response["usage"] = reported(usage)
    return response


def failed(told: Told, output: list[Wire], error: Wire) -> Wire:
    """The answer that was cut: what there is of it, and why."""
    return _response(told, "failed", output) | {"error": error}


def _response(told: Told, status: str, output: list[Wire]) -> Wire:
    return {
        "id": f"resp_{told.id}",
        "object": "response",
        "created_at": told.created,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": told.asked.needs.output_tokens,
        "model": told.model,
        "output": output,
        "parallel_tool_calls": "sequential_tools" not in told.asked.needs.uses,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": False,
        "temperature": None,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "truncation": "disabled",
        "usage": None,
        "user": None,
        "metadata": {},
    }
