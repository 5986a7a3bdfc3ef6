"""What a ChatGPT plan tells of itself in the headers of an answer: two windows, and the same of models with their own.

Rules for editing: figures in per cent that are USED, told late and rounded: they never block. Nothing here raises.
"""

import re
from collections.abc import Mapping

from switchgeard.core.clock import Now
from switchgeard.core.moments import LONGEST, number, skew
from switchgeard.core.quota import Window

SOURCE = "x-codex"
MOST = 256  # headers looked at
NAMES = {300: "5h", 10_080: "7d"}
"""Lengths in minutes by the names other providers have for them, so that one threshold fits all."""

_FIELD = re.compile(
    r"x-codex-(?:(?P<meter>[a-z0-9_-]{1,32})-)?(?P<window>primary|secondary)"
    r"-(?P<field>used-percent|window-minutes|reset-at|reset-after-seconds)"
)


def windows(provider: str, model: str, headers: Mapping[str, str], now: Now) -> tuple[Window, ...]:
    """A plan's windows count all models; a meter of its own counts the model that was asked."""
    found: dict[tuple[str | None, str], dict[str, str]] = {}
    for name, value in list(headers.items())[:MOST]:
        if match := _FIELD.fullmatch(name):
            found.setdefault((match["meter"], match["window"]), {})[match["field"]] = value
    server_now = now.wall + skew(headers, now) if found else now.wall
    read = (_window(provider, model, key, fields, now, server_now) for key, fields in found.items())
    return tuple(window for window in read if window is not None)


def _window(
    provider: str, model: str, key: tuple[str | None, str], fields: dict[str, str], now: Now, server_now: float
) -> Window | None:
    used, (meter, window) = number(fields.get("used-percent")), key
    if used is None:
        return None
    minutes = number(fields.get("window-minutes"))
    length = NAMES.get(int(minutes), f"{minutes:.0f}m") if minutes else window
    return Window(
        provider,
        f"{length}_{meter}" if meter else length,
        now.wall,
        SOURCE,
        family=model if meter else None,
        used=max(used, 0.0) / 100,
        resets_at=_resets_at(fields, now, server_now),
    )


def _resets_at(fields: dict[str, str], now: Now, server_now: float) -> float | None:
    """On our clock, at most 35 days away, never in the past."""
    left, at = number(fields.get("reset-after-seconds")), number(fields.get("reset-at"))
    if left is None and at is not None:
        left = at - server_now
    return None if left is None else now.wall + min(max(left, 0.0), LONGEST)
