"""Hints: how long the provider asks us to stay away, from whatever it gave us to go by.

Order (most trustworthy first): the windows of a subscription, fields of the body, retry-after-ms,
retry-after, exhausted windows' resets, prose, windows not exhausted. The first that can be read and
lies ahead wins, clamped per class. Never raises. Rules for editing: a source is one function in `_SOURCES`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from switchgear_protocol.words import FailureKind

from . import envelope
from .clock import Now
from .moments import LONGEST, iso_moment, leading_duration, number, parse_duration, parse_moment, skew, spans
from .readings import UNIFIED, readings

__all__ = ["Hint", "advised", "clamped", "parse_duration", "parse_moment", "retry_after", "skew"]


class Hint(Struct, frozen=True):
    """Seconds from now until a further try makes sense, and where that was read."""

    seconds: float
    source: str


QUOTA_AFTER = 300.0  # seconds; a longer advised wait is a spent quota, whatever it is called
_CAPS: dict[FailureKind, float] = {
    FailureKind.RATE_LIMITED: 900.0,
    FailureKind.QUOTA_EXCEEDED: 8 * 86_400.0,
    FailureKind.PERMISSION: 86_400.0,
    FailureKind.MODEL_NOT_FOUND: 86_400.0,
}
_DEFAULT_CAP = 300.0
_WINDOWED = (FailureKind.RATE_LIMITED, FailureKind.QUOTA_EXCEEDED)  # what a counted window can explain
_SUB_SECOND = ("retry-after-ms", "prose")  # sources whose values below a second are meant

_BODY_FIELDS: tuple[tuple[str, float | None], ...] = (
    ("resets_at", None),  # a moment
    ("reset_at", None),
    ("resets_in_seconds", 1.0),  # a span, in so many seconds
    ("retry_after_ms", 0.001),
    ("retry_after_seconds", 1.0),
    ("retry_after", 1.0),
    ("retryDelay", 1.0),
)
_WAIT = re.compile(
    r"(?:try again|retry|retrying|resets?|available)(?: again)? (?:in|after)\s{1,3}(?:about )?(?=[\d.])", re.I
)
_DATED = re.compile(r"(?:regain|resum|reset|access|available|again|until)[^\n]{0,60}?(?=\d{4}-\d\d-\d\d)", re.I)


def retry_after(headers: Mapping[str, str], body: object | None, text: str, now: Now, cls: FailureKind) -> Hint | None:
    """The provider's advice for a failure of this class, clamped; None when it gave none that can be read.

    `headers` have lower-case names; `body` is the decoded error body; `text` its message.
    """
    parts = envelope.read(body).parts if body is not None else ()
    hint = advised(headers, parts, text, now, cls)
    return None if hint is None else clamped(hint, cls)


def advised(
    headers: Mapping[str, str], parts: tuple[dict[str, Any], ...], text: str, now: Now, cls: FailureKind
) -> Hint | None:
    """The first hint, as given. `parts`: the objects of the body that may hold fields."""
    evidence = _Evidence(headers, parts, text[:4000], now, now.wall + skew(headers, now), cls)
    hints = (hint for source in _SOURCES for hint in source(evidence))
    return next((hint for hint in hints if 0 < hint.seconds <= LONGEST), None)


def clamped(hint: Hint, cls: FailureKind) -> Hint:
    """At least a second (unless milliseconds were meant), at most the cap of the class."""
    floor = 0.001 if hint.source in _SUB_SECOND else 1.0
    return Hint(min(max(hint.seconds, floor), _CAPS.get(cls, _DEFAULT_CAP)), hint.source)


class _Evidence(Struct, frozen=True):
    headers: Mapping[str, str]
    parts: tuple[dict[str, Any], ...]
    text: str
    now: Now
    server_now: float
    cls: FailureKind


def _unified(evidence: _Evidence) -> Iterator[Hint]:
    """A spent subscription: the latest reset of its rejected windows, or retry-after when that is later."""
    if evidence.cls is not FailureKind.QUOTA_EXCEEDED:
        return
    windows = readings("", "", evidence.headers, evidence.now)
    rejected = [w.resets_at for w in windows if w.status == "rejected" and w.resets_at is not None]
    if not rejected and evidence.headers.get(f"{UNIFIED}-status", "").lower() == "rejected":
        overall = parse_moment(evidence.headers.get(f"{UNIFIED}-reset", ""), evidence.server_now)
        rejected = [] if overall is None else [overall - evidence.server_now + evidence.now.wall]
    if rejected:
        asked = [hint.seconds for hint in _retry_after(evidence) if hint.seconds <= LONGEST]
        yield Hint(max([max(rejected) - evidence.now.wall, *asked]), f"{UNIFIED}-reset")


def _body(evidence: _Evidence) -> Iterator[Hint]:
    for part in reversed(evidence.parts):
        for key, unit in _BODY_FIELDS:
            seconds = _field(part.get(key), unit, evidence.server_now)
            if seconds is not None:
                yield Hint(seconds, f"body {key}")


def _field(value: object, unit: float | None, server_now: float) -> float | None:
    plain = number(value)
    if unit is None:
        text = value if isinstance(value, str) else "" if plain is None else f"{plain:.3f}"
        moment = parse_moment(text, server_now)
        return None if moment is None else moment - server_now
    if plain is not None:
        return plain * unit
    return parse_duration(value) if isinstance(value, str) else None


def _retry_after(evidence: _Evidence) -> Iterator[Hint]:
    """Milliseconds beat seconds; a header sent twice counts with its longest value."""
    in_ms = [ms for text in evidence.headers.get("retry-after-ms", "").split(",") if (ms := number(text))]
    if in_ms:
        yield Hint(max(in_ms) / 1000.0, "retry-after-ms")
    for name in ("retry-after", "x-ratelimit-user-retry-after"):
        if seconds := spans(evidence.headers.get(name, ""), evidence.server_now):
            yield Hint(max(seconds), name)


def _exhausted(evidence: _Evidence) -> Iterator[Hint]:
    """The latest reset of the windows with nothing left (or that do not say how much is left)."""
    if evidence.cls in _WINDOWED:
        yield from _resets(evidence, exhausted=True, pick=max)


def _prose(evidence: _Evidence) -> Iterator[Hint]:
    for found in _WAIT.finditer(evidence.text):
        seconds = leading_duration(evidence.text[found.end() :])
        if seconds is not None:
            yield Hint(seconds, "prose")
    if (dated := _DATED.search(evidence.text)) is not None:
        moment = iso_moment(evidence.text[dated.end() :])
        if moment is not None:
            yield Hint(moment - evidence.server_now, "prose date")


def _unexhausted(evidence: _Evidence) -> Iterator[Hint]:
    """A window with something left: only its soonest reset, and only if that is short, can be the reason."""
    if evidence.cls is FailureKind.RATE_LIMITED:
        yield from (hint for hint in _resets(evidence, exhausted=False, pick=min) if hint.seconds <= QUOTA_AFTER)


def _resets(evidence: _Evidence, *, exhausted: bool, pick: Any) -> Iterator[Hint]:
    """The windows of the headers, and of headers a router quotes in its body."""
    for headers in (evidence.headers, *_quoted_headers(evidence.parts)):
        windows = [w for w in readings("", "", headers, evidence.now) if w.source != UNIFIED]
        ahead = [
            (w.resets_at - evidence.now.wall, f"{w.source}-reset {w.window}")
            for w in windows
            if w.resets_at is not None and (not w.remaining) is exhausted and w.resets_at > evidence.now.wall
        ]
        if ahead:
            yield Hint(*pick(ahead))


def _quoted_headers(parts: tuple[dict[str, Any], ...]) -> Iterator[dict[str, str]]:
    for part in parts:
        quoted = part.get("headers")
        if isinstance(quoted, dict):
            yield {str(name).lower(): str(value)[:200] for name, value in list(quoted.items())[:64]}


_SOURCES = (_unified, _body, _retry_after, _exhausted, _prose, _unexhausted)
