"""The page of `switchgear quota`: provider by provider what is left, whose it is, and who told that and when."""

from __future__ import annotations

from .quota_rows import NEARLY, readings, whole_rows
from .screen import clean
from .table import blocks, rows, wrapped
from .times import ago

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .screen import Screen
    from .wire import Json

NOTHING = ("No provider has reported a quota yet.", "  hint: switchgear quota --refresh")
NOBODY = ("No providers yet.", "  hint: switchgear setup")
LOOKED = ("No provider tells of a quota now; some tell it with their answers only.",)
SILENT = "no figure yet: its answers may tell"


def page(screen: Screen, result: Json, now: float, *, looked: bool = False) -> Iterable[str]:
    """The whole page, line by line. `now` is epoch seconds. `looked`: the quota pages were, just now."""
    windows, accounts = result["windows"], {each["provider"]: each for each in result.get("accounts", [])}
    if not windows and not any(each.get("reason") for each in accounts.values()):
        yield from NOBODY if not accounts and "accounts" in result else LOOKED if looked else NOTHING
        return
    told = _told_of(windows, accounts)
    table = [row for own in told.values() for row in whole_rows(screen, own, now)]
    lines = iter([*blocks(screen, table)])
    for at, (provider, own) in enumerate(told.items()):
        if at:
            yield ""
        yield _heading(screen, provider, accounts.get(provider, {}), own, now)
        for _ in own:
            yield from next(lines)
        yield from _trouble(screen, accounts.get(provider, {}), own, now)
    if any(window.get("state") == "nearly" for window in windows):
        yield ""
        yield from (screen.paint("dim", line) for line in wrapped(NEARLY, screen.width))


def _told_of(windows: Sequence[Json], accounts: Iterable[str]) -> dict[str, list[Json]]:
    """provider -> its windows; those with something to show first."""
    told: dict[str, list[Json]] = {}
    for window in windows:
        told.setdefault(window["provider"], []).append(window)
    return {**told, **{provider: [] for provider in accounts if provider not in told}}


def _heading(screen: Screen, provider: str, account: Json, own: Sequence[Json], now: float) -> str:
    who = f"  {clean(account['account'])}" if account.get("account") else ""
    told = readings(own, now) or (SILENT if not own and not account.get("reason") else "")
    if screen.terminal:
        told = screen.clip(told, max(screen.width - len(provider) - len(who) - 2, 12))
    return screen.paint("bold", clean(provider)) + who + (f"  {screen.paint('dim', clean(told))}" if told else "")


def _trouble(screen: Screen, account: Json, own: Sequence[Json], now: float) -> Iterable[str]:
    """Why its quota page tells nothing, or nothing new."""
    if not account.get("reason"):
        return
    since = f", tried {ago(account['looked_at'], now)}" if account.get("looked_at") else ""
    known = "no newer figure" if readings(own, now) else "no figure"
    yield from rows(screen, [[("bad", f"{screen.glyph('bad')} {known}: {account['reason']}{since}")]], wrap=True)
    if account.get("hint"):
        yield screen.paint("dim", f"  hint: {clean(account['hint'])}")
