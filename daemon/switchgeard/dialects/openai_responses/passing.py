"""What is passed on as bytes with little changed: a client's body, a provider's own answer.

Only the events that hold the response object name the model; the deltas between are the same object again.
"""

import msgspec

from switchgeard.dialects.splice import relabelled, replaced
from switchgeard.upstream.sse import Event

MODEL = ("response", "model")


def patched(body: bytes, *, model: str, stream: bool, max_tokens: int | None = None) -> bytes:
    """The body as it came but for these members. Raises ValueError when it is no object."""
    values = {"model": msgspec.json.encode(model), "stream": b"true" if stream else b"false"}
    if max_tokens is not None:
        values["max_output_tokens"] = str(max_tokens).encode()
    return replaced(body, values)


def renamed(event: Event, model: str) -> Event:
    """The event with the model's name replaced; the same object where it names none."""
    data = relabelled(event.data, MODEL, model)
    return event if data == event.data else Event(event.event, data)


def renamed_body(body: bytes, model: str) -> bytes:
    """The whole body with the model's name replaced."""
    text = relabelled(body.decode("utf-8", "surrogateescape"), MODEL[1:], model)
    return text.encode("utf-8", "surrogateescape")
