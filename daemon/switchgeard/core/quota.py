"""Quota: what providers say of their allowances, read from the headers of every response.

A window is a reading, not a promise: its reset is a prediction, and after it the window counts as
free until the next reading says otherwise. Rules for editing: a header family is one row of
`_COUNTED` or of the unified tables; a family of models is never wider than the evidence.
"""

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal, Protocol

from msgspec import Struct

from switchgear_protocol.messages import WindowView

from .clock import Now
from .moments import LONGEST, number, parse_moment, skew


class Window(Struct, frozen=True):
    """One quota window as last read. Times are epoch seconds on our clock.

    `family`: the models it covers, an exact id or a glob such as "*opus*"; None = all of the provider.
    `used`: fraction, may pass 1. `limit` and `remaining` are in `unit`s. `status`: the provider's own
    word (allowed, allowed_warning, rejected).
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


_UNIT = r"(?P<unit>requests|req|tokens|input-tokens|output-tokens)"
_PERIOD = r"(?P<period>second|minute|hour|day|month)"
_FIELD = r"(?P<field>limit|remaining|reset)"
# anthropic-priority-* is left out: a spent priority tier falls back to the standard one by itself
_COUNTED: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("anthropic-ratelimit", re.compile(rf"anthropic-ratelimit-{_UNIT}-{_FIELD}")),
    ("x-ratelimit", re.compile(rf"x-ratelimit-{_FIELD}-{_UNIT}(?:-{_PERIOD})?")),
    ("x-ratelimit", re.compile(rf"x-ratelimit-{_FIELD}")),
    ("ratelimit", re.compile(rf"ratelimit-{_FIELD}")),
)
_UNIFIED = re.compile(
    r"anthropic-ratelimit-unified-(?P<window>\d+[a-z][a-z0-9_]{0,24})-(?P<field>status|utilization|reset)"
)
UNIFIED = "anthropic-ratelimit-unified"
CLAIMS: dict[str, str] = {
    "five_hour": "5h",
    "seven_day": "7d",
    "seven_day_opus": "7d_opus",
    "seven_day_sonnet": "7d_sonnet",
    "seven_day_overage_included": "7d_oi",
}
"""Unified claims to the window names of the headers."""

_FAMILIES: dict[str, str] = {"oi": "*fable*"}  # 7d_oi: the weekly window of one model line
_TRUSTED = 900.0  # seconds a reading without a reset is believed; one of a shorter period no longer than that
_LENGTHS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0, "month": 2_592_000.0}
_SPAN = re.compile(r"(\d+)([mhd])(?:_.*)?")  # 5h, 7d, 7d_opus
_SPANS = {"m": 60.0, "h": 3600.0, "d": 86_400.0}

_RELATED = re.compile(r"(?:x-|anthropic-)?ratelimit")  # most headers are none of ours
_MAX_HEADERS = 256


def readings(provider: str, model: str, headers: Mapping[str, str], now: Now) -> tuple[Window, ...]:
    """Every window the response headers (lower-case names) tell of. Never raises."""
    items = [(name, text) for name, text in list(headers.items())[:_MAX_HEADERS] if _RELATED.match(name)]
    if not items:
        return ()
    server_now = now.wall + skew(headers, now)
    counted = _counted(provider, model, items, now, server_now)
    return counted + _unified(provider, headers, items, now, server_now)


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


def reserved(window: Window, live: Iterable["Held"]) -> float:
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


def family_of_claim(window: str) -> str | None:
    """The glob of models a unified window such as "7d_opus" covers; None for all."""
    _, _, line = window.partition("_")
    return _FAMILIES.get(line, f"*{line}*") if line else None


def stale(window: Window, now: Now) -> bool:
    """Whether it was reset since, or is too old to be believed. A clock set back makes nothing younger than new."""
    if window.resets_at is not None:
        return not now.wall < window.resets_at <= now.wall + LONGEST
    trusted = min(_LENGTHS.get(window.window.rpartition("-")[2], _TRUSTED), _TRUSTED)
    return not window.observed_at - trusted < now.wall < window.observed_at + trusted


def _counted(
    provider: str, model: str, items: list[tuple[str, str]], now: Now, server_now: float
) -> tuple[Window, ...]:
    """The limit / remaining / reset families, one window per unit and period."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name, value in items:
        for source, pattern in _COUNTED:
            if match := pattern.fullmatch(name):
                part = match.groupdict()
                found.setdefault((source, _window_name(part)), {})[part["field"]] = value
                break
    family = "*:free" if model.endswith(":free") else model
    return tuple(
        _window(provider, family, key, fields, now, server_now) for key, fields in found.items() if _says_enough(fields)
    )


def _window_name(part: dict[str, str | None]) -> str:
    unit = {"req": "requests", None: "requests"}.get(part.get("unit"), part.get("unit"))
    return "-".join(word for word in (unit, part.get("period")) if word)


def _says_enough(fields: dict[str, str]) -> bool:
    return number(fields.get("remaining")) is not None or number(fields.get("limit")) is not None or "reset" in fields


def _window(
    provider: str, family: str, key: tuple[str, str], fields: dict[str, str], now: Now, server_now: float
) -> Window:
    limit, remaining = number(fields.get("limit")), number(fields.get("remaining"))
    used = max(0.0, 1.0 - remaining / limit) if limit and remaining is not None else None
    source, name = key
    return Window(
        provider=provider,
        window=name,
        observed_at=now.wall,
        source=source,
        family=family,
        used=used,
        limit=limit,
        remaining=remaining,
        unit="tokens" if "tokens" in name else "requests",
        resets_at=_ours(fields.get("reset"), now, server_now),
    )


def _unified(
    provider: str, headers: Mapping[str, str], items: list[tuple[str, str]], now: Now, server_now: float
) -> tuple[Window, ...]:
    """The windows of a Claude subscription; the overall verdict stands in for a window left out."""
    found: dict[str, dict[str, str]] = {}
    for name, value in items:
        if match := _UNIFIED.fullmatch(name):
            found.setdefault(match["window"], {})[match["field"]] = value
    overall = {"status": headers.get(f"{UNIFIED}-status", ""), "reset": headers.get(f"{UNIFIED}-reset", "")}
    claimed = CLAIMS.get(headers.get(f"{UNIFIED}-representative-claim", ""))
    if claimed is not None and claimed not in found and overall["status"]:
        found[claimed] = overall
    return tuple(_unified_window(provider, name, fields, now, server_now) for name, fields in found.items())


def _unified_window(provider: str, name: str, fields: dict[str, str], now: Now, server_now: float) -> Window:
    return Window(
        provider=provider,
        window=name,
        observed_at=now.wall,
        source=UNIFIED,
        family=family_of_claim(name),
        used=number(fields.get("utilization")),
        resets_at=_ours(fields.get("reset"), now, server_now),
        status=_word(fields.get("status", "").lower()),
    )


def _word(text: str) -> str | None:
    """A word of a provider's; nothing that could be a credential repeated to us, for it is kept and shown."""
    return text if len(text) <= 32 and re.fullmatch(r"[a-z]+(_[a-z]+)*", text) else None


def _ours(text: str | None, now: Now, server_now: float) -> float | None:
    """A reset in the provider's time as epoch seconds on our clock, never in the past; none where it is further away
    than any window goes, which is no promise but a slip: who believed it would rest for weeks."""
    moment = parse_moment(text, server_now) if text else None
    if moment is None or moment - server_now > LONGEST:
        return None
    return now.wall + max(moment - server_now, 0.0)
