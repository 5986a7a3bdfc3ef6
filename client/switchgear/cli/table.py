"""Rows of cells in aligned columns."""

from __future__ import annotations

from .screen import cells, clean

ROOM = 12  # columns the last one has at least

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .screen import Screen

    Cell = str | tuple[str, str]  # text, or (style, text)


def rows(
    screen: Screen, table: Sequence[Sequence[Cell]], indent: str = "  ", gap: str = "   ", *, wrap: bool = False
) -> Iterable[str]:
    """The table's lines; on a terminal the last column is cut to what fits, or with `wrap` goes on below."""
    for block in blocks(screen, table, indent, gap, wrap=wrap):
        yield from block


def blocks(
    screen: Screen, table: Sequence[Sequence[Cell]], indent: str = "  ", gap: str = "   ", *, wrap: bool = True
) -> Iterable[list[str]]:
    """The same, the lines of each row together."""
    split = [[_parts(cell) for cell in row] for row in table]
    widths = _widths(split)
    for row in split:
        style, text = row[-1] if row else ("", "")
        start = len(indent) + sum(width + len(gap) for width in widths[: max(len(row) - 1, 0)])
        first, *more = _fitting(screen, text, max(screen.width - start, ROOM), wrap)
        line = gap.join([*_padded(screen, row[:-1], widths), screen.paint(style, first)])
        yield [(indent + line).rstrip(), *(" " * start + screen.paint(style, each) for each in more)]


def _fitting(screen: Screen, text: str, room: int, wrap: bool) -> list[str]:
    if not screen.terminal or cells(text) <= room:
        return [text]
    return [screen.clip(line, room) for line in wrapped(text, room)] if wrap else [screen.clip(text, room)]


def wrapped(text: str, room: int) -> list[str]:
    """Lines of at most `room` columns: broken behind a comma where that does it, else between words."""
    lines = [""]
    for part in text.split(", "):
        pieces = [part] if cells(part) < room else part.split(" ")
        for at, piece in enumerate(pieces):
            joint = (" " if at else ", ") if lines[-1] else ""
            if lines[-1] and cells(lines[-1] + joint + piece) >= room:
                lines[-1] += joint.rstrip()
                lines.append(piece)
            else:
                lines[-1] += joint + piece
    return lines


def _padded(screen: Screen, row: Sequence[tuple[str, str]], widths: list[int]) -> Iterable[str]:
    for at, (style, text) in enumerate(row):
        yield screen.paint(style, text) + " " * (widths[at] - cells(text))


def _parts(cell: Cell) -> tuple[str, str]:
    style, text = cell if isinstance(cell, tuple) else ("", cell)
    return style, clean(text)


def _widths(table: Sequence[Sequence[tuple[str, str]]]) -> list[int]:
    count = max((len(row) for row in table), default=0)
    return [max(cells(row[at][1]) for row in table if at < len(row)) for at in range(count)]
