"""A client's own body and a provider's own chunks with a few members replaced, nothing decoded and built anew.

Whether a stream ends with its usage is the client's wish and stays so: it gets the very chunks it asked for, and
the ledger an estimate where they hold no usage. Only a family that refuses to be asked (Mistral, which always
tells) is not sent the wish.
"""

import msgspec

from switchgeard.dialects import rename, splice, tool_ids
from switchgeard.dialects.dialect import Rename
from switchgeard.dialects.reading import members
from switchgeard.upstream.sse import Event

from .family import Family, family

LIMITS = ("max_completion_tokens", "max_tokens")
OPTIONS = "stream_options"
MODEL = ("model",)
TERMINAL = "[DONE]"


def patched(body: bytes, *, model: str, stream: bool, max_tokens: int | None = None) -> bytes:
    """The body as it came but for these members. See `dialect.Dialect.patched`."""
    spans = members(body)
    given = {name: body[begin:end] for name, (begin, end) in spans.items() if name in (*LIMITS, OPTIONS)}
    row = family(model)
    values = {"model": msgspec.json.encode(model)}
    if stream or "stream" in spans:
        values["stream"] = b"true" if stream else b"false"
    if max_tokens is not None:
        values.update(_limits(given, row, max_tokens))
    dropped = OPTIONS in given and not (stream and row.usage_option)
    if dropped:
        return splice.replaced(splice.without(body, (OPTIONS,)), values)
    return splice.replaced(body, values, spans)


def id_rule(model: str) -> Rename | None:
    """Mistral's ids have nine letters; elsewhere what a host minted is what its model takes."""
    return tool_ids.nine if family(model).nine_ids else None


def renamed(event: Event, model: str) -> Event:
    """See `dialect.Dialect.renamed`."""
    return rename.event(event, MODEL, model)


def renamed_body(body: bytes, model: str) -> bytes:
    """See `dialect.Dialect.renamed_body`."""
    return rename.body(body, *MODEL, model)


def _limits(given: dict[str, bytes], row: Family, max_tokens: int) -> dict[str, bytes]:
    """The member the client limits its answer with, or the family's."""
    names = [name for name in LIMITS if given.get(name, b"null") != b"null"] or [row.max_tokens]
    return dict.fromkeys(names, b"%d" % max_tokens)
