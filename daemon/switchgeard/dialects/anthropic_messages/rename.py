"""A provider's own answer with the model's name replaced: the client asked for ours.

Only `message_start` names it; a stream has thousands of other events, so those are known by a search of
their text and handed back as they are.
"""

import msgspec

from switchgeard.dialects import splice
from switchgeard.upstream.sse import Event

START = "message_start"
MODEL = ("message", "model")


def renamed(event: Event, model: str) -> Event:
    """See `dialect.Dialect.renamed`."""
    if START not in event.data:
        return event
    data = splice.relabelled(event.data, MODEL, model)
    return event if data == event.data else Event(event.event, data)


def renamed_body(body: bytes, model: str) -> bytes:
    """See `dialect.Dialect.renamed_body`."""
    try:
        known = "model" in splice.members(body)
        return splice.replaced(body, {"model": msgspec.json.encode(model)}) if known else body
    except ValueError:
        return body
