"""What a provider of openai.responses says: events in order with their numbers, and the response object.

Rules for editing: field order and null fields follow real traffic. Reasoning is always sealed, as it is for
a client that asks for it and lets nothing be stored.
"""

from collections.abc import Iterator
from typing import Any

from .said import CREATED, Said, halves

Wire = dict[str, Any]

REASONS = {"length": "max_output_tokens", "content_filter": "content_filter"}
SEALED = "gAAAAABStandIn"  # how encrypted reasoning begins, before the signature
TOLD_TWICE = ("response.created", "response.in_progress")


def stream(said: Said, model: str) -> Iterator[Wire]:
    """All payloads of a streamed answer, the terminal one included."""
    for number, payload in enumerate(_payloads(said, model)):
        yield {"type": payload["type"], "sequence_number": number, **payload}


def whole(said: Said, model: str) -> Wire:
    """The body of a non-streaming answer."""
    reason = REASONS.get(said.finish)
    response = _response(model, "incomplete" if reason else "completed", [item for item, _ in _items(said)])
    response["incomplete_details"] = {"reason": reason} if reason else None
    return response | ({"usage": _usage(said)} if said.usage else {})


def failed(model: str, code: str | None, message: str) -> Wire:
    """The payload that ends a stream in an error."""
    error = {"code": code or "server_error", "message": message}
    return {
        "type": "response.failed",
        "sequence_number": 3,
        "response": _response(model, "failed", []) | {"error": error},
    }


def _payloads(said: Said, model: str) -> Iterator[Wire]:
    yield from ({"type": kind, "response": _response(model, "in_progress", [])} for kind in TOLD_TWICE)
    for place, (item, inner) in enumerate(_items(said)):
        at = {"item_id": item["id"], "output_index": place}
        yield {"type": "response.output_item.added", "output_index": place, "item": _opening(item)}
        yield from (payload | at for payload in inner)
        yield {"type": "response.output_item.done", "output_index": place, "item": item}
    response = whole(said, model)
    yield {"type": f"response.{response['status']}", "response": response}


def _items(said: Said) -> Iterator[tuple[Wire, list[Wire]]]:
    """Each output item as it is when it is done, and what is told between its beginning and its end."""
    if said.thinking:
        yield _reasoning(said.thinking, SEALED + said.signature)
    if said.text:
        yield _message(said.text)
    if said.tool:
        yield _call(said)


def _reasoning(thinking: str, sealed: str) -> tuple[Wire, list[Wire]]:
    part, at = {"type": "summary_text", "text": thinking}, {"summary_index": 0}
    item = {"id": "rs_StandIn0001", "type": "reasoning", "encrypted_content": sealed, "summary": [part]}
    deltas = [{"type": "response.reasoning_summary_text.delta", "delta": half} | at for half in halves(thinking)]
    begun = {"type": "response.reasoning_summary_part.added", "part": part | {"text": ""}} | at
    ended = {"type": "response.reasoning_summary_text.done", "text": thinking} | at
    return item, [begun, *deltas, ended, {"type": "response.reasoning_summary_part.done", "part": part} | at]


def _message(text: tuple[str, ...]) -> tuple[Wire, list[Wire]]:
    part: Wire = {"type": "output_text", "annotations": [], "logprobs": [], "text": "".join(text)}
    at = {"content_index": 0}
    item = {"id": "msg_StandIn0001", "type": "message", "status": "completed", "content": [part], "role": "assistant"}
    deltas = [{"type": "response.output_text.delta", "delta": piece, "logprobs": []} | at for piece in text]
    begun = {"type": "response.content_part.added", "part": part | {"text": ""}} | at
    ended = {"type": "response.output_text.done", "text": part["text"], "logprobs": []} | at
    return item, [begun, *deltas, ended, {"type": "response.content_part.done", "part": part} | at]


def _call(said: Said) -> tuple[Wire, list[Wire]]:
    item = {"id": "fc_StandIn0001", "type": "function_call", "status": "completed", "arguments": said.arguments}
    item |= {"call_id": said.tool_id, "name": said.tool or ""}
    kind = "response.function_call_arguments"
    deltas: list[Wire] = [{"type": f"{kind}.delta", "delta": half} for half in halves(said.arguments)]
    return item, [*deltas, {"type": f"{kind}.done", "arguments": said.arguments}]


def _opening(item: Wire) -> Wire:
    """The item before any of its content."""
    empty = {"content": [], "summary": [], "arguments": "", "status": "in_progress"}
    return item | {name: value for name, value in empty.items() if name in item}


def _response(model: str, status: str, output: list[Wire]) -> Wire:
    return {
        "id": "resp_StandIn0001",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "model": model,
        "output": output,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": None,
        "user": None,
        "metadata": {},
    }


def _usage(said: Said) -> Wire:
    return {
        "input_tokens": said.input_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": said.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": said.input_tokens + said.output_tokens,
    }
