"""The body for an offer that speaks this dialect too: the same bytes but for what the daemon decides.

`counting` makes the body of POST /v1/messages/count_tokens out of one for /v1/messages: that endpoint
refuses members it does not know.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import Struct

from switchgeard.dialects import splice
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.reading import TOO_DEEP, parsed

from .thinking import LEAST

T = TypeVar("T")


class Thinking(Struct):
    type: str | None = None
    budget_tokens: int | None = None


class Body(Struct):
    thinking: Thinking | None = None


_BUDGETED = msgspec.json.Decoder(Body)

COUNTED = frozenset(
    {
        "model",
        "messages",
        "system",
        "tools",
        "tool_choice",
        "thinking",
        "output_config",
        "output_format",
        "cache_control",
        "context_management",
        "compaction",
        "mcp_servers",
        "speed",
    }
)
"""Members count_tokens takes (official SDK 2.12, betas included)."""


def patched(body: bytes, *, model: str, stream: bool, max_tokens: int | None = None) -> bytes:
    """See `dialect.Dialect.patched`. Raises Unreadable where a member is given twice."""
    values = {"model": msgspec.json.encode(model)}
    if stream or b'"stream"' in body:
        values["stream"] = b"true" if stream else b"false"
    if max_tokens is not None:
        values["max_tokens"] = b"%d" % max_tokens
        values.update(_budgeted(body, max_tokens))
    return _walked(lambda: splice.replaced(body, values))


def _budgeted(body: bytes, max_tokens: int) -> dict[str, bytes]:
    """`thinking` with a budget below the limit, which the API demands, where the body's is not."""
    asked = parsed(_BUDGETED, body).thinking
    if asked is None or asked.type != "enabled" or (asked.budget_tokens or 0) < max_tokens:
        return {}
    fits = max_tokens > LEAST
    new: dict[str, object] = {"type": "enabled", "budget_tokens": max_tokens - 1} if fits else {"type": "disabled"}
    return {"thinking": msgspec.json.encode(new)}


def id_rule(model: str) -> Callable[[str], str] | None:
    """None: every id a client of this dialect was given is one that every model behind it takes."""
    return None


def counting(body: bytes, *, model: str) -> bytes:
    """What count_tokens takes of a body for /v1/messages, for this model. Raises Unreadable."""
    spans = _walked(lambda: splice.members(body))
    kept = {name: msgspec.Raw(body[begin:end]) for name, (begin, end) in spans.items() if name in COUNTED}
    return msgspec.json.encode({**kept, "model": model})


def _walked(walk: Callable[[], T]) -> T:
    try:
        return walk()
    except RecursionError:
        raise Unreadable(TOO_DEEP) from None
    except ValueError as problem:
        raise Unreadable(f"the body cannot be passed on: {problem}") from None
