"""An error as openai.responses says it: over HTTP, or as the code of a response that failed.

A client that would wait for hours gives up at once when told so in words it knows: `usage_limit_reached`
with the moment of the reset, or `insufficient_quota` when that is not known. Codex reads both; the SDKs
read the status and the message.
"""

from typing import Any

import msgspec

from switchgear_protocol.errors import ErrorObject
from switchgeard.dialects import refusing
from switchgeard.dialects.dialect import Refused

WORDS: dict[str, tuple[str, str | None]] = {
    "parse_error": ("invalid_request_error", "invalid_json"),
    "invalid_message": ("invalid_request_error", None),
    "invalid_params": ("invalid_request_error", "invalid_value"),
    "invalid_request": ("invalid_request_error", None),
    "unsupported_feature": ("invalid_request_error", "unsupported_parameter"),
    "context_length": ("invalid_request_error", "context_length_exceeded"),
    "content_policy": ("invalid_request_error", "content_policy_violation"),
    "too_large": ("invalid_request_error", "request_too_large"),
    "unauthorized": ("invalid_request_error", "invalid_api_key"),
    "budget": ("insufficient_quota", "insufficient_quota"),
    "consent": ("insufficient_quota", "insufficient_quota"),
    "no_such_model": ("invalid_request_error", "model_not_found"),
    "no_such_provider": ("invalid_request_error", "model_not_found"),
    "not_found": ("invalid_request_error", "not_found"),
    "method_not_found": ("invalid_request_error", "unknown_url"),
    "exhausted": ("rate_limit_error", "rate_limit_exceeded"),
    "deadline": ("rate_limit_error", "rate_limit_exceeded"),
}
"""Error kind -> type and code, in OpenAI's words."""

OURS = ("server_error", "server_error")
"""What is not in the table."""

PATIENCE_MS = 60_000
"""How long a client may be left to wait and retry by itself."""


def error(error: ErrorObject) -> Refused:
    """A refusal in this dialect's shape and with its status."""
    status = refusing.status(error)
    sort, code = OURS if status == refusing.NEVER else WORDS.get(refusing.kind(error), OURS)
    body: dict[str, Any] = {"message": refusing.words(error), "type": sort, "param": None, "code": code}
    if status == 429:
        body.update(_long_wait(error))
    return Refused(status, msgspec.json.encode({"error": body}))


def failed(error: ErrorObject) -> dict[str, Any]:
    """The `error` of a response that failed when it had begun."""
    _, code = WORDS.get(refusing.kind(error), OURS)
    return {"code": code or "server_error", "message": refusing.words(error)}


def _long_wait(error: ErrorObject) -> dict[str, Any]:
    """What ends a client's retries, when the wait is longer than it should sleep."""
    data = error.data
    if data is None or (data.retry_after_ms or 0) <= PATIENCE_MS:
        return {}
    if data.retry_at:
        return {"type": "usage_limit_reached", "code": "usage_limit_reached", "resets_at": int(data.retry_at)}
    return {"type": "insufficient_quota", "code": "insufficient_quota"}
