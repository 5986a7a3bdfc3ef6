"""Rename: a provider's own answer under the name the client asked for, else as it came.

Where the name stands is each dialect's own business, in its `patch`. What cannot be read stays as it is: it is
for the client to see.
"""

import msgspec

from switchgeard.upstream.sse import Event

from . import splice

LONG = 100_000  # bytes from which decoding costs more than looking for where the members are


def event(told: Event, path: tuple[str, ...], model: str) -> Event:
    """The event with the string at `path` replaced; the same object where none stands there."""
    data = splice.relabelled(told.data, path, model)
    return told if data == told.data else Event(told.event, data)


def body(whole: bytes, name: str, model: str) -> bytes:
    """The whole answer with this member replaced, where it has it."""
    try:
        if len(whole) < LONG and whole.count(b'"%b"' % name.encode()) == 1:  # so it is not given twice
            return splice.relabelled(whole.decode(), (name,), model).encode()
        spans = splice.members(whole)
        return splice.replaced(whole, {name: msgspec.json.encode(model)}, spans) if name in spans else whole
    except ValueError:
        return whole
