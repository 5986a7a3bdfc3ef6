"""What to say to someone who sent the wrong shape: where, what is expected, the nearest spelling.

Reads msgspec's own words ("... - at `$.messages[0].role`") and the types they speak of. Only ever
runs on an error path, so msgspec.inspect and difflib are imported where they are used.
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

PLACE = re.compile(r" - at (?:`key` in )?`\$([^`]*)`$")
QUOTED = re.compile(r"[`']([^`']*)[`']")
LONGEST = 400  # characters: the words quote what was sent
STEP = re.compile(r"\.([^.\[]+)|\[[^\]]*\]")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """ "did you mean ...?" for the closest known word, or None."""
    import difflib

    found = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]}?" if found else None


def explain(type: Any, error: str) -> tuple[str, str | None]:
    """(message, hint) for a msgspec validation error of `type`."""
    place = PLACE.search(error)
    path = place[1] if place else ""
    said = error[: place.start()] if place else error
    allowed = _allowed(type, path, fields="unknown field" in said)
    message = (f"{path.lstrip('.')}: {said}" if path else said)[:LONGEST]
    quoted = QUOTED.search(said)
    if not allowed or not quoted or "Expected" in said:
        return message, None
    return message, nearest(quoted[1], allowed) or f"allowed: {', '.join(allowed)}"


def _allowed(type: Any, path: str, *, fields: bool) -> list[str]:
    """Field names, or values, allowed at `path`."""
    import msgspec.inspect as look

    nodes = holders = [look.type_info(type)]
    for step in STEP.finditer(path):
        holders, nodes = nodes, [inner for node in _choices(nodes) for inner in _inside(node, step[1])]
    words: list[str] = []
    for node in _choices(nodes):
        if fields and isinstance(node, look.StructType):
            words += [field.encode_name for field in node.fields]
        elif not fields and isinstance(node, look.EnumType):
            words += [str(member.value) for member in node.cls]
        elif not fields and isinstance(node, look.LiteralType):
            words += [str(value) for value in node.values]
    return words or [str(node.tag) for node in _choices(holders) if isinstance(node, look.StructType) and node.tag]


def _choices(nodes: list["msgspec.inspect.Type"]) -> list["msgspec.inspect.Type"]:
    """Each node; the members of a union in its place."""
    return [member for node in nodes for member in getattr(node, "types", (node,))]


def _inside(node: "msgspec.inspect.Type", name: str | None) -> list["msgspec.inspect.Type"]:
    """The types one step further: a field's, or (name None) a list's or mapping's values'."""
    if name is not None:
        return [field.type for field in getattr(node, "fields", ()) if field.encode_name == name]
    return [inner for inner in (getattr(node, "item_type", None), getattr(node, "value_type", None)) if inner]
