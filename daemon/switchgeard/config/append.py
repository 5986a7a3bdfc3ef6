"""Entries commands add to the end of config.toml: a provider, merged models.

What is there is not touched. Rules for editing: as in `edit`: the result is read back and must mean the old config and
the new entries, or nothing is returned.
"""

import json
from typing import Any

from .edit import EditRefused, refuse_invalid
from .load import parse
from .problem import Problem, sentence

Entry = dict[str, Any]


def appended(text: str, table: str, entries: list[Entry]) -> str:
    """The text with these `[[table]]` entries behind it. Raises EditRefused for a text or entry that is not valid."""
    before = parse(text)
    if isinstance(before, Problem):
        raise EditRefused(sentence(before), before.hint)
    blocks = "".join(_block(table, entry) for entry in entries)
    after = f"{text.rstrip()}\n{blocks}" if text.strip() else blocks.lstrip("\n")
    before[table] = [*before.get(table, []), *entries]
    if parse(after) != before:
        raise EditRefused(f"{table} are written in a way that cannot be added to safely", "switchgear config edit")
    refuse_invalid(after)
    return after


def _block(table: str, entry: Entry) -> str:
    return f"\n[[{table}]]\n" + "".join(f"{key} = {written(value)}\n" for key, value in entry.items())


def written(value: Any) -> str:
    """A value as TOML: tables and lists of a line, lists of tables a line each."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        inside = ",\n".join(f"  {written(each)}" for each in value)
        return f"[\n{inside},\n]" if value and isinstance(value[0], dict) else f"[{', '.join(map(written, value))}]"
    return json.dumps(value, ensure_ascii=False)
