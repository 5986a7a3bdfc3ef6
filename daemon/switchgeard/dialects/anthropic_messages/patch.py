"""The body for an offer that speaks this dialect too: the same bytes but for what the daemon decides. And back:
a provider's own answer, in which only `message_start` names the model.
"""

import msgspec
from msgspec import Struct

from switchgeard.dialects import rename, splice
from switchgeard.dialects.claude import LEAST
from switchgeard.dialects.dialect import Rename
from switchgeard.dialects.reading import members, parsed
from switchgeard.upstream.sse import Event

MODEL = ("message", "model")
TERMINAL = None  # `message_stop` is JSON like every other event


class Thinking(Struct):
    type: str | None = None
    budget_tokens: int | None = None


class Body(Struct):
    thinking: Thinking | None = None


_BUDGETED = msgspec.json.Decoder(Body)


def patched(body: bytes, *, model: str, stream: bool, max_tokens: int | None = None) -> bytes:
    """See `dialect.Dialect.patched`. Raises Unreadable where a member is given twice."""
    spans = members(body)
    values = {"model": msgspec.json.encode(model)}
    if stream or "stream" in spans:
        values["stream"] = b"true" if stream else b"false"
    if max_tokens is not None:
        values["max_tokens"] = b"%d" % max_tokens
        values.update(_budgeted(body, max_tokens))
    return splice.replaced(body, values, spans)


def _budgeted(body: bytes, max_tokens: int) -> dict[str, bytes]:
    """`thinking` with a budget below the limit, which the API demands, where the body's is not."""
    asked = parsed(_BUDGETED, body).thinking
    if asked is None or asked.type != "enabled" or (asked.budget_tokens or 0) < max_tokens:
        return {}
    fits = max_tokens > LEAST
    new: dict[str, object] = {"type": "enabled", "budget_tokens": max_tokens - 1} if fits else {"type": "disabled"}
    return {"thinking": msgspec.json.encode(new)}


def id_rule(model: str) -> Rename | None:
    """None: every id a client of this dialect was given is one that every model behind it takes."""
    return None


def renamed(event: Event, model: str) -> Event:
    """See `dialect.Dialect.renamed`."""
    return rename.event(event, MODEL, model)


def renamed_body(body: bytes, model: str) -> bytes:
    """See `dialect.Dialect.renamed_body`."""
    return rename.body(body, "model", model)
