"""Refusals: what the door itself says no with, as one table of values. Pure.

Rules for editing: the three of admission share their words, so that whoever is not let in learns nothing
but how one is; the others say what is wrong. How it looks in a dialect is the routes' business.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from .head import Head

Headers = tuple[tuple[str, str], ...]

CLOSED = "this door opens to requests with a token of this daemon, sent to a loopback address, by no web page"
NEW_TOKEN = "switchgear token new NAME"  # noqa: S105 - a command, not a token


class Refusal(Struct, frozen=True):
    """`kind` is a word of the protocol's error table; `headers` go with it in every dialect."""

    status: int
    kind: str
    message: str
    hint: str | None = None
    headers: Headers = ()


FOR_GOOD: Headers = (("x-should-retry", "false"),)  # else Claude Code tries a refused token for minutes
MISDIRECTED = Refusal(421, "unauthorized", CLOSED, NEW_TOKEN, FOR_GOOD)
FOREIGN = Refusal(403, "unauthorized", CLOSED, NEW_TOKEN, FOR_GOOD)
NO_TOKEN = Refusal(401, "unauthorized", CLOSED, NEW_TOKEN, (("www-authenticate", "Bearer"), *FOR_GOOD))

AGAIN_SOON: Headers = (("retry-after", "2"),)
DRAINING = Refusal(503, "shutting_down", "the daemon is shutting down", "ask again in a moment", AGAIN_SOON)
STOPPED = Refusal(503, "shutting_down", "the daemon stopped before this was done", "ask again", AGAIN_SOON)
FULL = Refusal(503, "busy", "too much of what clients sent is under way", "send it again", AGAIN_SOON)
CROWDED = Refusal(503, "busy", "the daemon serves as many connections as it can", "close one", AGAIN_SOON)
BUG = Refusal(500, "internal", "the daemon made a mistake; this request is lost", "see the daemon's log")
SLOW_HEAD = Refusal(408, "timeout_first_frame", "the request's head did not come in time", "send it again")
SLOW_BODY = Refusal(408, "timeout_first_frame", "the request's body came too slowly", "send it again")
LARGE_HEAD = Refusal(431, "too_large", "the request's head is too large", "send fewer or shorter headers")
NOT_EXPECTED = Refusal(417, "invalid_request", "the only expectation met here is 100-continue")
ENCODED = Refusal(415, "invalid_request", "a body is not read compressed", "send it without content-encoding")
NO_SUCH_METHOD = Refusal(
    405, "invalid_request", "this method is not served", "use GET, HEAD or POST", (("allow", "GET, HEAD, POST"),)
)


def large_body(limit: int) -> Refusal:
    """A body beyond the limit, in bytes."""
    return Refusal(413, "too_large", f"the request's body is larger than {limit} bytes", "send less of the history")


def malformed(why: str) -> Refusal:
    """What came is not HTTP as we read it."""
    return Refusal(400, "parse_error", f"this is not a request that can be read: {why}")


Refuse = Callable[[Head, Refusal], tuple[int, bytes, Headers]]
"""How a refusal is told to the sender of this head: (status, body, headers of the body)."""


def neutral(head: Head, refusal: Refusal) -> tuple[int, bytes, Headers]:
    """The refusal as JSON of no particular dialect: {"error": {"kind", "message", "hint"}}."""
    told = {"kind": refusal.kind, "message": refusal.message}
    if refusal.hint is not None:
        told["hint"] = refusal.hint
    body = msgspec.json.encode({"error": told})
    return refusal.status, body, (("content-type", "application/json"),)
