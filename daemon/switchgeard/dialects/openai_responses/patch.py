"""What is passed on as bytes with little changed: a client's body, a provider's own answer.

Only the events that hold the response object name the model; the deltas between are the same object again.
"""

import msgspec

from switchgeard.dialects import rename, splice
from switchgeard.dialects.dialect import Rename
from switchgeard.dialects.reading import members
from switchgeard.upstream.sse import Event

MODEL = ("response", "model")
TERMINAL = None  # a stream ends with an event like the others


def patched(body: bytes, *, model: str, stream: bool, max_tokens: int | None = None) -> bytes:
    """The body as it came but for these members. See `dialect.Dialect.patched`."""
    spans = members(body)
    values = {"model": msgspec.json.encode(model)}
    if max_tokens is not None:
        values["max_output_tokens"] = b"%d" % max_tokens
    if stream or "stream" in spans:
        values["stream"] = b"true" if stream else b"false"
    return splice.replaced(body, values, spans)


def id_rule(model: str) -> Rename | None:
    """What a provider of this dialect minted is legal for every other."""
    return None


def renamed(event: Event, model: str) -> Event:
    """See `dialect.Dialect.renamed`."""
    return rename.event(event, MODEL, model)


def renamed_body(body: bytes, model: str) -> bytes:
    """See `dialect.Dialect.renamed_body`."""
    return rename.body(body, "model", model)
