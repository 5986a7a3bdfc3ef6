"""What is passed on as bytes with little changed: a client's body, a provider's own answer.

Only the events that hold the response object name the model; the deltas between are the same object again.
"""

from collections.abc import Callable

import msgspec

from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.splice import members, relabelled, replaced
from switchgeard.upstream.sse import Event

MODEL = ("response", "model")
TERMINAL = None  # a stream ends with an event like the others


def patched(body: bytes, *, model: str, stream: bool, max_tokens: int | None = None) -> bytes:
    """The body as it came but for these members. See `dialect.Dialect.patched`."""
    values = {"model": msgspec.json.encode(model)}
    if max_tokens is not None:
        values["max_output_tokens"] = str(max_tokens).encode()
    try:
        if stream or "stream" in members(body):
            values["stream"] = b"true" if stream else b"false"
        return replaced(body, values)
    except ValueError as problem:
        raise Unreadable(f"the body is no JSON object: {problem}") from None


def id_rule(model: str) -> Callable[[str], str] | None:
    """What a provider of this dialect minted is legal for every other."""
    return None


def renamed(event: Event, model: str) -> Event:
    """The event with the model's name replaced; the same object where it names none."""
    data = relabelled(event.data, MODEL, model)
    return event if data is event.data else Event(event.event, data)


def renamed_body(body: bytes, model: str) -> bytes:
    """The whole body with the model's name replaced."""
    text = relabelled(body.decode("utf-8", "surrogateescape"), MODEL[1:], model)
    return text.encode("utf-8", "surrogateescape")
