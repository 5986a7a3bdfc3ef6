"""Allowance: what providers have said of their quota, window by window, and how near to its end each one is.

Rules for editing: part of State and changed only through it; synchronous. A window is a reading: it says when new
sessions had better go elsewhere (`pressing`), and only the provider's own "rejected", or an exact zero, closes anything
(`closed`). Percentages alone never block.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from switchgear_protocol.words import Health, Scope

from .core import health, margin, quota
from .core.clock import Now
from .core.health import CLOSED, ScopeKey
from .core.offer import Offer
from .core.permit import Circuits, Permit
from .core.quota import Pressing, Window

LONG_RESET = 300.0  # seconds: a window closed for longer is a spent quota, not a rate limit
MAX_WINDOWS = 64  # of one provider; no provider has as many, so the rest is noise
WindowKey = tuple[str, str, str | None]  # provider, window, family
Thresholds = tuple[tuple[str, float], ...]


@dataclass(slots=True)
class Allowance:
    """`full`: the windows that reached their threshold, until they are clearly below it again or were reset."""

    windows: dict[WindowKey, Window] = field(default_factory=dict)
    full: set[WindowKey] = field(default_factory=set)

    def note(self, window: Window, thresholds: Thresholds, now: Now) -> bool:
        """Keep a reading; False when it is no news, or one window too many."""
        key = key_of(window)
        known = self.windows.get(key)
        if known == window or (known is None and self._crowded(window.provider)):
            return False
        if known is None or quota.stale(known, now):
            self.full.discard(key)
        self.windows[key] = window
        self._remember_full(key, quota.state_of(window, now, quota.threshold(thresholds, window), was=key in self.full))
        return True

    def state(self, window: Window, thresholds: Thresholds, reserved: float, now: Now) -> quota.WindowState:
        """ok, nearly or spent, with what is in flight counted in."""
        was = key_of(window) in self.full
        return quota.state_of(window, now, quota.threshold(thresholds, window), reserved, was)

    def of(self, offer: Offer) -> list[Window]:
        """The windows that count this offer's requests."""
        found = self.windows.values()
        return [w for w in found if w.provider == offer.provider and quota.covers(w, offer.model)]

    def headroom(self, offer: Offer, now: Now) -> float:
        """The fraction left of the fullest window that counts this offer's requests; 1 where none is known."""
        return margin.headroom(self.of(offer), now) if self.windows else 1.0

    def pressing(self, offer: Offer, live: Iterable[Permit], now: Now) -> Pressing | None:
        """The fullest nearly spent window of this offer; None when it can take new sessions."""
        if not self.windows:
            return None
        found: list[Pressing] = []
        for window in self.of(offer):
            reserved = quota.reserved(window, live)
            if self.state(window, offer.thresholds, reserved, now) == "nearly":
                found.append(Pressing(window, reserved, any(name == window.window for name, _ in offer.thresholds)))
        return max(found, key=lambda each: each.used, default=None)

    def _crowded(self, provider: str) -> bool:
        return sum(owner == provider for owner, _, _ in self.windows) >= MAX_WINDOWS

    def _remember_full(self, key: WindowKey, state: quota.WindowState) -> None:
        if state == "ok":
            self.full.discard(key)
        else:
            self.full.add(key)


def key_of(window: Window) -> WindowKey:
    return (window.provider, window.window, window.family)


def closed(circuits: Circuits, window: Window, now: Now) -> Circuits:
    """The bucket of a spent window, closed until its reset; nothing for any other."""
    until = window.resets_at
    if quota.state_of(window, now) != "spent" or until is None:
        return {}
    key = bucket_of(window)
    kind = Health.QUOTA_EXHAUSTED if until - now.wall > LONG_RESET else Health.RATE_LIMITED
    reason = f"the {window.window} window is used up"
    return {key: health.block(circuits.get(key, CLOSED), kind, reason, until, window.source, now)}


def reopened(circuits: Circuits, page: Iterable[Window], now: Now) -> Circuits:
    """After a look at a quota page: the buckets of windows that are not spent may be tried again; the account's, when
    none of them is."""
    read = list(page)
    back = {bucket_of(window) for window in read if quota.state_of(window, now) != "spent"}
    if read and len(back) == len({bucket_of(window) for window in read}):
        back |= {ScopeKey(Scope.BUCKET, window.provider, "account") for window in read}
    hastened = {key: health.hasten(circuits[key], now) for key in back if key in circuits}
    return {key: circuit for key, circuit in hastened.items() if circuit != circuits[key]}


def bucket_of(window: Window) -> ScopeKey:
    return ScopeKey(Scope.BUCKET, window.provider, window.window, window.family)
