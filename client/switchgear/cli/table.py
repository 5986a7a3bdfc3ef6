"""Rows of cells in aligned columns.

Rules for editing: nothing runs past a terminal's edge. The last column says what fits of its tellings, else it is cut
or goes on below; when the columns before it leave it no room, the widest of them is cut. A pipe gets everything.
"""

from __future__ import annotations

from .screen import LETTERS, cells, clean

ROOM = 16  # columns the last one has at least, if it needs them
LEAST = 8  # columns of any other that is cut
NARROW = 80  # columns; a terminal with fewer has its table closer together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .screen import Screen

    Cell = str | tuple[str, ...]  # text, or (style, text, the same in fewer words, in fewer still ...)
    Parts = tuple[str, list[str]]


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
    if screen.terminal:
        gap = gap[:2] if screen.width < NARROW else gap
        split = [_bounded(row, LETTERS * screen.width, wrap=wrap) for row in split]
        widths = _squeezed(_widths(split), _least(split), screen.width - len(indent), len(gap))
    else:
        widths = _widths(split)
    for row in split:
        style, texts = row[-1] if row else ("", [""])
        start = len(indent) + sum(width + len(gap) for width in widths[: max(len(row) - 1, 0)])
        first, *more = _fitting(screen, texts, max(screen.width - start, 1), wrap)
        line = gap.join([*_padded(screen, row[:-1], widths), screen.paint(style, first)])
        yield [(indent + line).rstrip(), *(" " * start + screen.paint(style, each) for each in more)]


def _fitting(screen: Screen, texts: list[str], room: int, wrap: bool) -> list[str]:
    if not screen.terminal:
        return texts[:1]
    for text in texts:
        if cells(text) <= room:
            return [text]
    least = texts[-1]
    return [screen.clip(line, room) for line in wrapped(least, room)] if wrap else [screen.clip(least, room)]


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


def _padded(screen: Screen, row: Sequence[Parts], widths: list[int]) -> Iterable[str]:
    for at, (style, texts) in enumerate(row):
        text = screen.clip(texts[0], widths[at])
        yield screen.paint(style, text) + " " * (widths[at] - cells(text))


def _parts(cell: Cell) -> Parts:
    style, *texts = cell if isinstance(cell, tuple) else ("", cell)
    return style, [clean(text) for text in texts]


def _bounded(row: Sequence[Parts], most: int, *, wrap: bool) -> list[Parts]:
    """The row without what cannot be shown anyhow: a name may be endless. What goes on below stays whole."""
    cut = [(style, [text[:most] for text in texts]) for style, texts in row]
    return [*cut[:-1], *(row[-1:] if wrap else cut[-1:])]


def _widths(table: Sequence[Sequence[Parts]]) -> list[int]:
    count = max((len(row) for row in table), default=0)
    return [max(cells(row[at][1][0]) for row in table if at < len(row)) for at in range(count)]


def _least(table: Sequence[Sequence[Parts]]) -> int:
    """What the last column needs to say what it has to say in the fewest words."""
    return max((cells(row[-1][1][-1]) for row in table if row), default=0)


def _squeezed(widths: list[int], last: int, room: int, gap: int) -> list[int]:
    """The widths, those before the last one made narrower until it has its room; the widest first."""
    before, rest = [min(width, max(room, LEAST)) for width in widths[:-1]], widths[-1:]
    over = sum(before) + gap * len(before) + min(last, ROOM) - room
    while over > 0 and max(before, default=0) > LEAST:
        widest = before.index(max(before))
        before[widest] -= 1
        over -= 1
    return before + rest
