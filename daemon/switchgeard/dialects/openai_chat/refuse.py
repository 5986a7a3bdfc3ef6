"""A refusal as openai.chat spells it: {"error": {message, type, param, code}}.

The words of `type` and `code` are OpenAI's where it has some, since clients look for them; the SDKs read the
status and `code`. The same object is what ends a stream that was cut.
"""

from typing import Any

import msgspec

from switchgear_protocol.errors import ErrorObject
from switchgeard.dialects import refusing
from switchgeard.dialects.dialect import Refused

REQUEST, RATE, QUOTA, SERVER = "invalid_request_error", "rate_limit_error", "insufficient_quota", "server_error"

SPELLED: dict[str, tuple[str, str]] = {
    "parse_error": (REQUEST, "invalid_json"),
    "invalid_message": (REQUEST, "invalid_request"),
    "invalid_params": (REQUEST, "invalid_value"),
    "invalid_request": (REQUEST, "invalid_request"),
    "unsupported_feature": (REQUEST, "unsupported_parameter"),
    "context_length": (REQUEST, "context_length_exceeded"),
    "content_policy": (REQUEST, "content_policy_violation"),
    "too_large": (REQUEST, "request_too_large"),
    "unauthorized": (REQUEST, "invalid_api_key"),
    "budget": (QUOTA, QUOTA),
    "consent": (QUOTA, QUOTA),
    "no_such_model": (REQUEST, "model_not_found"),
    "no_such_provider": (REQUEST, "not_found"),
    "not_found": (REQUEST, "not_found"),
    "method_not_found": (REQUEST, "unknown_url"),
    "exhausted": (RATE, "rate_limit_exceeded"),
    "deadline": (RATE, "rate_limit_exceeded"),
    "busy": (SERVER, "server_is_overloaded"),
    "shutting_down": (SERVER, "server_is_overloaded"),
    "interrupted": (SERVER, "stream_interrupted"),
}
"""Error kind -> `type` and `code`; any other is a server_error with its kind for a code."""


def error(error: ErrorObject) -> Refused:
    """The refusal with its status."""
    return Refused(refusing.status(error), msgspec.json.encode(shape(error)))


def shape(error: ErrorObject) -> dict[str, Any]:
    """The object a body or a stream says it with."""
    kind = refusing.kind(error)
    family, code = SPELLED.get(kind, (SERVER, kind))
    if kind in refusing.EXHAUSTED and refusing.status(error) == refusing.NEVER:
        family, code = SPELLED["busy"]
    return {"error": {"message": refusing.words(error), "type": family, "param": None, "code": code}}
