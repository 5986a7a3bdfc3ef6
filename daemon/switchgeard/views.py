"""Views: what State believes, as the structs that clients read. Pure reading; nothing here changes anything.

Rules for editing: a view says what a person needs (health, why, until when, what cures it) and never a
secret. One function per struct.
"""

from msgspec.structs import replace

from switchgear_protocol.messages import (
    CredentialView,
    ModelView,
    OfferView,
    Pin,
    ProviderView,
    RouteExplained,
    RouteStep,
    SessionView,
)
from switchgear_protocol.words import Billing, Health, Scope

from . import remaining
from .ask import Ask
from .core import health, permit, routing
from .core.clock import Now
from .core.health import CLOSED, Circuit, ScopeKey
from .core.needs import Needs
from .core.offer import MergedModel, Offer
from .core.provider import Provider
from .core.routing import FEATURE_CODES, Plan, Standing
from .core.sticky import Assignment
from .state import OfferKey, State


def models(state: State, now: Now, *, variants: bool = False) -> list[ModelView]:
    """Every merged model, and with `variants` each provider's behind them."""
    catalog = state.config.catalog
    single = [state.find(offer.name) for offer in catalog.offers()] if variants else []
    return [model(state, each, now) for each in (*catalog.models.values(), *single) if each is not None]


def listed(state: State) -> list[str]:
    """What providers list and no model names, by provider; what they give this account only."""
    named = {offer.key for offer in state.config.catalog.offers()}
    rows = (
        (name, row) for name in state.config.providers if name in state.listings for row in state.listings[name].models
    )
    return [f"{name}/{row.id}" for name, row in rows if row.enabled and (name, row.id) not in named]


def model(state: State, merged: MergedModel, now: Now) -> ModelView:
    ask = Ask("", merged, Needs())
    plan = state.plan(ask, now)
    pin = state.pins.get((merged.alias, None))
    pinned = state.pinned(ask, now)
    places: dict[OfferKey, tuple[int | None, Standing]] = {s.offer.key: (None, s) for s in plan.skipped}
    places |= {s.offer.key: (place, s) for place, s in enumerate(plan.candidates, 1)}
    return ModelView(
        alias=merged.alias,
        label=merged.label,
        offers=[offer(state, *places[each.key], now) for each in merged.offers],
        serving=plan.candidates[0].offer.label if plan.candidates else None,
        sticky_mode=merged.routing.sticky_mode,
        pinned=pinned,
        pinned_until=pin.until if pin and pinned else None,
        after_commit=merged.failover.after_commit,
        order=merged.routing.order,
        merged_by=merged.merged_by,
        failover_on=list(merged.failover.on),
        allow_feature_downgrade=merged.routing.allow_feature_downgrade,
    )


def offer(state: State, place: int | None, standing: Standing, now: Now) -> OfferView:
    one = standing.offer
    circuit = _worst(state, permit.scopes(state.circuits, one), now)
    return OfferView(
        provider=one.provider,
        model=one.model,
        label=one.label,
        kind=one.kind,
        billing=own.billing if (own := state.config.providers.get(one.provider)) else one.billing,
        health=circuit.health if circuit else _health(standing),
        usable=standing.usable,
        reason=standing.reason or standing.note,
        hint=standing.hint,
        until=standing.until,
        source=(circuit.source or None) if circuit else None,
        in_flight=sum(given.offer.key == one.key for given in state.live.values()),
        context=one.features.context,
        max_output=one.features.max_output,
        features={name: getattr(one.features, name) for name in FEATURE_CODES},
        price=_price(one),
        windows=remaining.of_offer(state, one, now),
        canonical=one.canonical,
        quantised=one.quantised,
        facts=one.facts,
        overdrawn=state.allowance.overdrawn(one, now),
        place=place,
    )


def providers(state: State, now: Now) -> list[ProviderView]:
    return [provider(state, each, now) for each in state.config.providers.values()]


def provider(state: State, one: Provider, now: Now) -> ProviderView:
    circuit = _worst(state, _account_scopes(state, one), now) or _all_offers_blocked(state, one, now)
    paused = state.is_paused(one.id, now)
    view = ProviderView(
        id=one.id,
        label=one.label,
        kind=one.kind,
        billing=one.billing,
        health=circuit.health if circuit else Health.AVAILABLE,
        base_url=one.base_url,
        credential=one.credential_text,
        paused=paused,
        paused_until=state.pauses.get(one.id) if paused else None,
        in_flight=sum(given.offer.provider == one.id for given in state.live.values()),
        wire=one.wire,
    )
    if circuit is None:
        reason, cure = state.accounts.remark(one.id) or ("", None)
        return replace(view, reason=reason, hint=cure)
    hint = circuit.hint or health.cure(circuit.health, one.id)
    trouble = {"reason": circuit.reason, "hint": hint, "since": circuit.since}
    return replace(view, **trouble, until=circuit.until, source=circuit.source or None)


