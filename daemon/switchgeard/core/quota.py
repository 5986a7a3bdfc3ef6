"""Quota: what providers say of their allowances, window by window, and how near its end each one is.

A window is a reading, not a promise: its reset is a prediction, and after it the window counts as
free until the next reading says otherwise. Headers are read in `readings`, pages by their kinds.

Rules for editing: functions over a Window and the time; only the provider's own word, or an exact zero, is "spent".
"""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal, Protocol

from msgspec import Struct

from switchgear_protocol.messages import WindowView

from .clock import Now
from .moments import LONGEST


class Window(Struct, frozen=True):
    """One quota window as last read. Times are epoch seconds on our clock.

    `family`: the models it covers, an exact id or a glob such as "*opus*"; None = all of the provider.
    `used`: fraction, may pass 1. `limit` and `remaining` are in `unit`s. `status`: the provider's own
    word (allowed, allowed_warning, rejected), or OVERDRAWN.
    """

    provider: str
    window: str
    observed_at: float
    source: str
    family: str | None = None
    used: float | None = None
    limit: float | None = None
    remaining: float | None = None
    unit: str | None = None
    resets_at: float | None = None
    status: str | None = None


class _Counted(Protocol):
    @property
    def provider(self) -> str: ...
    @property
    def model(self) -> str: ...


class Held(Protocol):
    """What a permit holds: the tokens of one request in flight at an offer."""

    @property
    def offer(self) -> _Counted: ...
    @property
    def tokens(self) -> int: ...


WindowState = Literal["ok", "nearly", "spent"]
THRESHOLD = 0.9  # used fraction from which a window is nearly spent, where the user wrote none
OVERDRAWN = "overdrawn"
"""The status of a window that is used up while its plan goes on, and bills what goes beyond."""

SLACK = 0.05  # so far below its threshold a window must be to take new sessions again
RATE = 300.0  # seconds: a window that is no longer is a rate; it is free again before a session would have moved


class Pressing(Struct, frozen=True):
    """A nearly spent window. `written`: the user gave its threshold himself."""

    window: Window
    reserved: float = 0.0
    written: bool = False

    @property
    def used(self) -> float:
        return (self.window.used or 0.0) + self.reserved

    @property
    def words(self) -> str:
        """ "5h window is 93 % used"."""
        if self.window.used is None:
            return f"{self.window.window} window is nearly used up"
        return f"{self.window.window} window is {self.used:.0%} used".replace("%", " %")


_TRUSTED = 900.0  # seconds a reading without a reset is believed; one of a shorter period no longer than that
_LENGTHS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0, "month": 2_592_000.0}
_SPAN = re.compile(r"(\d+)([mhd])(?:_.*)?")  # 5h, 7d, 7d_opus
_SPANS = {"m": 60.0, "h": 3600.0, "d": 86_400.0}


def state_of(
    window: Window, now: Now, threshold: float | None = THRESHOLD, reserved: float = 0.0, was: bool = False
) -> WindowState:
    """How near its end the window is.

    "spent" only on the provider's word or an exact zero, with a reset ahead. "nearly" from `threshold` (a used
    fraction, `reserved` for requests in flight included; None: never) or on the provider's warning; once so (`was`),
    until it is `SLACK` below. A stale window is "ok".
    """
    if stale(window, now):
        return "ok"
    if window.resets_at is not None and (window.status == "rejected" or window.remaining == 0):
        return "spent"
    if window.status in ("rejected", "allowed_warning"):
        return "nearly"
    if threshold is None or window.used is None:
        return "ok"
    return "nearly" if window.used + reserved >= threshold - (SLACK if was else 0.0) else "ok"


def threshold(thresholds: Iterable[tuple[str, float]], window: Window) -> float | None:
    """The used fraction from which this window is nearly spent, as the user wrote it or by default.

    None for a rate he wrote none for: it only gates. Sessions sent away for a full minute would lose their place
    for seconds of quota.
    """
    wrote = next((fraction for name, fraction in thresholds if name == window.window), None)
    if wrote is not None:
        return wrote
    return None if rate(window) else THRESHOLD


def floor(thresholds: Iterable[tuple[str, float]]) -> float:
    """The used fraction below which no window is nearly spent, unless its provider warns."""
    return min((fraction for _, fraction in thresholds if fraction < THRESHOLD), default=THRESHOLD) - SLACK


def rate(window: Window) -> bool:
    """Whether the window is so short that it only limits the pace."""
    seconds = length(window)
    return seconds is not None and seconds <= RATE


def length(window: Window) -> float | None:
    """Seconds the window lasts, by its name, else at least: from its reading to its reset. None: nobody says."""
    named = _length_named(window.window)
    if named is not None or window.resets_at is None:
        return named
    return window.resets_at - window.observed_at


@lru_cache(maxsize=256)  # of every plan, and there are few names
def _length_named(name: str) -> float | None:
    if span := _SPAN.fullmatch(name):
        return int(span[1]) * _SPANS[span[2]]
    return _LENGTHS.get(name.rpartition("-")[2])


def reserved(window: Window, live: Iterable[Held]) -> float:
    """The fraction of a window of tokens that requests in flight hold."""
    if window.unit is None or "tokens" not in window.unit or not window.limit or window.limit <= 0:
        return 0.0
    own = (given for given in live if given.offer.provider == window.provider)
    return sum(given.tokens for given in own if covers(window, given.offer.model)) / window.limit


def covers(window: Window, model: str) -> bool:
    """Whether the window counts requests for this model id."""
    family = window.family
    return family is None or family == model or fnmatchcase(model, family)


def view(window: Window) -> WindowView:
    """The window as clients see it."""
    return WindowView(
        provider=window.provider,
        window=window.window,
        source=window.source,
        observed_at=window.observed_at,
        model=window.family,
        used=window.used,
        limit=window.limit,
        remaining=window.remaining,
        unit=window.unit,
        resets_at=window.resets_at,
        status=window.status,
    )


def stale(window: Window, now: Now) -> bool:
    """Whether it was reset since, or is too old to be believed. A clock set back makes nothing younger than new."""
    if window.resets_at is not None:
        return not now.wall < window.resets_at <= now.wall + LONGEST
    trusted = min(_LENGTHS.get(window.window.rpartition("-")[2], _TRUSTED), _TRUSTED)
    return not window.observed_at - trusted < now.wall < window.observed_at + trusted
