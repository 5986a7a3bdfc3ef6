"""What a provider's JSON says beside answers: lists of models, pages of quota, tokens, logins. Readers of one member.

Rules for editing: nothing in a reply is believed to be of the right sort or size. What is no such thing is None, as if
it had not been said; only a whole body that is none raises, and then ValueError.
"""

from typing import Any

import msgspec

LONGEST = 200  # characters of an id: a longer one is no name
DEAREST = 1e6  # USD per million tokens: what costs more is a slip of somebody's unit
MOST = 1e12  # of whatever is counted

Row = dict[str, Any]


def decoded(body: bytes) -> Any:
    """Whatever it is. Raises ValueError for what is no JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as fault:
        raise ValueError("the reply is no JSON") from fault


def members(body: bytes) -> Row:
    """The members of a reply that is one object. Raises ValueError."""
    found = decoded(body)
    if not isinstance(found, dict):
        raise ValueError("the reply is no object")
    return found


def members_if_any(body: str | bytes) -> Row:
    """The same; none for anything else."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return {}
    return found if isinstance(found, dict) else {}


def inner(row: Row, name: str) -> Row:
    """The object under this member; an empty one where there is none."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def text(row: Row, *names: str) -> str | None:
    """The first of these members that is a usable text."""
    values = (row.get(name) for name in names)
    return next((v for v in values if isinstance(v, str) and v and len(v) <= LONGEST and v.isprintable()), None)


def texts(row: Row, name: str) -> tuple[str, ...]:
    """The usable texts in the array under this member; 64 at most."""
    values = row.get(name)
    found = values[:64] if isinstance(values, list) else []
    return tuple(v for v in found if isinstance(v, str) and v and len(v) <= LONGEST and v.isprintable())


def count(row: Row, *names: str) -> int | None:
    """The first of these members that is a number of tokens."""
    values = (row.get(name) for name in names)
    return next(
        (int(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool) and 0 < v < 1e12), None
    )


def flag(row: Row, name: str) -> bool | None:
    """What the member says: true, false, or `{"supported": true}`; None when it says neither."""
    value = row.get(name)
    value = value.get("supported") if isinstance(value, dict) else value
    return value if isinstance(value, bool) else None


def among(found: tuple[str, ...], *words: str) -> bool | None:
    """Whether one of the words is in a list of abilities; None when there is no list."""
    return any(word in found for word in words) if found else None


def seconds(row: Row, name: str) -> float | None:
    """A span, or a moment since the epoch."""
    value = row.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e11 else None


def usd(row: Row, name: str, scale: float = 1.0) -> float | None:
    """A price times `scale`, in USD per million tokens, from a number or its text; None when it is no price."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        price = float(value) * scale
    except (ValueError, OverflowError):
        return None
    return round(price, 9) if 0 <= price <= DEAREST else None


def amount(row: Row, *names: str) -> float | None:
    """The first of these members that is a number, as such or as text; it may be negative."""
    for name in names:
        value = row.get(name)
        try:
            found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
        except (ValueError, OverflowError):
            continue
        if found is not None and abs(found) < MOST:
            return found
    return None


def left(row: Row, name: str) -> float | None:
    """An amount that is left. What is owed is nothing left, and not nothing said: the answer that crosses a limit is
    still given, and billed after it."""
    found = amount(row, name)
    return None if found is None else max(found, 0.0)
