"""Moments: every way a provider writes a span or a point of time, read once and for all.

Nothing here raises on any text: what cannot be read is None and the next hint is tried. Absolute
times are compared with the response's own `Date`, so that a wrong local clock gives right spans.
Rules for editing: a new spelling is a row or a pattern here, with a line in test_hints.py.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .clock import Now

LONGEST = 35 * 86_400.0  # seconds; a longer span is garbage, not a promise
_MAX_TEXT = 80  # characters of any one value that are looked at

_UNITS: tuple[tuple[str, float], ...] = (
    ("ns", 1e-9),
    ("us", 1e-6),
    ("\u00b5s", 1e-6),
    ("\u03bcs", 1e-6),
    ("milliseconds", 0.001),
    ("millisecond", 0.001),
    ("msec", 0.001),
    ("ms", 0.001),
    ("seconds", 1.0),
    ("second", 1.0),
    ("secs", 1.0),
    ("sec", 1.0),
    ("s", 1.0),
    ("minutes", 60.0),
    ("minute", 60.0),
    ("mins", 60.0),
    ("min", 60.0),
    ("m", 60.0),
    ("hours", 3600.0),
    ("hour", 3600.0),
    ("hrs", 3600.0),
    ("hr", 3600.0),
    ("h", 3600.0),
    ("days", 86_400.0),
    ("day", 86_400.0),
    ("d", 86_400.0),
)
_SECONDS: dict[str, float] = dict(_UNITS)
_NUMBER = re.compile(r"\+?\d{1,18}(?:\.\d{0,18})?|\.\d{1,18}", re.ASCII)
_PART = re.compile(rf"\s*(\d{{1,12}}(?:\.\d{{0,18}})?)\s*({'|'.join(word for word, _ in _UNITS)})(?![a-z])", re.ASCII)
_GO_PART = re.compile(r"(\d{1,12}(?:\.\d{0,18})?)(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d)", re.ASCII)
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2,8}, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d (?:GMT|UTC)", re.ASCII)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:(?:[T ]|,? at )(\d\d:\d\d(?::\d\d)?)(?:\.\d+)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?",
    re.ASCII | re.I,
)


def number(value: object) -> float | None:
    """A plain non-negative finite number, given as such or as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _finite(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)
    return None


def parse_duration(text: str) -> float | None:
    """Seconds of "5", "7.66s", "17ms", "6m0s", "1h2m3s", "45.837906927s", "2 minutes"; None if it is none of these."""
    text = text[:_MAX_TEXT].strip().lower()
    plain = number(text)
    return plain if plain is not None else _spelled(text, whole=True)


def leading_duration(text: str) -> float | None:
    """Seconds a sentence's tail begins with: "5.289s. Visit ..." or "37 seconds"; units are required."""
    return _spelled(text[:_MAX_TEXT].lower(), whole=False)


def parse_moment(text: str, now_wall: float) -> float | None:
    """Epoch seconds of an HTTP date, RFC 3339, epoch seconds or milliseconds, or a span from `now_wall`."""
    text = text[:_MAX_TEXT].strip()
    plain = number(text)
    if plain is not None:
        return _by_magnitude(plain, now_wall)
    span = parse_duration(text)
    if span is not None:
        return now_wall + span
    return _http_date(text) if _HTTP_DATE.match(text) else iso_moment(text)


def iso_moment(text: str) -> float | None:
    """Epoch seconds of the first ISO date in a text (UTC where no zone is given); None without one."""
    found = _ISO.search(text)
    if found is None:
        return None
    day, clock, zone = found.groups()
    zone = "+00:00" if zone is None or zone.upper() in ("Z", "UTC", "GMT") else zone
    try:
        return datetime.fromisoformat(f"{day}T{clock or '00:00'}{zone}").timestamp()
    except (ValueError, OverflowError):
        return None


def spans(text: str, server_now: float) -> list[float]:
    """Seconds from now of each value of a header that may have been sent twice and joined by ", "."""
    dates = _HTTP_DATE.findall(text[: 4 * _MAX_TEXT])
    values = dates or text[: 4 * _MAX_TEXT].split(",")
    moments = [parse_moment(value, server_now) for value in values]
    return [span for moment in moments if moment is not None and 0 < (span := moment - server_now) <= LONGEST]


def skew(headers: Mapping[str, str], now: Now) -> float:
    """Seconds the provider's clock (its `Date`) is ahead of ours; 0 when it sent none."""
    server = _http_date(headers.get("date", "")[:_MAX_TEXT])
    return 0.0 if server is None else server - now.wall


def month_end(now_wall: float) -> float:
    """Epoch seconds of 00:00 UTC on the first day of the next month, where monthly budgets start again."""
    try:
        today = datetime.fromtimestamp(now_wall, UTC)
    except (ValueError, OverflowError, OSError):
        return now_wall + LONGEST
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    return datetime(year, month, 1, tzinfo=UTC).timestamp() if year <= 9999 else now_wall + LONGEST


def _finite(value: float) -> float | None:
    if isinstance(value, int):
        return float(value) if 0 <= value < 10**18 else None
    return value if math.isfinite(value) and value >= 0 else None


def _spelled(text: str, *, whole: bool) -> float | None:
    """Sum of number-unit parts from the start of a text; with `whole` nothing else may follow."""
    total, at, pattern = 0.0, 0, _GO_PART if whole and " " not in text else _PART
    while (part := pattern.match(text, at)) is not None:
        total += float(part[1]) * _SECONDS[part[2]]
        at = part.end()
    return total if at and (at == len(text) or not whole) else None


def _by_magnitude(value: float, now_wall: float) -> float:
    if value > 1e12:
        return value / 1000.0
    return value if value > 1e9 else now_wall + value


def _http_date(text: str) -> float | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    try:
        return when.replace(tzinfo=when.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return None
