"""What real providers say, on every wire: stream payloads, whole bodies, model lists.

Rules for editing: field order and null fields follow real traffic. Payloads are JSON texts; `frame`
makes server-sent events of them.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from . import generate, responses
from .said import CREATED
from .said import Said as Said
from .said import halves as halves
from .said import says as says

OPENAI, ANTHROPIC = "openai.chat", "anthropic.messages"
RESPONSES, GOOGLE = "openai.responses", "google.generate"
DONE = "[DONE]"


def frame(payload: str, wire: str) -> bytes:
    """One server-sent event; some wires name their events after the payload's type."""
    if wire not in (ANTHROPIC, RESPONSES):
        return f"data: {payload}\n\n".encode()
    return f"event: {_type_of(payload)}\ndata: {payload}\n\n".encode()


def stream(said: Said, wire: str, model: str, *, include_usage: bool = True) -> list[str]:
    """All payloads of a streamed answer, terminal marker included."""
    if wire == ANTHROPIC:
        return _texts(_anthropic_stream(said, model))
    if wire == RESPONSES:
        return _texts(responses.stream(said, model))
    if wire == GOOGLE:
        return _texts(generate.stream(said, model))
    return [*_texts(_openai_stream(said, model, include_usage and said.usage)), DONE]


def whole(said: Said, wire: str, model: str) -> bytes:
    """The body of a non-streaming answer."""
    if wire == RESPONSES:
        return msgspec.json.encode(responses.whole(said, model))
    if wire == GOOGLE:
        return msgspec.json.encode(generate.whole(said, model))
    return msgspec.json.encode(_anthropic_whole(said, model) if wire == ANTHROPIC else _openai_whole(said, model))


def models(ids: Iterable[str], wire: str) -> bytes:
    """A model list as GET /models gives it."""
    if wire == GOOGLE:
        return msgspec.json.encode(generate.models(ids))
    if wire == ANTHROPIC:
        since = {"created_at": "2026-02-05T00:00:00Z"}
        rows = [{"type": "model", "id": name, "display_name": name} | since for name in ids]
        return msgspec.json.encode({"data": rows, "has_more": False, "first_id": None, "last_id": None})
    entries = [{"id": name, "object": "model", "created": CREATED, "owned_by": "stand-in"} for name in ids]
    return msgspec.json.encode({"object": "list", "data": entries})


def _type_of(payload: str) -> str:
    try:
        value = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return "content_block_delta"
    return str(value.get("type", "message")) if isinstance(value, dict) else "message"


def _texts(payloads: Iterable[dict[str, Any]]) -> list[str]:
    return [msgspec.json.encode(payload).decode() for payload in payloads]


# openai.chat


def _openai_stream(said: Said, model: str, include_usage: bool) -> Iterable[dict[str, Any]]:
    def part(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _openai_chunk(model, [choice]) | ({"usage": None} if include_usage else {})

    yield part({"role": "assistant", "content": "", "refusal": None})
    yield from (part({"reasoning_content": half}) for half in halves(said.thinking) if half)
    yield from (part({"content": piece}) for piece in said.text)
    if said.tool:
        yield part({"tool_calls": [_openai_call(said, "") | {"index": 0}]})
        yield from (
            part({"tool_calls": [{"index": 0, "function": {"arguments": half}}]}) for half in halves(said.arguments)
        )
    yield part({}, _openai_finish(said))
    if include_usage:
        yield _openai_chunk(model, []) | {"usage": _openai_usage(said)}


def _openai_chunk(model: str, choices: list[Any]) -> dict[str, Any]:
    shared = {"id": "chatcmpl-StandIn0001", "object": "chat.completion.chunk", "created": CREATED, "model": model}
    return shared | {"service_tier": "default", "system_fingerprint": None, "choices": choices}


def _openai_call(said: Said, arguments: str) -> dict[str, Any]:
    return {"id": said.tool_id, "type": "function", "function": {"name": said.tool, "arguments": arguments}}


def _openai_finish(said: Said) -> str:
    return "tool_calls" if said.tool else said.finish


def _openai_usage(said: Said) -> dict[str, Any]:
    return {
        "prompt_tokens": said.input_tokens,
        "completion_tokens": said.output_tokens,
        "total_tokens": said.input_tokens + said.output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def _openai_whole(said: Said, model: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": "".join(said.text) or None, "refusal": None}
    if said.thinking:
        message["reasoning_content"] = said.thinking
    if said.tool:
        message["tool_calls"] = [_openai_call(said, said.arguments)]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _openai_finish(said)}
    body = {"id": "chatcmpl-StandIn0001", "object": "chat.completion", "created": CREATED, "model": model}
    return body | {"choices": [choice]} | ({"usage": _openai_usage(said)} if said.usage else {})


# anthropic.messages

_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}


def _anthropic_stream(said: Said, model: str) -> Iterable[dict[str, Any]]:
    blocks = _anthropic_blocks(said)
    message = _anthropic_message(model, [], None) | {"usage": _anthropic_usage(said, 1)}
    yield {"type": "message_start", "message": message}
    for index, (opening, deltas) in enumerate(blocks):
        yield {"type": "content_block_start", "index": index, "content_block": opening}
        if index == 0:
            yield {"type": "ping"}
        yield from ({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
        yield {"type": "content_block_stop", "index": index}
    ending = {"type": "message_delta", "delta": {"stop_reason": _anthropic_stop(said), "stop_sequence": None}}
    yield ending | ({"usage": {"output_tokens": said.output_tokens}} if said.usage else {})
    yield {"type": "message_stop"}


def _anthropic_blocks(said: Said) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each content block: how it opens, and its deltas."""
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if said.thinking:
        deltas = [{"type": "thinking_delta", "thinking": half} for half in halves(said.thinking)]
        signature = {"type": "signature_delta", "signature": said.signature}
        blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, [*deltas, signature]))
    if said.text:
        blocks.append(({"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in said.text]))
    if said.tool:
        pieces = ("", *halves(said.arguments))
        opening = {"type": "tool_use", "id": said.tool_id, "name": said.tool, "input": {}}
        blocks.append((opening, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]))
    return blocks


def _anthropic_message(model: str, content: list[Any], stop: str | None) -> dict[str, Any]:
    shared = {"model": model, "id": "msg_01StandIn0001", "type": "message", "role": "assistant"}
    return shared | {"content": content, "stop_reason": stop, "stop_sequence": None}


def _anthropic_stop(said: Said) -> str:
    return "tool_use" if said.tool else _STOP_REASONS.get(said.finish, said.finish)


def _anthropic_usage(said: Said, output_tokens: int) -> dict[str, Any]:
    cache = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    return {"input_tokens": said.input_tokens} | cache | {"output_tokens": output_tokens, "service_tier": "standard"}


def _anthropic_whole(said: Said, model: str) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    if said.thinking:
        content.append({"type": "thinking", "thinking": said.thinking, "signature": said.signature})
    if said.text:
        content.append({"type": "text", "text": "".join(said.text)})
    if said.tool:
        arguments = msgspec.json.decode(said.arguments)
        content.append({"type": "tool_use", "id": said.tool_id, "name": said.tool, "input": arguments})
    usage = {"usage": _anthropic_usage(said, said.output_tokens)} if said.usage else {}
    return _anthropic_message(model, content, _anthropic_stop(said)) | usage
