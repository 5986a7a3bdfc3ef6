"""Newcomers: variants that join the group of a model the user wrote, each at its place among his.

His entries keep their order, comments and spacing. Rules for editing: as in `edit`: the result is read back and must
mean the old config and the new entries, or nothing is returned.
"""

from itertools import groupby

from msgspec import Struct

from .append import Entry, written
from .edit import EditRefused, blocks_of, comma_after, comment_after, model_of, parsed, refuse_invalid
from .place import Path, Scanner


class Newcomer(Struct, frozen=True):
    """`place`: how many of the group's own entries stand before it; newcomers of one place keep their order."""

    place: int
    entry: Entry


Splice = tuple[int, str]
"""An offset into the text, and what is put there."""


def joined(text: str, alias: str, newcomers: list[Newcomer]) -> str:
    """The text with these in the group of `alias`. Raises EditRefused, also for an entry the config would refuse."""
    raw = parsed(text)
    path, model = model_of(raw, alias)
    arrived = sorted(newcomers, key=lambda newcomer: newcomer.place)
    edited = _spliced(text, _splices(text, (*path, "group"), arrived))
    for newcomer in reversed(arrived):
        model["group"].insert(newcomer.place, newcomer.entry)
    if parsed(edited) != raw:
        raise EditRefused(f"the group of {alias} is written in a way that cannot be added to safely", "edit the file")
    refuse_invalid(edited)
    return edited


def _spliced(text: str, splices: list[Splice]) -> str:
    for offset, put in reversed(splices):
        text = text[:offset] + put + text[offset:]
    return text


def _splices(text: str, group: Path, arrived: list[Newcomer]) -> list[Splice]:
    scanner = Scanner(text).scan()
    places = [(place, [each.entry for each in some]) for place, some in groupby(arrived, lambda one: one.place)]
    if any(path == (*group, 0) for _, path in scanner.headers):
        blocks = blocks_of(text, scanner, group)
        return [_table(text, blocks, place, entries, group) for place, entries in places]
    return [splice for place, entries in places for splice in _row(text, scanner, group, place, entries)]


def _table(text: str, blocks: list[tuple[int, int]], place: int, entries: list[Entry], group: Path) -> Splice:
    """Before the entry that stands there now, or behind the last."""
    header = ".".join(name for name in group if isinstance(name, str))
    lines = "".join(
        f"[[{header}]]\n" + "".join(f"{key} = {written(value)}\n" for key, value in entry.items()) + "\n"
        for entry in entries
    )
    if place < len(blocks):
        return blocks[place][0], lines
    end = blocks[-1][1]
    return end, ("\n" if text[:end].endswith("\n") else "\n\n") + (lines if end < len(text) else lines.rstrip() + "\n")


def _row(text: str, scanner: Scanner, group: Path, place: int, entries: list[Entry]) -> list[Splice]:
    """Behind the entry before it, its comma and the comment on its line."""
    start = scanner.spans[group].start + 1
    gap = _gap(text[start : scanner.spans[(*group, 0)].start])
    if place == 0:
        rows = "".join(f"{written(entry)}, " if gap == " " else f"{gap}{written(entry)}," for entry in entries)
        return [(start + len(comment_after(text, start)), rows)]
    end = scanner.spans[(*group, place - 1)].end
    comma = comma_after(text, end)
    comment = comment_after(text, end + len(comma))
    if comment and gap == " ":
        gap = "\n  "  # nothing can follow a comment on its line
    rows = ",".join(f"{gap}{written(entry)}" for entry in entries)
    behind = end + len(comma) + len(comment)
    return [(behind, f"{rows},")] if comma else [(end, ","), (behind, rows)]


def _gap(lead: str) -> str:
    """What stands before an entry: a line of its own, or a blank."""
    _, newline, indent = lead.rpartition("\n")
    return f"\n{indent}" if newline else " "
