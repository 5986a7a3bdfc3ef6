"""Quota windows as rows with bars, and where their figures are from.

Rules for editing: what matters most stands first, because a narrow terminal cuts the end: what is left, whether that
changes anything, when it comes back, then amounts.
"""

from __future__ import annotations

from .times import ago, clock_time, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .screen import Screen
    from .table import Cell
    from .wire import Json

BAR, SHORT_BAR = 12, 6  # cells
NARROW = 80  # columns
BRIEF = 12  # columns of a window's name there
LOW = 0.25  # of a window left
EMPTY = 0.02
APART = 60.0  # seconds between readings that are still told as one
STATES = {"spent": "spent", "nearly": "nearly spent"}
NEARLY = "nearly spent: new sessions go to another provider first, those it has stay"
OVERDRAWN = "overdrawn"  # the status of a plan that is used up and goes on at a price
OWN = "config"  # the source of the user's own limits
REFUSED = "learned"  # the source of a quota only a refusal told of


def tightest(windows: Sequence[Json], count: int) -> list[Json]:
    """The `count` windows with the least left, in their given order."""
    kept = sorted(range(len(windows)), key=lambda at: _left_or_all(windows[at]))[:count]
    return [windows[at] for at in sorted(kept)]


def quota_rows(screen: Screen, windows: Sequence[Json], now: float) -> list[list[Cell]]:
    """One row per window, its provider in front (named once); a narrow terminal has no room for bars."""
    brief = screen.terminal and screen.width < NARROW
    table: list[list[Cell]] = []
    named = ""
    for window in windows:
        name = window["provider"]
        row = _brief_row(screen, window, now) if brief else window_row(screen, window, now)
        table.append([name if name != named else "", *row])
        named = name
    return table


def _brief_row(screen: Screen, window: Json, now: float) -> list[Cell]:
    """Window, "◐  7 % left for 1 h 12 m", "○ spent for 2 h"."""
    left = left_of(window)
    weight = _weight(window, left)
    return [screen.clip(_name(window), BRIEF), (weight, f"{screen.glyph(weight)} {_briefly(window, left, now)}")]


def _briefly(window: Json, left: float | None, now: float) -> str:
    resets = window.get("resets_at") or 0.0
    if _begun_anew(window, now):
        return _reset(resets, now, False)
    told = "spent" if window.get("state") == "spent" else _share(window, left)
    return f"{told} for {span(resets - now)}" if resets else told


def window_row(screen: Screen, window: Json, now: float, *, clock: bool = False) -> list[Cell]:
    """Window, bar, "62 % left, resets in 2 h 10 m". `clock`: and at what time of day."""
    left = left_of(window)
    weight = _weight(window, left)
    return [_name(window), (weight, _bar(screen, left)), ", ".join(_words(window, left, now, clock))]


def whole_rows(screen: Screen, windows: Sequence[Json], now: float) -> list[list[Cell]]:
    """The rows of one provider's windows, with the time of day of resets and the age of older figures."""
    table: list[list[Cell]] = []
    for window in windows:
        *cells, words = window_row(screen, window, now, clock=True)
        age = _older(window, windows, now)
        table.append([*cells, f"{words}, {age}" if age else words])
    return table


def left_of(window: Json) -> float | None:
    """The fraction left, 0..1; None when the provider did not say enough."""
    if window.get("used") is not None:
        return float(min(max(1.0 - window["used"], 0.0), 1.0))
    if window.get("limit") and window.get("remaining") is not None:
        return float(min(max(window["remaining"] / window["limit"], 0.0), 1.0))
    return 0.0 if window.get("state") == "spent" else None


def _name(window: Json) -> str:
    """The window, and what it covers where its name does not tell: "7d_opus", "requests gpt-5.5"."""
    name, family = str(window["window"]), str(window.get("model") or "").strip("*")
    return name if family in name else f"{name} {family}"


def readings(windows: Iterable[Json], now: float) -> str:
    """ "told 30 s ago by its answers (x-codex)": how old the newest figures are and where from; "" where none is."""
    newest: dict[str, float] = {}
    for window in windows:
        if window["source"] != OWN:
            newest[window["source"]] = max(window["observed_at"], newest.get(window["source"], 0.0))
    told = ", ".join(f"{ago(at, now)} {_source(source)}" for source, at in newest.items())
    return f"told {told}" if told else ""


def _older(window: Json, windows: Iterable[Json], now: float) -> str:
    """ "read 2 h ago" of a figure that is older than the newest of its source; "" of all others."""
    newest = max(each["observed_at"] for each in windows if each["source"] == window["source"])
    return f"read {ago(window['observed_at'], now)}" if newest - window["observed_at"] > APART else ""


def _source(source: str) -> str:
    if source == REFUSED:
        return "by its refusal"
    return f"by its quota page ({source})" if "/" in source else f"by its answers ({source})"


def _left_or_all(window: Json) -> float:
    left = left_of(window)
    return 1.0 if left is None else left


def _weight(window: Json, left: float | None) -> str:
    if left is None:
        return "dim"
    if window.get("state") == "spent" or left <= EMPTY:
        return "bad"
    return "busy" if left < LOW or window.get("state") == "nearly" else "good"


def _bar(screen: Screen, left: float | None) -> str:
    size = SHORT_BAR if screen.width < NARROW else BAR
    if left is None:
        return "?".ljust(size)
    full = round(left * size) or (1 if left > EMPTY else 0)
    return screen.glyph("full") * full + screen.glyph("empty") * (size - full)


def _words(window: Json, left: float | None, now: float, clock: bool) -> Iterable[str]:
    if left is not None or not _begun_anew(window, now):
        yield _share(window, left)
    if window.get("status") == OVERDRAWN:
        yield "more is billed"
    elif window.get("state") in STATES:
        yield STATES[window["state"]]
    if window.get("resets_at"):
        yield _reset(window["resets_at"], now, clock)
    if window.get("limit") is not None and window.get("remaining") is not None:
        yield f"{_amount(window, 'remaining')} of {_amount(window, 'limit')}{_unit(window)}"
    if window["source"] == OWN:
        yield "your own limit"
    held = window.get("reserved") or 0.0
    if held >= 0.005:
        yield f"{held:.0%} held by running requests".replace("%", " %")


def _reset(moment: float, now: float, clock: bool) -> str:
    if moment <= now:
        return f"reset {ago(moment, now)}, no figure since"
    return f"resets in {span(moment - now)}" + (f" ({clock_time(moment, now)})" if clock else "")


def _begun_anew(window: Json, now: float) -> bool:
    """Whether it was reset since it was read last."""
    return bool(window.get("resets_at")) and float(window["resets_at"]) <= now


def _share(window: Json, left: float | None) -> str:
    if left is not None:
        return f"{left:4.0%} left".replace("%", " %")
    if window.get("remaining") is not None:
        return f"{_amount(window, 'remaining')}{_unit(window)} left"
    return "some left"


def _amount(window: Json, field: str) -> str:
    value, money = window[field], _unit(window) == " USD"
    return f"{value:,.2f}" if money or (0 < abs(value) < 10 and value != round(value)) else f"{value:,.0f}"


def _unit(window: Json) -> str:
    unit = str(window.get("unit") or "")
    return f" {unit.upper() if unit.lower() == 'usd' else unit}" if unit else ""
