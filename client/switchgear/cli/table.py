"""Rows of cells in aligned columns."""

from __future__ import annotations

from .screen import cells, clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .screen import Screen

    Cell = str | tuple[str, str]  # text, or (style, text)


def rows(screen: Screen, table: Sequence[Sequence[Cell]], indent: str = "  ", gap: str = "   ") -> Iterable[str]:
    """The table's lines; on a terminal the last column is cut to what fits."""
    split = [[_parts(cell) for cell in row] for row in table]
    widths = _widths(split)
    for row in split:
        yield indent + gap.join(_aligned(screen, row, widths, len(indent), len(gap))).rstrip()


def _parts(cell: Cell) -> tuple[str, str]:
    style, text = cell if isinstance(cell, tuple) else ("", cell)
    return style, clean(text)


def _widths(table: Sequence[Sequence[tuple[str, str]]]) -> list[int]:
    count = max((len(row) for row in table), default=0)
    return [max(cells(row[at][1]) for row in table if at < len(row)) for at in range(count)]


def _aligned(screen: Screen, row: Sequence[tuple[str, str]], widths: list[int], indent: int, gap: int) -> Iterable[str]:
    room = screen.width - indent
    for at, (style, text) in enumerate(row):
        last = at == len(row) - 1
        if last:
            yield screen.paint(style, screen.clip(text, max(room, 12)) if screen.terminal else text)
        else:
            yield screen.paint(style, text) + " " * (widths[at] - cells(text))
        room -= widths[at] + gap
