"""Wire: JSON while it is put together, before it is bytes."""

from typing import Any

Wire = dict[str, Any]

NO_PARAMETERS: Wire = {"type": "object", "properties": {}}
"""The schema of a function that takes none: some hosts refuse an empty one."""


def given(**members: Any) -> Wire:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}
