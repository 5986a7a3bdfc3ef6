"""A client's own body and a provider's own chunks with a few members replaced, nothing decoded and built anew.

The URL says the model and the manner of answering, so a body mostly goes as it came. One that names a model
all the same would contradict the URL.
"""

from collections.abc import Callable

import msgspec

from switchgeard.dialects import splice
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.upstream.sse import Event

from .spelling import plain

MODEL = ("modelVersion",)
TERMINAL = None  # a stream ends with its bytes
CONFIG, LIMIT = "generationConfig", "maxOutputTokens"


def patched(body: bytes, *, model: str, stream: bool, max_tokens: int | None = None) -> bytes:
    """The body as it came but for these members. See `dialect.Dialect.patched`."""
    try:
        body = body if max_tokens is None else plain(body)
        spans = splice.members(body)
        values = {"model": msgspec.json.encode(f"models/{model}")} if "model" in spans else {}
        if max_tokens is not None:
            begin, end = spans.get(CONFIG, (0, 0))
            config = body[begin:end]
            values[CONFIG] = splice.replaced(config if config[:1] == b"{" else b"{}", {LIMIT: b"%d" % max_tokens})
        return splice.replaced(body, values, spans) if values else body
    except ValueError as problem:
        raise Unreadable(f"the body is no JSON object: {problem}") from None


def id_rule(model: str) -> Callable[[str], str] | None:
    """None: ids only tie a result to its call here."""
    return None


def renamed(event: Event, model: str) -> Event:
    """The chunk with the model's name replaced; the same object where it names none."""
    data = splice.relabelled(event.data, MODEL, model)
    return event if data == event.data else Event(event.event, data)


def renamed_body(body: bytes, model: str) -> bytes:
    """A whole body likewise."""
    text = splice.relabelled(body.decode("utf-8", "surrogateescape"), MODEL, model)
    return text.encode("utf-8", "surrogateescape")
