"""Remaining: what is left of every quota, as clients see it. Pure reading.

Rules for editing: as for `views`. The user's own limits are windows too, with source "config".
"""

from msgspec.structs import replace

from switchgear_protocol.messages import WindowView

from .core import caps, quota
from .core.clock import Now
from .core.offer import Offer
from .core.provider import Provider
from .core.quota import Window
from .state import State


def windows(state: State, now: Now, provider: str | None = None) -> list[WindowView]:
    """Every window last read and every limit the user set, of one provider or of all, provider by provider."""
    names = [provider] if provider is not None else list(state.config.providers)
    told = state.allowance.windows.values()
    return [
        view
        for name in names
        for view in (*(window(state, w, now) for w in told if w.provider == name), *limits(state, name, now))
    ]


def of_offer(state: State, offer: Offer, now: Now) -> list[WindowView]:
    """The windows that count this offer's requests, limits included."""
    return [*(window(state, w, now) for w in state.allowance.of(offer)), *limits(state, offer.provider, now)]


def window(state: State, one: Window, now: Now) -> WindowView:
    """A window begun anew since its last reading has no figures: nobody knows them."""
    thresholds = state.config.thresholds(one.provider)
    reserved = quota.reserved(one, state.live.values())
    begun_anew = one.resets_at is not None and one.resets_at <= now.wall
    known = replace(one, used=None, remaining=None, status=None) if begun_anew else one
    return replace(
        quota.view(known),
        state=state.allowance.state(one, thresholds, reserved, now),
        threshold=quota.threshold(thresholds, one),
        reserved=round(reserved, 6),
    )


def limits(state: State, provider: str, now: Now) -> list[WindowView]:
    """The user's own limits of a provider, and how much of each is used."""
    known: Provider | None = state.config.providers.get(provider)
    return [] if known is None else [_limit(provider, used, now) for used in state.spending.used(known, now)]


def _limit(provider: str, one: caps.Used, now: Now) -> WindowView:
    fraction = one.used / one.limit if one.limit else 1.0
    return WindowView(
        provider=provider,
        window=f"{one.unit}/{one.period}",
        source="config",
        observed_at=now.wall,
        used=round(fraction, 6),
        limit=one.limit,
        remaining=max(one.limit - one.used, 0.0),
        unit=one.unit,
        resets_at=one.until,
        state="spent" if fraction >= 1.0 else "ok",
        reserved=round(one.reserved / one.limit, 6) if one.limit else 0.0,
    )
