"""Defaults: what a table writes beats what stood before, key by key."""

from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace

from switchgeard.core.offer import FailoverPolicy

from .schema import FailoverTable, Seconds

T = TypeVar("T", bound=Struct)


def overlaid(base: T, *tables: Struct) -> T:
    """`base` with every key the tables write (those that are not None), later ones winning."""
    for table in tables:
        base = replace(base, **_written(table))
    return base


def failover(base: FailoverPolicy, table: FailoverTable) -> FailoverPolicy:
    """The same for failover, whose `retry` is a table of its own and whose list becomes a tuple."""
    written = _written(table) | {"retry": overlaid(base.retry, table.retry)}
    if table.on is not None:
        written["on"] = tuple(dict.fromkeys(table.on))
    return replace(base, **written)


def _written(table: Struct) -> dict[str, Any]:
    present = {key: value for key, value in asdict(table).items() if value is not None}
    return {key: float(value) if isinstance(value, Seconds) else value for key, value in present.items()}
