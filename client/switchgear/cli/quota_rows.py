"""Quota windows as rows with bars."""

from __future__ import annotations

from .times import clock_time, span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .screen import Screen
    from .table import Cell
    from .wire import Json

BAR = 12  # cells
LOW = 0.25  # of a window left
EMPTY = 0.02
STATES = {"spent": ["spent"], "nearly": ["nearly spent: new sessions go elsewhere"]}


def tightest(windows: Sequence[Json], count: int) -> list[Json]:
    """The `count` windows with the least left, in their given order."""
    kept = sorted(range(len(windows)), key=lambda at: _left_or_all(windows[at]))[:count]
    return [windows[at] for at in sorted(kept)]


def quota_rows(screen: Screen, windows: Sequence[Json], now: float) -> list[list[Cell]]:
    """One row per window: provider (named once), window, bar, "62 % left, resets in 2 h 10 m"."""
    table: list[list[Cell]] = []
    named = ""
    for window in windows:
        name = window["provider"]
        table.append([name if name != named else "", *_row(screen, window, now)])
        named = name
    return table


def left_of(window: Json) -> float | None:
    """The fraction left, 0..1; None when the provider did not say enough."""
    if window.get("used") is not None:
        return float(min(max(1.0 - window["used"], 0.0), 1.0))
    if window.get("limit") and window.get("remaining") is not None:
        return float(min(max(window["remaining"] / window["limit"], 0.0), 1.0))
    return None


def _row(screen: Screen, window: Json, now: float) -> list[Cell]:
    left = left_of(window)
    weight = _weight(left)
    name = f"{window['window']} {window['model']}" if window.get("model") else str(window["window"])
    return [name, (weight, _bar(screen, left)), _words(window, left, now)]


def _left_or_all(window: Json) -> float:
    left = left_of(window)
    return 1.0 if left is None else left


def _weight(left: float | None) -> str:
    if left is None:
        return "dim"
    return "bad" if left <= EMPTY else "busy" if left < LOW else "good"


def _bar(screen: Screen, left: float | None) -> str:
    if left is None:
        return "?".ljust(BAR)
    full = round(left * BAR) or (1 if left > EMPTY else 0)
    return screen.glyph("full") * full + screen.glyph("empty") * (BAR - full)


def _words(window: Json, left: float | None, now: float) -> str:
    amount = _amount(window, left)
    resets = window.get("resets_at")
    if not resets:
        return amount
    return f"{amount}, resets in {span(resets - now)}" if resets > now else f"{amount}, reset is due"


def _amount(window: Json, left: float | None) -> str:
    percent = f"{left:4.0%} left".replace("%", " %") if left is not None else "some left"
    if window.get("remaining") is None or window.get("limit") is None:
        return percent
    unit = f" {window['unit']}" if window.get("unit") else ""
    digits = 2 if window.get("unit") == "USD" else 0
    return f"{percent} ({window['remaining']:,.{digits}f} of {window['limit']:,.{digits}f}{unit})"


def full_words(window: Json, now: float) -> str:
    """What the quota page says besides: its state, clock time of the reset, source and age of the reading."""
    told = [*_state(window)]
    if window.get("resets_at"):
        told.append(f"at {clock_time(window['resets_at'], now)}")
    if window["source"] == "config":
        return ", ".join([*told, "your limit in the config"])
    return ", ".join([*told, f"{window['source']}, read {span(now - window['observed_at'])} ago"])


def account_rows(accounts: Sequence[Json], windows: Sequence[Json], now: float) -> list[list[Cell]]:
    """One row for each account of which there is more to say: whose it is, and why there is no figure."""
    known = {window["provider"] for window in windows if window["source"] != "config"}
    return [
        [account["provider"], account.get("account") or "", ("dim", _page(account, account["provider"] in known, now))]
        for account in accounts
        if account.get("account") or account.get("reason") or account["provider"] not in known
    ]


def _state(window: Json) -> list[str]:
    """ "nearly spent: new sessions go elsewhere"; nothing while there is plenty."""
    told = {"spent": ["spent"], "nearly": ["nearly spent: new sessions go elsewhere"]}.get(
        window.get("state", "ok"), []
    )
    held = window.get("reserved") or 0.0
    return [*told, f"{held:.0%} held by running requests".replace("%", " %")] if held >= 0.005 else told


def _page(account: Json, known: bool, now: float) -> str:
    if account.get("reason"):
        hint = f" (hint: {account['hint']})" if account.get("hint") else ""
        return f"no figure: {account['reason']}{hint}"
    if account.get("looked_at"):
        return f"its quota page was read {span(now - account['looked_at'])} ago"
    return "told with its answers" if known else "no figure yet: told with its answers, if at all"
