"""What a provider of google.generate says: chunks that are whole responses, and the errors of google.rpc.

Rules for editing: field order follows real traffic. A call is signed, as the newer models' are; thoughts have no
signature of their own.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from .said import Said, halves

Wire = dict[str, Any]

NOTHING: Wire = {"text": ""}
REASONS = {"length": "MAX_TOKENS", "content_filter": "SAFETY"}
WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "RESOURCE_EXHAUSTED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    413: "INVALID_ARGUMENT",
    422: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    504: "DEADLINE_EXCEEDED",
}
"""HTTP status -> the word for it; any other is UNAVAILABLE."""


def stream(said: Said, model: str) -> Iterator[Wire]:
    """All payloads of a streamed answer; the last one says why it ends."""
    parts = [_thought(half) for half in halves(said.thinking) if half]
    parts += [{"text": piece} for piece in said.text]
    parts += [_call(said)] if said.tool else []
    for part in [NOTHING, *parts]:
        yield _response(said, model, [part])
    yield _response(said, model, [NOTHING], ended=True)


def whole(said: Said, model: str) -> Wire:
    """The body of a non-streaming answer."""
    parts = [_thought(said.thinking)] if said.thinking else []
    parts += [{"text": "".join(said.text)}] if said.text else []
    parts += [_call(said)] if said.tool else []
    return _response(said, model, parts, ended=True)


def models(ids: Iterable[str]) -> Wire:
    limits = {"inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536}
    manners = {"supportedGenerationMethods": ["generateContent", "countTokens"], "thinking": True}
    return {"models": [{"name": f"models/{name}", "displayName": name} | limits | manners for name in ids]}


def error(status: int, message: str) -> Wire:
    return {"error": {"code": status, "message": message, "status": WORDS.get(status, "UNAVAILABLE")}}


def _response(said: Said, model: str, parts: list[Wire], *, ended: bool = False) -> Wire:
    candidate: Wire = {"content": {"parts": parts, "role": "model"}}
    if ended:
        candidate["finishReason"] = REASONS.get(said.finish, "STOP")
    body: Wire = {"candidates": [candidate | {"index": 0}]}
    usage = {"usageMetadata": _usage(said, ended=ended)} if said.usage else {}
    return body | usage | {"modelVersion": model, "responseId": "StandIn0001"}


def _usage(said: Said, *, ended: bool) -> Wire:
    output = said.output_tokens if ended else 1
    total = {"candidatesTokenCount": output, "totalTokenCount": said.input_tokens + output}
    return {"promptTokenCount": said.input_tokens} | total


def _thought(text: str) -> Wire:
    return {"text": text, "thought": True}


def _call(said: Said) -> Wire:
    call = {"id": said.tool_id, "name": said.tool, "args": msgspec.json.decode(said.arguments)}
    return {"functionCall": call, "thoughtSignature": said.signature}
