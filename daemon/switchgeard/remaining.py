"""Remaining: what is left of every quota, as clients see it. Pure reading.

Rules for editing: as for `views`. The user's own limits are windows too, with source "config"; so is a quota that is
only known because its provider refused ("learned").
"""

from collections.abc import Iterator

from msgspec.structs import replace

from switchgear_protocol.messages import WindowView
from switchgear_protocol.words import Health, Scope

from .allowance import bucket_of
from .core import caps, health, quota
from .core.clock import Now
from .core.health import Circuit, ScopeKey
from .core.offer import Offer
from .core.provider import Provider
from .core.quota import Window
from .state import State

LEARNED = "learned"
SPENT = (Health.QUOTA_EXHAUSTED, Health.RATE_LIMITED)
GUESSED = ("re-check", "backoff")  # times of ours, when to look again: no reset


def windows(state: State, now: Now, provider: str | None = None) -> list[WindowView]:
    """Every window last read and every limit the user set, of one provider or of all, provider by provider."""
    names = [provider] if provider is not None else list(state.config.providers)
    told = state.allowance.windows.values()
    return [
        view
        for name in names
        for view in (
            *(window(state, w, now) for w in told if w.provider == name),
            *(_learned(key, circuit) for key, circuit in _refused(state, name, now)),
            *limits(state, name, now),
        )
    ]


def of_offer(state: State, offer: Offer, now: Now) -> list[WindowView]:
    """The windows that count this offer's requests, limits included."""
    told = (window(state, w, now) for w in state.allowance.of(offer))
    refused = (_learned(key, c) for key, c in _refused(state, offer.provider, now) if key.covers(offer))
    return [*told, *refused, *limits(state, offer.provider, now)]


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


def _refused(state: State, provider: str, now: Now) -> Iterator[tuple[ScopeKey, Circuit]]:
    """Quotas a provider refused for, and of which no window tells that."""
    open_ = [
        (key, circuit)
        for key, circuit in state.circuits.items()
        if key.scope is Scope.BUCKET and key.owner == provider and circuit.health in SPENT
    ]
    if not open_:
        return
    read = [one for one in state.allowance.windows.values() if one.provider == provider]
    told = {bucket_of(one) for one in read if window(state, one, now).state == "spent"}
    yield from ((key, circuit) for key, circuit in open_ if key not in told and not health.eligible(circuit, now))


def _learned(key: ScopeKey, circuit: Circuit) -> WindowView:
    return WindowView(
        provider=key.owner,
        window=key.pool,
        source=LEARNED,
        observed_at=circuit.since,
        model=key.family,
        resets_at=None if circuit.source in GUESSED else circuit.until,
        state="spent",
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
