"""The page of `switchgear usage`: a row for each key, figures right-aligned under their heads.

Rules for editing: a figure is never cut, as half of one is a wrong one. Where a terminal is too narrow figures are
rounded, then the less important columns go, and the page says which. A pipe gets everything.
"""

from __future__ import annotations

from typing import NamedTuple

from .screen import cells, folded
from .table import rows
from .words import money

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .screen import Screen
    from .table import Cell
    from .wire import Json

NOTHING = ("Nothing was asked yet.", '  hint: switchgear ask "hello"')
NOTHING_THEN = ("Nothing was asked in that time.",)
UNPRICED = "+ and what has no known price (`price` of an offer, in the config)"
ATTEMPTS = "failed counts attempts, of which a request may have several"
FIGURES = ("requests", "failed", "input", "cached", "output", "cost", "saved")
TOKENS = {"input": "input", "cached": "cache_read", "output": "output"}
ROUND = 100_000  # tokens from which they are rounded
NAME = 5  # the share of the terminal that figures leave a key, if it needs as much: a fifth


class Form(NamedTuple):
    """One way to show the figures: which of them, and whether tokens are rounded."""

    names: tuple[str, ...]
    rounded: bool = True
    gap: str = "  "


FORMS = (
    Form(FIGURES, rounded=False, gap="   "),
    Form(FIGURES),
    Form(("requests", "failed", "input", "output", "cost", "saved")),
    Form(("requests", "failed", "input", "output", "cost")),
    Form(("requests", "input", "output", "cost")),
    Form(("requests", "cost")),
)
"""From the widest to the narrowest."""


def page(screen: Screen, result: Json, by: Sequence[str], *, always: bool) -> Iterable[str]:
    """The whole page. `always`: asked without a time."""
    if not result["rows"]:
        return NOTHING if always else NOTHING_THEN
    form = next((form for form in FORMS if _fits(screen, form, result, by)), FORMS[-1])
    table = rows(screen, _table(form, result, by), indent="", gap=form.gap)
    return [*table, *(line for remark in _remarks(result, form) for line in _dim(screen, remark))]


def _fits(screen: Screen, form: Form, result: Json, by: Sequence[str]) -> bool:
    if not screen.terminal:
        return True
    table = _table(form, result, by)
    widths = [max(cells(_text(row[at])) for row in table) for at in range(len(table[0]))]
    keys = sum(min(width, screen.width // NAME) for width in widths[: len(by)])
    return keys + sum(widths[len(by) :]) + len(form.gap) * (len(widths) - 1) <= screen.width


def _table(form: Form, result: Json, by: Sequence[str]) -> list[list[Cell]]:
    body = [[*(str(row["key"].get(word, "")) for word in by), *_figures(row, form)] for row in result["rows"]]
    if result.get("total"):
        body.append(["total", *[""] * (len(by) - 1), *_figures(result["total"], form)])
    widths = [max(len(name), *(len(row[len(by) + at]) for row in body)) for at, name in enumerate(form.names)]
    head: list[Cell] = [("bold", word) for word in by]
    head += [("bold", name.rjust(width)) for name, width in zip(form.names, widths, strict=True)]
    return [head, *([*row[: len(by)], *_right(row[len(by) :], widths)] for row in body)]


def _right(figures: Sequence[str], widths: Sequence[int]) -> list[Cell]:
    return [figure.rjust(width) for figure, width in zip(figures, widths, strict=True)]


def _figures(row: Json, form: Form) -> list[str]:
    return [_figure(row, name, rounded=form.rounded) for name in form.names]


def _figure(row: Json, name: str, *, rounded: bool) -> str:
    if name == "cost":
        return money(row.get("cost_usd") or 0.0) + ("+" if row.get("unpriced") else "")
    if name == "saved":
        return money(row.get("saved_usd") or 0.0)
    if name not in TOKENS:
        return f"{row[name]:,}"
    count = row["usage"].get(TOKENS[name], 0)
    return _short(count) if rounded and count >= ROUND else f"{count:,}"


def _short(count: int) -> str:
    """ "123 k", "12.3 M", "4.6 G"."""
    for unit, size in (("k", 10**6), ("M", 10**9), ("G", 10**12)):
        if count < size:
            amount = count / size * 1000
            return f"{amount:.1f} {unit}" if amount < 99.95 else f"{amount:.0f} {unit}"
    return f"{count / 10**12:,.1f} T"


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[1]


def _remarks(result: Json, form: Form) -> Iterable[str]:
    """What the figures do not say of themselves."""
    if any(row.get("unpriced") for row in result["rows"]):
        yield UNPRICED
    total = result.get("total") or {}
    if "failed" in form.names and total.get("failed", 0) > total.get("requests", 0):
        yield ATTEMPTS
    saved = total.get("saved_usd") or 0.0
    if saved:
        yield f"Your subscriptions saved {money(saved)} at list price."
    if gone := [name for name in FIGURES if name not in form.names]:
        *most, last = gone
        yield f"A wider window shows {', '.join(most)}{' and ' if most else ''}{last} too, as does --json."


def _dim(screen: Screen, remark: str) -> Iterable[str]:
    return (screen.paint("dim", line) for line in folded(screen, remark))
