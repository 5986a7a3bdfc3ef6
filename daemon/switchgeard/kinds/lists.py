"""Model lists as most providers spell them: `{"data": [{"id": ...}]}`.

Rules for editing: what one kind alone says is read in its own module. A list that is none raises ValueError; a row that
is none is left out; no list gives more than MOST.
"""

from collections.abc import Callable

from switchgeard.core.listing import Listed

from .reply import Row, decoded, seconds, text

MOST = 10_000  # models of one list


def rows(body: bytes, *names: str) -> list[Row]:
    """The rows under the first of these members that is there, or of a bare array. Raises ValueError."""
    found = decoded(body)
    if isinstance(found, dict):
        found = next((found[name] for name in names or ("data",) if name in found), None)
    if not isinstance(found, list):
        raise ValueError("the reply is no model list")
    return [row for row in found[:MOST] if isinstance(row, dict)]


def listed(body: bytes, read: Callable[[Row], Listed | None], *names: str) -> tuple[Listed, ...]:
    """Every row as `read` understands it; those it gives None for are left out. Raises ValueError."""
    return tuple(model for row in rows(body, *names) if (model := read(row)) is not None)


def plain(body: bytes) -> tuple[Listed, ...]:
    """OpenAI's own list: ids, since when, and nothing else."""
    return listed(body, _plain)


def _plain(row: Row) -> Listed | None:
    name = text(row, "id")
    return None if name is None else Listed(name, created=seconds(row, "created"))