def credential(state: State, found: CredentialView) -> CredentialView:
    """What the vault knows of a credential, and whether its provider has refused it since."""
    circuit = state.circuits.get(ScopeKey(Scope.CREDENTIAL, found.provider), CLOSED)
    if circuit.health is not Health.AUTH_FAILED:
        return found
    hint = circuit.hint or health.cure(circuit.health, found.provider)
    return replace(found, state="refused", reason=circuit.reason, hint=hint)


def explained(state: State, plan: Plan, ask: Ask) -> RouteExplained:
    """The dry run: candidates in the order they would be tried, then the skipped with their reasons."""
    held = state.sessions.of(ask)
    steps = [_step(state, s, "first" if i == 0 else "next", ask, held) for i, s in enumerate(plan.candidates)]
    steps += [_step(state, s, s.code, ask, held) for s in plan.skipped]
    left = plan.retry_after
    return RouteExplained(
        alias=ask.model.alias,
        steps=steps,
        chosen=plan.candidates[0].offer.label if plan.candidates else None,
        sticky=plan.sticky.label if plan.sticky else None,
        pinned=plan.pinned,
        retry_after_ms=None if plan.candidates or left is None else round(left * 1000),
    )


def sessions(state: State) -> list[SessionView]:
    return [
        SessionView(session, alias, a.provider, a.model, a.assigned_at, a.last_used, client)
        for (client, session, alias), a in state.sessions.assignments.items()
    ]


def pins(state: State, now: Now) -> list[Pin]:
    held = state.pins.items()
    return [
        Pin(alias, p.provider, p.until, session)
        for (alias, session), p in held
        if p.until is None or p.until > now.wall
    ]


def _step(state: State, standing: Standing, code: str, ask: Ask, held: Assignment | None) -> RouteStep:
    one = standing.offer
    warm = held.prefix if held is not None and held.key == one.key else 0
    without = ", ".join(f"without {lost}" for lost in standing.downgrades)
    reason = standing.reason or standing.note or without or _looked_at_again(state, one) or "usable"
    return RouteStep(
        one.provider,
        one.model,
        one.label,
        standing.usable,
        code,
        reason,
        standing.until,
        standing.hint,
        0.0 if one.billing is Billing.INCLUDED else routing.price_usd(standing, ask.needs, warm),
    )


def _looked_at_again(state: State, one: Offer) -> str:
    """Of an offer that is only usable because it is time to look whether the user has mended it."""
    trouble = _needing_the_user(state, permit.scopes(state.circuits, one))
    return "" if trouble is None else f"looked at again: {trouble.reason or trouble.health.replace('_', ' ')}"


def _worst(state: State, keys: list[ScopeKey], now: Now) -> Circuit | None:
    """The circuit that blocks longest; else one that only looks free because it is time to look again."""
    found = permit.worst(state.circuits, keys, now)
    if found and found[1].open:
        return found[1]
    return _needing_the_user(state, keys)


def _needing_the_user(state: State, keys: list[ScopeKey]) -> Circuit | None:
    known = (state.circuits[key] for key in keys if key in state.circuits)
    return next((circuit for circuit in known if circuit.health in health.NEEDS_THE_USER), None)


def _account_scopes(state: State, one: Provider) -> list[ScopeKey]:
    """Scopes whose trouble is the whole provider's: its login, its address, its account-wide quota."""
    endpoints = {o.endpoint for o in state.config.catalog.offers() if o.provider == one.id}
    return [
        key
        for key in state.circuits
        if (key.owner == one.id and key.family is None and key.scope is not Scope.OFFER) or key.owner in endpoints
    ]


def _all_offers_blocked(state: State, one: Provider, now: Now) -> Circuit | None:
    """A provider none of whose offers can serve is as ill as the first of them."""
    own = [o for o in state.config.catalog.offers() if o.provider == one.id]
    blocked = [_worst(state, permit.scopes(state.circuits, o), now) for o in own]
    return blocked[0] if blocked and all(blocked) else None


def _health(standing: Standing) -> Health:
    return Health.DISABLED if standing.code == "paused" else Health.AVAILABLE


def _price(one: Offer) -> dict[str, float]:
    if one.price is None:
        return {}
    names = [name for name in one.price.__struct_fields__ if name != "tiers"]
    return {name: value for name in names if (value := getattr(one.price, name)) is not None}
