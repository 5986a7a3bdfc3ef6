"""A provider's own answer with the model's name replaced: the client asked for ours.

Only `message_start` names it; a stream has thousands of other events, so those are known by a search of
their text and handed back as they are.
"""

import msgspec

from switchgeard.dialects import splice
from switchgeard.upstream.sse import Event

START = "message_start"


def renamed(event: Event, model: str) -> Event:
    """See `dialect.Dialect.renamed`."""
    if START not in event.data:
        return event
    data = event.data.encode()
    new = _within(data, model)
    return event if new is data else Event(event.event, new.decode())


def renamed_body(body: bytes, model: str) -> bytes:
    """See `dialect.Dialect.renamed_body`."""
    return _named(body, model)


def _within(data: bytes, model: str) -> bytes:
    """The event's data with its message renamed; the same object where there is none."""
    try:
        span = splice.members(data).get("message") if _kind(data) == START else None
        message = data[span[0] : span[1]] if span else b""
        return splice.replaced(data, {"message": _named(message, model)}) if span else data
    except (ValueError, RecursionError):
        return data


def _kind(data: bytes) -> str | None:
    return _TYPED.decode(data).type


def _named(message: bytes, model: str) -> bytes:
    try:
        known = "model" in splice.members(message)
        return splice.replaced(message, {"model": msgspec.json.encode(model)}) if known else message
    except (ValueError, RecursionError):
        return message


class _Typed(msgspec.Struct):
    type: str | None = None


_TYPED = msgspec.json.Decoder(_Typed)
