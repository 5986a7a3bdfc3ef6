"""A refusal as the Messages API says it, and the same words in the middle of a stream.

Claude Code knows a prompt that was too long by how the message begins; then it compacts the conversation.
"""

import msgspec

from switchgear_protocol.errors import ErrorObject
from switchgeard.dialects import refusing
from switchgeard.dialects.dialect import Refused

TOO_LONG = "prompt is too long"

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    404: "not_found_error",
    405: "invalid_request_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
}
"""HTTP status -> error.type; any other is api_error."""


def error(error: ErrorObject) -> Refused:
    """See `dialect.Dialect.error`."""
    return Refused(refusing.status(error), said(error))


def said(error: ErrorObject) -> bytes:
    """The JSON of the error, alike in a body and in a stream's `error` event."""
    words = refusing.words(error)
    if refusing.kind(error) == "context_length":
        words = _too_long(error, words)
    kind = TYPES.get(refusing.status(error), "api_error")
    return msgspec.json.encode({"type": "error", "error": {"type": kind, "message": words}})


def _too_long(error: ErrorObject, words: str) -> str:
    """The provider's own sentence where it has the numbers, which clients parse."""
    detail = " ".join((error.data.detail if error.data and error.data.detail else "").split())
    at = detail.find(TOO_LONG)
    return f"{detail[at:]} ({words})" if at >= 0 else f"{TOO_LONG}: {words}"
