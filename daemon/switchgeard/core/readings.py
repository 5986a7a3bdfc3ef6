"""Readings: quota windows out of the headers of a response.

Rules for editing: a header family is one row of `_COUNTED` or of the unified tables; a family of models is never wider
than the evidence. Nothing here raises, whatever a header holds.
"""

import re
from collections.abc import Mapping

from .clock import Now
from .moments import LONGEST, number, parse_moment, skew
from .quota import Window

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


def family_of_claim(window: str) -> str | None:
    """The glob of models a unified window such as "7d_opus" covers; None for all."""
    _, _, line = window.partition("_")
    return _FAMILIES.get(line, f"*{line}*") if line else None


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
