"""Model lists as most providers spell them: `{"data": [{"id": ...}]}`.

Rules for editing: what one kind alone says is read in its own module. A list that is none raises ValueError; a row that
is none is left out; no list gives more than MOST.
"""

from typing import Any

import msgspec

from switchgeard.core.listing import Listed

MOST = 10_000  # models of one list
LONGEST = 200  # characters of an id: a longer one is no name

Row = dict[str, Any]


def rows(body: bytes, *names: str) -> list[Row]:
    """The rows under the first of these members that is there, or of a bare array. Raises ValueError."""
    try:
        found: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise ValueError("the model list is no JSON") from fault
    if isinstance(found, dict):
        found = next((found[name] for name in names or ("data",) if name in found), None)
    if not isinstance(found, list):
        raise ValueError("the reply is no model list")
    return [row for row in found[:MOST] if isinstance(row, dict)]


def text(row: Row, *names: str) -> str | None:
    """The first of these members that is a usable text."""
    values = (row.get(name) for name in names)
    return next((v for v in values if isinstance(v, str) and v and len(v) <= LONGEST and v.isprintable()), None)


def count(row: Row, *names: str) -> int | None:
    """The first of these members that is a number of tokens."""
    values = (row.get(name) for name in names)
    return next(
        (int(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool) and 0 < v < 1e12), None
    )


def plain(body: bytes) -> tuple[Listed, ...]:
    """OpenAI's own list: ids and nothing else."""
    return tuple(Listed(name) for row in rows(body) if (name := text(row, "id")))
