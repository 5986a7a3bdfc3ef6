"""Spans and moments in words, and the other way round.

Rules for editing: this is the command's only module that reads the clock. A span shows its two
largest units, a moment within a day shows the clock time alone.
"""

from __future__ import annotations

import time

UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
YEAR = 365 * 86400.0
LONGEST = 10 * YEAR


def wall() -> float:
    """Epoch seconds by this machine's clock."""
    return time.time()  # noqa: TID251 - the command's one look at the clock


def span(seconds: float) -> str:
    """ "2 h 10 m", "45 s", "0.3 s"."""
    if seconds < 1:
        return f"{max(seconds, 0.0):.1f} s" if seconds >= 0.05 else "0 s"
    rest, told = round(min(seconds, LONGEST)), []
    for unit, size in UNITS:
        count, rest = divmod(rest, size)
        if count:
            told.append(f"{count} {unit}")
        elif told:
            break
    return " ".join(told[:2])


def clock_time(moment: float, now: float) -> str:
    """ "14:05" within a day, else "Tue 14:05", else "24 Nov"."""
    try:
        when = time.localtime(moment)
    except (OverflowError, ValueError, OSError):
        return "some day"
    away = abs(moment - now)
    form = "%H:%M" if away < 20 * 3600 else "%a %H:%M" if away < 6 * 86400 else "%d %b"
    return time.strftime(form, when)


def ahead(moment: float, now: float) -> str:
    """ "14:05 (in 12 m)"; a moment already past is "any moment"."""
    if moment <= now:
        return "any moment"
    return f"{clock_time(moment, now)} (in {span(moment - now)})"


def waits(moment: float, now: float) -> tuple[str, str]:
    """("until 14:05 (in 12 m)", "for 12 m"): with the time of day, and without where there is no room."""
    return f"until {ahead(moment, now)}", f"for {span(moment - now)}" if moment > now else "until any moment"


def ago(moment: float, now: float) -> str:
    return f"{span(now - moment)} ago" if now - moment >= 1 else "just now"


def parse_span(text: str) -> float:
    """Seconds of "90", "300ms"-free forms like "2h", "1h30m", "7d", "1w". ValueError with a sentence."""
    total, digits = 0.0, ""
    for letter in text.strip().lower().replace(" ", ""):
        if letter.isdecimal() or letter == ".":
            digits += letter
        elif letter in SECONDS and digits:
            total, digits = total + _number(digits, text) * SECONDS[letter], ""
        else:
            raise _not_a_span(text)
    if digits:
        if total:
            raise _not_a_span(text)
        total = _number(digits, text)
    if not text.strip() or total > LONGEST:
        raise _not_a_span(text)
    return total


def parse_moment(text: str, now: float) -> float:
    """Epoch seconds of "7d" (ago), "today", "2026-11-23" or epoch seconds. ValueError with a sentence."""
    if text == "today":
        day = time.localtime(now)
        return time.mktime((*day[:3], 0, 0, 0, 0, 0, -1))
    try:
        return time.mktime(time.strptime(text, "%Y-%m-%d"))
    except ValueError:
        pass
    if text.isdecimal() and len(text) >= 9:
        return float(text)
    try:
        return now - parse_span(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time: write 30m, 2h or 7d (ago), today or 2026-11-23") from None


def _number(digits: str, text: str) -> float:
    try:
        return float(digits)
    except ValueError:
        raise _not_a_span(text) from None


def _not_a_span(text: str) -> ValueError:
    return ValueError(f"{text!r} is not a span of time: write 45s, 30m, 2h, 1h30m or 7d")
