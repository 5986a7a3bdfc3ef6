"""State: the single owner of what the daemon believes.

Rules for editing this file:
- Synchronous methods only; nothing here awaits, so there are no locks and no half-done changes.
- Every method that changes something returns the events it caused; the caller publishes them.
- Time and jitter come in (`now`, `rand`); no I/O, no trio. Decisions live in `core`, not here.
- What must survive a restart is noted in `dirty`; `beliefs` turns it into rows and back.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from switchgear_protocol.content import Usage
from switchgear_protocol.events import Event
from switchgear_protocol.words import Billing, Scope

from . import steering
from .allowance import Allowance, closed, key_of, reopened
from .ask import Ask, Settled
from .config.settled import Config
from .core import accounts as sharing
from .core import budget, health, permit, portal, routing, sticky
from .core.accounts import Accounts
from .core.clock import Now
from .core.failure import Failure
from .core.health import CLOSED, ScopeKey
from .core.issued import Issued
from .core.issuer import Issuer
from .core.listing import Listing
from .core.offer import MergedModel, Offer
from .core.permit import Circuits, Permit
from .core.pin import PinState
from .core.quota import Window
from .core.routing import Plan, Standing
from .core.sticky import Assignment
from .sessions import Sessions
from .spending import Spender, Spending
from .telling import Telling
from .variants import Variants

OfferKey = tuple[str, str]  # provider, model


@dataclass(slots=True)
class State:
    config: Config
    rand: Callable[[], float]
    circuits: Circuits = field(default_factory=dict)
    allowance: Allowance = field(default_factory=Allowance)
    sessions: Sessions = field(default_factory=Sessions)
    pins: dict[tuple[str, str | None], PinState] = field(default_factory=dict)
    pauses: dict[str, float | None] = field(default_factory=dict)
    spending: Spending = field(default_factory=Spending)
    retries: dict[OfferKey, float] = field(default_factory=dict)  # retry budget by offer
    live: dict[int, Permit] = field(default_factory=dict)
    pages: portal.Pages = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)  # by provider
    variants: Variants = field(default_factory=Variants)
    telling: Telling = field(default_factory=Telling)
    numbers: int = 0
    last_served: str | None = None
    issued: Issued = field(default_factory=Issued)
    accounts: Accounts = Accounts()
    dirty: set[tuple[str, object]] = field(default_factory=set)

    # --- config ---------------------------------------------------------------------------------

    def configure(self, config: Config, now: Now) -> list[Event]:
        """A new config is in force. Providers whose login or address changed start with a clean slate."""
        old, self.config = self.config, config
        events = [e for name in config.moved(old) for e in self.forgive(name, now)]
        return [*events, self.telling.event("config", now, reason=f"revision {config.revision} in force")]

    def find(self, name: str) -> MergedModel | None:
        """The merged model of this alias, or the single variant `provider/model-id`."""
        return self.config.catalog.models.get(name) or self.variants.find(name, self.config, self.listings)

    def listed(self, provider: str, listing: Listing) -> None:
        """A look at a provider's model list. What is in force follows with the next `configure`."""
        self.listings[provider] = listing
        self.dirty.add(("listings", provider))

    # --- planning -------------------------------------------------------------------------------

    def plan(self, ask: Ask, now: Now) -> Plan:
        standings = [self.standing(offer, ask, now) for offer in ask.model.offers]
        held, pin = self.sessions.of(ask), steering.pin_of(self.pins, ask, now)
        return routing.plan(ask.model, standings, held, pin, ask.turn_boundary, now, ask.needs)

    def standing(self, offer: Offer, ask: Ask, now: Now) -> Standing:
        """Whether this offer can serve this request now: what keeps it longest from it, or its features.

        The offer it tells of is the one given, as it is paid for now.
        """
        offer = self._billed(offer, now)
        gated = routing.gate(offer, ask.needs, ask.model.routing)
        if not gated.usable:
            return gated
        if (obstacle := self._obstacle(offer, ask, now)) is not None:
            return obstacle
        headroom, pressing = self.allowance.outlook(offer, self.live.values(), now)
        well_for = self._well_for(offer, now)
        return Standing(offer, downgrades=gated.downgrades, well_for=well_for, headroom=headroom, pressing=pressing)

    def _obstacle(self, offer: Offer, ask: Ask, now: Now) -> Standing | None:
        """What keeps this offer longest from being asked now, but for its features, which do not change."""
        obstacles = (
            steering.paused(self.pauses, offer, now),
            self._blocked(offer, now),
            self.unpaid(offer, ask.spender, now),
            self.spending.capped(offer, ask.needs, now),
        )
        return routing.longest(obstacles)

    def unpaid(self, offer: Offer, session: Spender | None, now: Now) -> Standing | None:
        """What keeps a metered offer, or a plan that goes on at a price, from being asked."""
        return self.spending.unpaid(self.config, offer, session, now, overdrawn=self.allowance.overdrawn(offer, now))

    def pinned(self, ask: Ask, now: Now) -> str | None:
        """The provider pinned for this session, else for the model."""
        pin = steering.pin_of(self.pins, ask, now)
        return None if pin is None else pin.provider

    def is_paused(self, provider: str, now: Now) -> bool:
        return steering.is_paused(self.pauses, provider, now)

    def _blocked(self, offer: Offer, now: Now) -> Standing | None:
        if not self.circuits:
            return None
        found = permit.worst(self.circuits, permit.scopes(self.circuits, offer), now)
        if found is None:
            return None
        _, circuit = found
        if health.settling(circuit, now):
            return Standing(offer, "recovering", routing.SKIPS["recovering"], left=1.0, cause=circuit.cause)
        code, hint = circuit.health.value, circuit.hint or health.cure(circuit.health, offer.provider)
        reason = circuit.reason or routing.SKIPS[code]
        if circuit.health in health.NEEDS_THE_USER:
            return Standing(offer, code, reason, hint=hint, cause=circuit.cause)
        return Standing(
            offer, code, reason, circuit.until, health.seconds_left(circuit, now), hint, cause=circuit.cause
        )

    def _well_for(self, offer: Offer, now: Now) -> float:
        keys = permit.scopes(self.circuits, offer) if self.circuits else ()
        return now.wall - max((self.circuits[k].since for k in keys if k in self.circuits), default=0.0)

    # --- attempts -------------------------------------------------------------------------------

    def begin(self, standing: Standing, ask: Ask, now: Now) -> tuple[Permit | None, list[Event]]:
        """A permit for one attempt, or None when the gate closed since the plan was made."""
        offer = standing.offer
        granted = None if self._obstacle(offer, ask, now) else permit.acquire(self.circuits, offer, now)
        if granted is None:
            return None, []
        events = self._changed(granted[0], now)
        self.numbers += 1
        given = Permit(self.numbers, self._billed(offer, now), granted[1], ask.needs.input_tokens)
        self.live[given.number] = given
        self.spending.reserve(given, ask.spender, ask.needs.output_tokens)
        fields = {"request": ask.request, "session": ask.session, "reason": _why(standing, given)}
        return given, [*events, self.telling.of(offer, "route", now, alias=ask.model.alias, **fields)]

    def _billed(self, offer: Offer, now: Now) -> Offer:
        """The offer as it is paid for now: what a plan serves beyond its end costs like any metered one."""
        return replace(offer, billing=Billing.METERED) if self.allowance.overdrawn(offer, now) else offer

    def as_sent(self, given: Permit) -> Permit:
        """The permit of an attempt under way, as its request is paid for: that is decided when it is sent."""
        return self.live.get(given.number, given)

    def follow(self, given: Permit, ask: Ask, so_far: Callable[[], Usage | None]) -> None:
        """An answer that runs over what was expected counts as it grows. `so_far`: what it has used until now."""
        self.spending.follow(given, ask.spender, so_far, ask.needs.output_tokens)

    def still_wanted(self, given: Permit, now: Now) -> bool:
        """Whether nothing learnt since it was given, nor the user's word now, speaks against sending its request."""
        self._repriced(given, now)
        if self.spending.overrun(self.config, given, now, self.allowance.overdrawn(given.offer, now)):
            return False
        return permit.stands(self.circuits, given) and not self.is_paused(given.offer.provider, now)

    def _repriced(self, given: Permit, now: Now) -> None:
        """Its plan may have come to its end while it waited to be sent: then it costs, and holds what it may cost."""
        paid = self._billed(given.offer, now)
        if given.number in self.live and paid.billing is not self.live[given.number].offer.billing:
            self.live[given.number] = replace(given, offer=paid)
            self.spending.reprice(self.live[given.number])

    def committed(self, given: Permit, ask: Ask, now: Now) -> list[Event]:
        """The first content reached the client: its scopes work, and the session now stays with this offer."""
        self.last_served = given.offer.label
        events = self._changed(permit.prove(self.circuits, given, now), now)
        previous = self.sessions.of(ask)
        self._dirty("assignments", self.sessions.assign(ask, given.offer, now))
        current = self.sessions.of(ask)
        if current is None or (previous is not None and previous.key == current.key):
            return events
        reason = "assigned" if previous is None else f"moved from {previous.provider}"
        fields = {"session": ask.session, "reason": reason, **self._switched(previous, given.offer, now)}
        return [*events, self.telling.of(given.offer, "sticky", now, alias=ask.model.alias, **fields)]

    def _switched(self, previous: Assignment | None, to: Offer | None, now: Now) -> dict[str, object]:
        """What moving a session there costs."""
        tokens, usd = sticky.switched(previous, to, 1.0 if to is None else self.allowance.headroom(to, now), now)
        return {"switch_tokens": tokens, "switch_cost_usd": usd}

    def finish(self, given: Permit, ask: Ask, settled: Settled, now: Now) -> list[Event]:
        """The attempt ended, however: settles every scope, frees what it held, tells it once (I9)."""
        if (live := self.live.pop(given.number, None)) is None:
            return []
        given = live
        failure = settled.failure
        self.spending.settle(given, ask.spender, settled.usage if failure is None else None)
        if failure is None or failure.kind not in permit.NO_EVIDENCE:
            self.retries[given.offer.key] = budget.after(self._retry_tokens(given.offer), failure is not None)
        if failure is None and settled.usage:
            self._dirty("assignments", self.sessions.count(ask, given.offer, settled.usage, now))
        self.spending.count(given.offer, ask.spender, settled.usage or Usage(), settled.cost_usd or 0.0, now)
        told = self.telling.attempt(given.offer, ask, settled, now)
        events = self._changed(permit.settle(self.circuits, given, failure, now, self.rand()), now)
        return [told, *events, *self._looked_at(given.offer.provider, settled, now)]

    def captive(self, now: Now) -> bool:
        """Whether web pages come instead of answers, whoever is asked."""
        return portal.suspected(self.pages, now)

    def _looked_at(self, provider: str, settled: Settled, now: Now) -> list[Event]:
        suspected = self.captive(now)
        self.pages = portal.noted(self.pages, provider, settled.failure, now)
        return [self.telling.event("network", now, reason=portal.WORDS)] if self.captive(now) and not suspected else []

    def sealed(self, blob: str, issuer: Issuer) -> None:
        """A signature, or words that stand for one, went out to a client: whose it is, for when it comes back."""
        self._dirty("issued", self.issued.note(blob, issuer))

    def may_retry(self, offer: Offer) -> bool:
        """Whether the offer's recent history allows a further try at the same offer."""
        return budget.allows_retry(self._retry_tokens(offer))

    def _retry_tokens(self, offer: Offer) -> float:
        return self.retries.get(offer.key, budget.FULL)

    def failed_over(self, ask: Ask, left: Offer, failure: Failure, now: Now, to: Offer | None = None) -> list[Event]:
        """The request moves on from `left`, to `to` if it has not to wait first."""
        about = {"request": ask.request, "session": ask.session, "kind": failure.kind, "reason": permit.public(failure)}
        fields = {**about, **self._switched(self.sessions.at(ask, left), to, now)}
        return [self.telling.of(left, "failover", now, alias=ask.model.alias, **fields)]

    def observe(self, windows: Sequence[Window], now: Now, page: bool = False) -> list[Event]:
        """Windows as a reply, or a quota `page`, just showed them; a spent one closes its bucket until the reset."""
        events = self._changed(reopened(self.circuits, windows, now), now) if page else []
        for window in (*windows, *sharing.echoed(windows, self.accounts)):
            key = key_of(window)
            events += self._noted(window, now)
            if key in self.allowance.windows:
                closes = closed if page else self.allowance.closes
                events += self._changed(closes(self.circuits, window, now), now)
        return events

    def _noted(self, window: Window, now: Now) -> list[Event]:
        """A reading kept, where it is news."""
        if not self.allowance.note(window, self.config.thresholds(window.provider), now):
            return []
        self.dirty.update((("windows", key_of(window)), ("full", key_of(window))))
        return [self.telling.quota(window, now)]

    # --- what people do -------------------------------------------------------------------------

    def pause(self, provider: str, until: float | None, now: Now) -> list[Event]:
        self.pauses[provider] = until
        self.dirty.add(("pauses", provider))
        return [self.telling.event("pause", now, provider=provider, reason="paused", until=until)]

    def resume(self, provider: str, now: Now) -> list[Event]:
        """Back in rotation, with a clean slate: the user says it is well."""
        self.pauses.pop(provider, None)
        self.dirty.add(("pauses", provider))
        return [*self.forgive(provider, now), self.telling.event("pause", now, provider=provider, reason="resumed")]

    def forgive(self, provider: str, now: Now) -> list[Event]:
        """Close every circuit of a provider, because somebody changed what it depends on."""
        endpoints = {o.endpoint for o in self.config.catalog.offers() if o.provider == provider}
        keys = [k for k in self.circuits if k.owner == provider or k.owner in endpoints]
        return self._changed({k: health.reset(self.circuits[k], now) for k in keys}, now)

    def pin(self, alias: str, session: str | None, pin: PinState, now: Now) -> list[Event]:
        self.pins[(alias, session)] = pin
        self.dirty.add(("pins", (alias, session)))
        fields = {"session": session, "until": pin.until, "reason": "pinned"}
        return [self.telling.event("pin", now, alias=alias, provider=pin.provider, **fields)]

    def unpin(self, alias: str, session: str | None, now: Now) -> list[Event]:
        pin = self.pins.pop((alias, session), None)
        self.dirty.add(("pins", (alias, session)))
        if pin is None:
            return []
        return [self.telling.event("pin", now, alias=alias, provider=pin.provider, session=session, reason="unpinned")]

    def allow_metered(self, until: float | None, now: Now) -> list[Event]:
        self.spending.consent(until, now)
        self.dirty.add(("spend", "consent"))
        reason = "metered spending allowed" if until else "withdrawn"
        return [self.telling.event("spend", now, until=until, reason=reason)]

    def credential_absent(self, provider: str, failure: Failure, now: Now) -> list[Event]:
        """Looked for and not there, or refused beside an attempt: known before any request has to find out."""
        key = ScopeKey(Scope.CREDENTIAL, provider)
        circuit = permit.told(self.circuits.get(key, CLOSED), failure, Scope.CREDENTIAL, now, self.rand())
        return self._changed({key: circuit}, now)

    def credential_changed(self, provider: str, what: str, now: Now) -> list[Event]:
        """Set or deleted: what was believed of the old one no longer holds."""
        return [*self.forgive(provider, now), self.telling.event("credential", now, provider=provider, reason=what)]

    def known(self, accounts: Accounts, now: Now) -> list[Event]:
        """Who is behind the credentials, as far as they were read. Each remark is told once."""
        old, self.accounts = self.accounts, accounts
        events = []
        for name in self.config.providers:
            remark, told = accounts.remark(name), old.remark(name)
            if remark is not None and remark != told:
                events.append(self.telling.event("credential", now, provider=name, reason=remark[0]))
        if accounts.alike == old.alike:
            return events
        closed = {key: circuit for key, circuit in self.circuits.items() if circuit.open}
        events += self._changed(sharing.mirrored({}, closed, accounts, now), now)
        for window in sharing.echoed(list(self.allowance.windows.values()), accounts):
            if key_of(window) not in self.allowance.windows:
                events += self._noted(window, now)
        return events

    def note(self, type: str, reason: str, now: Now, **about: object) -> list[Event]:
        """An event that changes nothing here (config refused, storage trouble, consent wanted)."""
        return [self.telling.event(type, now, reason=reason, **about)]

    # --- events ---------------------------------------------------------------------------------

    def _changed(self, changed: Circuits, now: Now) -> list[Event]:
        """Put circuits in force; one health event for each whose public state differs."""
        if self.accounts.alike:
            changed = {**changed, **sharing.mirrored(self.circuits, changed, self.accounts, now)}
        events: list[Event] = []
        for key, circuit in changed.items():
            before = self.circuits.get(key, CLOSED)
            if circuit == CLOSED:
                self.circuits.pop(key, None)
            else:
                self.circuits[key] = circuit
            if (before.health, before.until) != (circuit.health, circuit.until):
                self.dirty.add(("circuits", key))
                events.append(self.telling.health(key, before.health, circuit, now))
        return events

    def _dirty(self, topic: str, keys: Iterable[object]) -> None:
        self.dirty.update((topic, key) for key in keys)


def _why(standing: Standing, given: Permit) -> str:
    if given.probe:
        return "testing whether it is back"
    if standing.downgrades:
        return "without " + ", ".join(standing.downgrades)
    return standing.note or "first usable in your order"
