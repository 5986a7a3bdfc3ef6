"""Refusing: what every dialect says alike when it says no; only the shape around it is a dialect's own.

Rules for editing: one status per kind for all dialects, so that the same trouble looks the same to every
client. A kind that is not in the table is ours to answer for: 500.
"""

import math

from switchgear_protocol.errors import ErrorObject

INTERNAL = 500

STATUS: dict[str, int] = {
    "parse_error": 400,
    "invalid_message": 400,
    "invalid_params": 400,
    "invalid_request": 400,
    "unsupported_feature": 400,
    "context_length": 400,
    "content_policy": 400,
    "unauthorized": 401,
    "budget": 402,
    "consent": 402,
    "no_such_model": 404,
    "no_such_provider": 404,
    "not_found": 404,
    "method_not_found": 405,
    "too_large": 413,
    "exhausted": 429,
    "deadline": 429,
    "cancelled": 499,  # nobody is there to read it
    "interrupted": 502,
    "busy": 503,
    "shutting_down": 503,
}
"""Error kind -> HTTP status, where that is known when it may work again."""

NEVER = 503
"""Status of EXHAUSTED kinds when it is not known when: a client that waits for a 429 would wait for nothing."""

EXHAUSTED = frozenset({"exhausted", "deadline"})


def kind(error: ErrorObject) -> str:
    """The error's kind; one without data is a bug of ours."""
    return error.data.kind if error.data else "internal"


def status(error: ErrorObject) -> int:
    """The HTTP status that answers this error."""
    name = kind(error)
    if name in EXHAUSTED and (error.data is None or error.data.retry_after_ms is None):
        return NEVER
    return STATUS.get(name, INTERNAL)


def words(error: ErrorObject) -> str:
    """What happened, why, and what helps ("hint: ..."), on one line, never empty."""
    data = error.data
    parts = [_sentence(error.message) or "The request failed.", _sentence(data.detail if data else None), back(error)]
    if data and data.hint:
        parts.append(f"hint: {_line(data.hint)}")
    return " ".join(part for part in parts if part)


BACK_LATER = frozenset({"exhausted", "consent", "budget"})
"""Kinds that time may end, too."""

UNITS = ((36 * 3600, "days", 86_400), (90 * 60, "h", 3600), (90, "min", 60), (0, "s", 1))
"""From how many seconds on a time is told in which unit, of so many seconds."""


def back(error: ErrorObject) -> str:
    """When the first may serve again: people read the message, and only programs its header."""
    left = error.data.retry_after_ms if error.data else None
    if kind(error) not in BACK_LATER or left is None:
        return ""
    seconds = max(math.ceil(left / 1000), 1)
    unit, size = next((unit, size) for least, unit, size in UNITS if seconds >= least)
    return f"The first is back in {math.ceil(seconds / size)} {unit}."


def _sentence(text: str | None) -> str:
    line = _line(text or "")
    return f"{line}." if line and line[-1] not in ".!?:;" else line


def _line(text: str) -> str:
    return " ".join(text.split())
