"""Allowance: what providers have said of their quota, window by window, and how near to its end each one is.

Rules for editing: part of State and changed only through it; synchronous. A window is a reading: it says when new
sessions had better go elsewhere (`pressing`), and only the provider's own "rejected", or an exact zero, closes anything
(`closed`). Percentages alone never block.
"""

from collections.abc import Collection, Iterable
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
    """`full`: the windows that reached their threshold, and since when (wall), until they are clearly below it again
    or were reset; it outlives a restart, else figures between the two would send sessions back and forth."""

    windows: dict[WindowKey, Window] = field(default_factory=dict)
    full: dict[WindowKey, float] = field(default_factory=dict)
    doubted: set[WindowKey] = field(default_factory=set)  # said nothing was left, and served all the same

    def note(self, window: Window, thresholds: Thresholds, now: Now) -> bool:
        """Keep a reading; False when it is no news, or one window too many."""
        key = key_of(window)
        known = self.windows.get(key)
        if known == window or (known is None and self._crowded(window.provider)):
            return False
        if known is None or quota.stale(known, now):
            self.full.pop(key, None)
        self.windows[key] = window
        if quota.state_of(window, now, quota.threshold(thresholds, window), was=key in self.full) == "ok":
            self.full.pop(key, None)
        else:
            self.full.setdefault(key, now.wall)
        return True

    def state(self, window: Window, thresholds: Thresholds, reserved: float, now: Now) -> quota.WindowState:
        """ok, nearly or spent, with what is in flight counted in."""
        if key_of(window) in self.doubted:
            return "ok"
        was = key_of(window) in self.full
        return quota.state_of(window, now, quota.threshold(thresholds, window), reserved, was)

    def of(self, offer: Offer) -> list[Window]:
        """The windows that count this offer's requests."""
        found = self.windows.values()
        return [w for w in found if w.provider == offer.provider and quota.covers(w, offer.model)]

    def overdrawn(self, offer: Offer, now: Now) -> bool:
        """Whether its plan is used up and what it still serves is billed."""
        return bool(self.windows) and any(
            window.status == quota.OVERDRAWN and not quota.stale(window, now) for window in self.of(offer)
        )

    def headroom(self, offer: Offer, now: Now) -> float:
        """The fraction left of the fullest window that counts this offer's requests; 1 where none is known."""
        return margin.headroom(self.of(offer), now) if self.windows else 1.0

    def outlook(self, offer: Offer, live: Collection[Permit], now: Now) -> tuple[float, Pressing | None]:
        """The headroom, and the fullest nearly spent window; None when the offer can take new sessions."""
        if not self.windows:
            return 1.0, None
        own, floor = self.of(offer), quota.floor(offer.thresholds)
        found = [self._pressing(w, offer, live, now) for w in own if live or w.status or (w.used or 0.0) >= floor]
        fullest = max((each for each in found if each is not None), key=lambda each: each.used, default=None)
        return margin.headroom(own, now), fullest

    def _pressing(self, window: Window, offer: Offer, live: Collection[Permit], now: Now) -> Pressing | None:
        reserved = quota.reserved(window, live)
        if self.state(window, offer.thresholds, reserved, now) != "nearly":
            return None
        return Pressing(window, reserved, any(name == window.window for name, _ in offer.thresholds))

    def closes(self, circuits: Circuits, window: Window, now: Now) -> Circuits:
        """`closed`, for what an answer's own headers say. Nothing left, said by the answer that tests whether there is
        again, is not believed any more until there is some: a refusal closes the bucket all the same."""
        key = key_of(window)
        if window.status == "rejected" or window.remaining != 0:
            self.doubted.discard(key)
        elif circuits.get(bucket_of(window), CLOSED).probing:
            self.doubted.add(key)
        return {} if key in self.doubted else closed(circuits, window, now)

    def _crowded(self, provider: str) -> bool:
        return sum(owner == provider for owner, _, _ in self.windows) >= MAX_WINDOWS


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
