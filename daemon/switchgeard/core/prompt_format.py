"""Prompt format: a format of the user's and what its fields say, into one line. Pure.

Rules for editing: FIELDS is what a format may name; the config refuses any other. A part between ` · ` that names a
field with nothing to say is left out whole, so one format does for good days and bad ones.
"""

import re
from collections.abc import Mapping

FIELDS = ("model", "alias", "provider", "window", "left", "state")
FORMAT = "{model} via {provider} · {window} {left} · {state}"
BETWEEN = " · "
FIELD = re.compile(r"\{([a-z_]*)\}")


def worded(format: str, said: Mapping[str, str]) -> str:
    """ "Opus 4.6 via Claude Pro · 5h 62/100 left"; "" when no field has anything to say."""
    parts = [part for part in format.split(BETWEEN) if all(said.get(name) for name in FIELD.findall(part))]
    if not any(FIELD.search(part) for part in parts):
        return ""
    return BETWEEN.join(FIELD.sub(lambda field: said[field[1]], part) for part in parts)


def unknown_field(format: str) -> str | None:
    """The first name in braces that is no field."""
    return next((name for name in FIELD.findall(format) if name not in FIELDS), None)
