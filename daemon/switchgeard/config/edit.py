"""Edits commands make in config.toml: pieces of the text change places, nothing is written anew.

Comments, spacing and quoting are the user's, so the text is cut at the places `place` knows and
put together again; the result is read back and must mean exactly what was asked for, or nothing
is returned. Rules for editing: no edit without that check at its end.
"""

from typing import Any

from msgspec import Struct

from .load import load, parse
from .place import BLANK, Path, Scanner
from .problem import Problem, listed, meant, sentence, shown


class EditRefused(ValueError):
    """The edit was not made. Carries what was wrong and the likely spelling."""

    def __init__(self, message: str, hint: str | None = None):
        super().__init__(message)
        self.hint = hint


class Piece(Struct, frozen=True):
    """One entry of a list with the comments that are its own, and the comma after it."""

    lead: str  # from the end of the entry before
    value: str
    comma: str
    trail: str  # a comment after it on the same line


def reorder(text: str, alias: str, providers: list[str]) -> str:
    """The text with the group of `alias` in this provider order; those not named keep theirs, after.

    Raises EditRefused for a text that is not valid, an unknown alias, or a provider not in its group.
    """
    refuse_invalid(text)
    raw = parsed(text)
    path, model = model_of(raw, alias)
    order = _order([entry["provider"] for entry in model["group"]], providers, alias)
    edited = _permuted(text, (*path, "group"), order)
    model["group"] = [model["group"][index] for index in order]
    if parsed(edited) != raw:
        raise EditRefused(f"the group of {alias} is written in a way that cannot be reordered safely", "edit the file")
    return edited


def refuse_invalid(text: str) -> None:
    """Raises EditRefused, in the words of its first problem, for a text the daemon would not load."""
    problems = load(text, "", 0)
    if isinstance(problems, list):
        raise EditRefused(sentence(problems[0]), problems[0].hint)


def parsed(text: str) -> dict[str, Any]:
    raw = parse(text)
    return {} if isinstance(raw, Problem) else raw


def model_of(raw: dict[str, Any], alias: str) -> tuple[Path, dict[str, Any]]:
    aliases = [model["alias"] for model in raw.get("models", [])]
    if alias not in aliases:
        known = f"must be {listed(aliases)}" if aliases else "the config has none"
        raise EditRefused(f"no model {shown(alias)}is configured; {known}", meant(alias, aliases))
    index = aliases.index(alias)
    return ("models", index), raw["models"][index]


def _order(present: list[str], wanted: list[str], alias: str) -> list[int]:
    """The old index for each new place."""
    for name in wanted:
        if name not in present:
            message = f"provider {shown(name)}is not in the group of {alias}; must be {listed(dict.fromkeys(present))}"
            raise EditRefused(message, meant(name, present))
    if len(set(wanted)) < len(wanted):
        raise EditRefused("a provider is named twice", "name each once")
    ranks = {name: rank for rank, name in enumerate(wanted)}
    return sorted(range(len(present)), key=lambda index: ranks.get(present[index], len(ranks)))


def _permuted(text: str, group: Path, order: list[int]) -> str:
    scanner = Scanner(text).scan()
    if any(path == (*group, 0) for _, path in scanner.headers):
        return _permuted_tables(text, scanner, group, order)
    return _permuted_list(text, scanner, group, order)


# --- group = [ {...}, {...} ] ------------------------------------------------------------------


def _permuted_list(text: str, scanner: Scanner, group: Path, order: list[int]) -> str:
    start = scanner.spans[group].start + 1
    pieces, at = [], start
    for index in range(len(order)):
        span = scanner.spans[(*group, index)]
        pieces.append(_piece(text, at, span.start, span.end))
        at = span.end + len(pieces[-1].comma) + len(pieces[-1].trail)
    return text[:start] + _joined(pieces, order, text[at:])


def _piece(text: str, at: int, start: int, end: int) -> Piece:
    comma = comma_after(text, end)
    trail = comment_after(text, end + len(comma))
    return Piece(text[at:start], text[start:end], comma, trail)


def comma_after(text: str, end: int) -> str:
    """What stands between a value and its comma, comma included; nothing when there is none."""
    found = BLANK.match(text, end)
    stop = found.end() if found else end
    return text[end : stop + 1] if text[stop : stop + 1] == "," else ""


def comment_after(text: str, at: int) -> str:
    line = text[at:].partition("\n")[0]
    return line.removesuffix("\r") if line.lstrip(" \t").startswith("#") else ""


def _joined(pieces: list[Piece], order: list[int], tail: str) -> str:
    """Entries move with their comments; plain spacing and commas stay with the place."""
    text, trail = "", ""
    for place, index in zip(pieces, order, strict=True):
        moved = pieces[index]
        lead = moved.lead if "#" in moved.lead + place.lead else place.lead
        comma = moved.comma if "#" in moved.comma else place.comma and ","
        text += _after(trail, lead) + moved.value + comma + moved.trail
        trail = moved.trail
    return text + _after(trail, tail)


def _after(trail: str, following: str) -> str:
    """What follows an entry, on a new line when a comment stands before it."""
    return following if not trail or following.lstrip(" \t\r").startswith("\n") else "\n" + following


# --- [[models.group]] --------------------------------------------------------------------------


def _permuted_tables(text: str, scanner: Scanner, group: Path, order: list[int]) -> str:
    blocks = blocks_of(text, scanner, group)
    if len(blocks) != len(order):
        raise EditRefused("a table of another list stands between the entries of this group", "edit the file")
    edited, at = "", 0
    for (start, end), index in zip(blocks, order, strict=True):
        edited += text[at:start] + _whole_lines(text[slice(*blocks[index])])
        at = end
    return edited + text[at:]


def blocks_of(text: str, scanner: Scanner, group: Path) -> list[tuple[int, int]]:
    """From each entry's header (its own comments before it) to the next header that is not its own."""
    starts = [(_with_comments(text, offset), path) for offset, path in scanner.headers]
    ends = [start for start, _ in starts[1:]] + [len(text)]
    blocks: list[tuple[int, int]] = []
    for (start, path), end in zip(starts, ends, strict=True):
        depth = len(group) + 1
        if path[:-1] == group:
            blocks.append((start, end))
        elif path[: len(group)] == group and len(path) > depth:
            blocks[-1] = (blocks[-1][0], end)
    return blocks


def _with_comments(text: str, offset: int) -> int:
    """Back over the comment lines that stand directly above."""
    start = text.rfind("\n", 0, offset) + 1
    while start > 0:
        above = text.rfind("\n", 0, start - 1) + 1
        if not text[above:start].lstrip(" \t").startswith("#"):
            break
        start = above
    return start


def _whole_lines(block: str) -> str:
    return block if block.endswith("\n") else block + "\n"
