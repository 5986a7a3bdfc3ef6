"""Remembered: what State believes as rows for the store, and back after a restart.

Rules for editing: a row that cannot be read (another version wrote it) is dropped, never an error:
beliefs are re-earned with the next request. TOPICS names the store's topics; each entry packs one
kind of belief.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import msgpack

from .core import health
from .core.clock import Now
from .core.health import Circuit, ScopeKey
from .core.issuer import Issuer
from .core.listing import Listing
from .core.pin import PinState
from .core.quota import Window
from .core.sticky import Assignment
from .spending import SessionKey
from .state import State


class Row(msgspec.Struct, frozen=True, array_like=True):
    """A belief with its own key beside it, so that the key never has to be parsed."""

    key: msgspec.Raw
    value: msgspec.Raw


BLOCK = 1000  # event numbers reserved at a time: so many may be skipped after a crash
Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
NIL, ZERO = msgpack.encode(None), msgpack.encode(0)

TOPICS: dict[str, tuple[Callable[[State], dict[Any, Any]], Any, Any]] = {
    "circuits": (lambda s: s.circuits, ScopeKey, Circuit),
    "windows": (lambda s: s.allowance.windows, tuple[str, str, str | None], Window),
    "full": (lambda s: s.allowance.full, tuple[str, str, str | None], float),
    "assignments": (lambda s: s.sessions.assignments, SessionKey, Assignment),
    "pins": (lambda s: s.pins, tuple[str, str | None], PinState),
    "pauses": (lambda s: s.pauses, str, float | None),
    "listings": (lambda s: s.listings, str, Listing),
    "issued": (lambda s: s.issued.owners, str, Issuer),
}
"""topic -> (where State keeps it, type of its keys, type of its values)."""


def changes(state: State) -> Iterator[tuple[str, str, bytes | None]]:
    """Everything that changed since the last call: (topic, key, packed value, None to forget)."""
    dirty, state.dirty = state.dirty, set()
    for topic, key in dirty:
        if topic == "spend":
            yield topic, "consent", msgpack.encode(state.spending.consent_until)
            continue
        kept = TOPICS[topic][0](state)
        yield topic, _name(key), _pack(key, kept[key]) if key in kept else None
    if state.telling.seq + BLOCK > state.telling.reserved:
        state.telling.reserved = state.telling.seq + 2 * BLOCK
        yield "events", "reserved", msgpack.encode(state.telling.reserved)


def last_number(state: State) -> tuple[str, str, bytes]:
    """The change of an orderly end: the next life goes on counting events without a gap."""
    return "events", "reserved", msgpack.encode(state.telling.seq)


def recall(state: State, rows: Mapping[str, Mapping[str, bytes]], now: Now) -> int:
    """Put what was remembered back into State; returns how many rows were unreadable and dropped."""
    dropped = 0
    for topic, (kept, key_type, value_type) in TOPICS.items():
        for packed in rows.get(topic, {}).values():
            try:
                key, value = _unpack(packed, key_type, value_type)
            except (msgspec.MsgspecError, ValueError):
                dropped += 1
                continue
            kept(state)[key] = health.restored(value, now) if isinstance(value, Circuit) else value
    state.sessions.recalled()
    return dropped + _recall_consent(state, rows, now) + _recall_number(state, rows)


def _recall_consent(state: State, rows: Mapping[str, Mapping[str, bytes]], now: Now) -> int:
    try:
        packed = rows.get("spend", {}).get("consent", NIL)
        state.spending.consent(msgpack.decode(packed, type=float | None), now)
    except (msgspec.MsgspecError, ValueError):
        return 1
    return 0


def _recall_number(state: State, rows: Mapping[str, Mapping[str, bytes]]) -> int:
    """Events are never numbered twice, so that a cursor of an earlier life still means what it meant."""
    try:
        packed = rows.get("events", {}).get("reserved", ZERO)
        state.telling.seq = state.telling.reserved = msgpack.decode(packed, type=Number)
    except (msgspec.MsgspecError, ValueError):
        return 1
    return 0


def _name(key: Any) -> str:
    """A unique text for the store's primary key."""
    return str(key) if isinstance(key, ScopeKey | str) else msgspec.json.encode(key).decode()


def _pack(key: Any, value: Any) -> bytes:
    return msgpack.encode(Row(msgspec.Raw(msgpack.encode(key)), msgspec.Raw(msgpack.encode(value))))


def _unpack(packed: bytes, key_type: Any, value_type: Any) -> tuple[Any, Any]:
    row = msgpack.decode(packed, type=Row)
    return msgpack.decode(row.key, type=key_type), msgpack.decode(row.value, type=value_type)
