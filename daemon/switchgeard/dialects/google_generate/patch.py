"""A client's own body and a provider's own chunks with a few members replaced, nothing decoded and built anew.

The URL says the model and the manner of answering, so a body mostly goes as it came. One that names a model
all the same would contradict the URL.
"""

import msgspec

from switchgeard.dialects import rename, splice
from switchgeard.dialects.dialect import Rename
from switchgeard.dialects.reading import members
from switchgeard.upstream.sse import Event

from .spelling import plain

MODEL = ("modelVersion",)
TERMINAL = None  # a stream ends with its bytes
CONFIG, LIMIT = "generationConfig", "maxOutputTokens"


def patched(body: bytes, *, model: str, stream: bool, max_tokens: int | None = None) -> bytes:
    """The body as it came but for these members. See `dialect.Dialect.patched`."""
    body = body if max_tokens is None else plain(body)
    spans = members(body)
    values = {"model": msgspec.json.encode(f"models/{model}")} if "model" in spans else {}
    if max_tokens is not None:
        begin, end = spans.get(CONFIG, (0, 0))
        config = body[begin:end] if body[begin:end].startswith(b"{") else b"{}"
        values[CONFIG] = splice.replaced(config, {LIMIT: b"%d" % max_tokens}, members(config))
    return splice.replaced(body, values, spans) if values else body


def id_rule(model: str) -> Rename | None:
    """None: ids only tie a result to its call here."""
    return None


def renamed(event: Event, model: str) -> Event:
    """See `dialect.Dialect.renamed`."""
    return rename.event(event, MODEL, model)


def renamed_body(body: bytes, model: str) -> bytes:
    """See `dialect.Dialect.renamed_body`."""
    return rename.body(body, *MODEL, model)
