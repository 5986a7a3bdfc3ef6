"""The error answers of real providers, as rows: status, headers, and the body on each wire.

Rules for editing: bodies are literal, taken from providers' documentation and traffic. A row gives
both wires; where a provider of one wire has no such error, its nearest is given. Header values may
need the moment of the answer, so headers are functions of the wall clock.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from . import generate, responses
from .exchange import Answer, Asked, Header, date, sized
from .wires import ANTHROPIC, GOOGLE, RESPONSES

Headers = Callable[[float], tuple[Header, ...]]


def fixed(*headers: Header) -> Headers:
    """The same headers at any time."""
    return lambda wall: headers


def retry_after(value: str) -> Headers:
    return fixed(("retry-after", value))


class ErrorRow(Struct, frozen=True):
    """`openai`: (type, code, message). `anthropic`: (type, message) or with `details.error_code` third. `google`: the
    message, where OpenAI's would mean something else there."""

    status: int
    openai: tuple[str, str | None, str]
    anthropic: tuple[str, ...]
    headers: Headers = fixed()
    google: str = ""

    def answer(self, asked: Asked) -> Answer:
        """This error as `asked.wire` says it."""
        headers = (date(asked.wall), ("request-id", "req_011StandIn0001"), *self.headers(asked.wall))
        return sized(self.status, self.body(asked.wire), headers)

    def body(self, wire: str) -> bytes:
        return msgspec.json.encode(self.payload(wire))

    def inside(self, asked: Asked) -> bytes:
        """The payload of this error inside a stream that has begun."""
        if asked.wire != RESPONSES:
            return self.body(asked.wire)
        return msgspec.json.encode(responses.failed(asked.model, self.openai[1], self.openai[2]))

    def payload(self, wire: str) -> dict[str, Any]:
        """The error object."""
        if wire == GOOGLE:
            return generate.error(self.status, self.google or self.openai[2])
        if wire != ANTHROPIC:
            sort, code, message = self.openai
            return {"error": {"message": message, "type": sort, "param": None, "code": code}}
        kind, message, *reason = self.anthropic
        error: dict[str, Any] = {"type": kind, "message": message}
        if reason:
            error["details"] = {"error_code": reason[0]}
        return {"type": "error", "error": error, "request_id": "req_011StandIn0001"}


def _spent_five_hours(wall: float) -> tuple[Header, ...]:
    """A Claude subscription whose 5-hour window is spent; it opens again in two hours."""
    reset, week = int(wall + 7200), int(wall + 4 * 86_400)
    unified = {
        "status": "rejected",
        "reset": reset,
        "representative-claim": "five_hour",
        "5h-status": "rejected",
        "5h-utilization": "1.02",
        "5h-reset": reset,
        "7d-status": "allowed",
        "7d-utilization": "0.41",
        "7d-reset": week,
        "fallback-percentage": "0.5",
        "overage-status": "rejected",
        "overage-disabled-reason": "org_level_disabled",
    }
    named = tuple((f"anthropic-ratelimit-unified-{name}", str(value)) for name, value in unified.items())
    return (*named, ("retry-after", "7200"), ("x-should-retry", "false"))


_RATE_OPENAI = ("requests", "rate_limit_exceeded", "Rate limit reached: 60 requests a minute.")
_RATE_ANTHROPIC = ("rate_limit_error", "This request would exceed your organization's rate limit of 50 requests.")


def rate_limited(headers: Headers, message: str | None = None) -> ErrorRow:
    """A 429 of a short window, saying when to come back as `headers` do."""
    openai = _RATE_OPENAI if message is None else (_RATE_OPENAI[0], _RATE_OPENAI[1], message)
    anthropic = _RATE_ANTHROPIC if message is None else (_RATE_ANTHROPIC[0], message)
    return ErrorRow(429, openai, anthropic, headers)


def rfc3339(wall: float) -> str:
    """As Anthropic's reset headers have it: 2026-11-23T02:00:00Z."""
    return datetime.fromtimestamp(int(wall), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


QUOTA = "You exceeded your current quota, please check your plan and billing details."
NONE_LEFT = "* Quota exceeded for metric: generativelanguage.googleapis.com/generate_requests_per_day, limit: 0"

SPENT_FIVE_HOURS = ErrorRow(
    429,
    ("insufficient_quota", "insufficient_quota", QUOTA),
    ("rate_limit_error", "This request would exceed your account's rate limit. Please try again later."),
    _spent_five_hours,
    f"{QUOTA} {NONE_LEFT}",
)
