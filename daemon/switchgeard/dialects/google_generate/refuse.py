"""An error as google.generate says it, over HTTP or in the middle of a stream: {"error": {code, message, status}}.

When to come back is in `details`, where Google's clients look for it.
"""

from typing import Any

import msgspec

from switchgear_protocol.errors import ErrorObject
from switchgeard.dialects import refusing
from switchgeard.dialects.dialect import Refused

WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "RESOURCE_EXHAUSTED",
    404: "NOT_FOUND",
    405: "NOT_FOUND",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
}
"""HTTP status -> google.rpc's word; any other is INTERNAL."""

RETRY = "type.googleapis.com/google.rpc.RetryInfo"


def error(error: ErrorObject) -> Refused:
    """A refusal in this dialect's shape and with its status."""
    return Refused(refusing.status(error), said(error))


def said(error: ErrorObject) -> bytes:
    """The JSON, alike in a body and in a stream."""
    status = refusing.status(error)
    told: dict[str, Any] = {
        "code": status,
        "message": refusing.words(error),
        "status": WORDS.get(status, "INTERNAL"),
    }
    wait = error.data.retry_after_ms if error.data else None
    if wait is not None:
        told["details"] = [{"@type": RETRY, "retryDelay": f"{wait / 1000:.3f}s"}]
    return msgspec.json.encode({"error": told})
