"""Spending: the user's own limits: consent to metered offers, budgets, caps per provider, reservations.

Rules for editing: part of State and changed only through it; synchronous. A limit refuses with words, a code and, where
waiting helps, a time; it never reorders offers. Budgets count what was settled and what is held for requests in flight,
as they are expected to cost (`core.typical`), or have cost already: a metered one begins while both together are below
the cap. So a cap is passed by at most what began last costs, and by what those beside it cost from then on above what
was held for them (docs/design.md, "Budgets"). Nothing is refused while nothing runs and the cap is not reached.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing

from .config.settled import Config
from .core import caps
from .core.caps import Meter, Reservations
from .core.clock import Now
from .core.cost import cost_usd
from .core.needs import Needs
from .core.offer import Caps, Offer
from .core.permit import Permit
from .core.provider import Provider
from .core.routing import Standing
from .core.typical import UNKNOWN, Typical, expected_usd, learned

ALLOW = "switchgear allow metered --for 1h"
SPEND = "\0all metered spending"  # a meter's name that no provider id can be
UNLIMITED = Caps()
MAX_SESSIONS = 10_000
MAX_LIKES = 10_000
SessionKey = tuple[str, str, str]  # client, session, alias
Spender = tuple[str, str]  # client, session: its budget is one for all models it asks for
Like = tuple[str, str, Spender | None]  # provider, model, and the session; None: of all


class Followed(NamedTuple):
    """An attempt under way: whose, how long its answer may be (tokens), and what it has used until now."""

    session: Spender | None
    limit: int | None
    so_far: Callable[[], Usage | None]


@dataclass(slots=True)
class Spending:
    meters: dict[str, Meter] = field(default_factory=dict)
    held: dict[str, Reservations] = field(default_factory=dict)
    session_usd: dict[Spender, float] = field(default_factory=dict)
    session_held: dict[Spender, Reservations] = field(default_factory=dict)
    followed: dict[int, Followed] = field(default_factory=dict)  # by permit
    likes: dict[Like, Typical] = field(default_factory=dict)
    consent_until: float | None = None  # wall
    consent_ends: float = 0.0  # boot clock: a wall clock that is set back lengthens no consent

    def consent(self, until: float | None, now: Now) -> None:
        """The user's word on metered offers, until then (wall); None takes it back."""
        self.consent_until = until
        self.consent_ends = 0.0 if until is None else now.boot + until - now.wall

    def consented(self, now: Now) -> bool:
        return self.consent_until is not None and now.wall < self.consent_until and now.boot < self.consent_ends

    def unpaid(
        self,
        config: Config,
        offer: Offer,
        session: Spender | None,
        now: Now,
        own: int | None = None,
        overdrawn: bool = False,
    ) -> Standing | None:
        """The [spend] table: metered offers need consent and stay within the budgets.

        What costs by the config in force does, whatever it was when the offer was planned. `own`: the permit the
        request has already. `overdrawn`: its plan is used up, and what it still serves is billed.
        """
        known = config.providers.get(offer.provider)
        metered = Billing.METERED in (offer.billing, offer.billing if known is None else known.billing)
        if not (metered or overdrawn):
            return None
        why = "its plan is used up and what goes beyond is billed: " if overdrawn else ""
        if config.metered == "never":
            return Standing(offer, "consent", f'{why}spend.metered is "never"', hint="switchgear config edit")
        if config.metered == "ask" and not self.consented(now):
            return Standing(offer, "consent", f"{why}metered spending needs your consent", hint=ALLOW)
        return self._over_budget(config, offer, session, now, own)

    def capped(self, offer: Offer, needs: Needs, now: Now) -> Standing | None:
        """The provider's own `limits` in the config."""
        if offer.caps == UNLIMITED:
            return None
        limit = caps.blocked(
            self._meter(offer.provider), self._held(offer.provider), offer.caps, now, needs.input_tokens
        )
        return _limited(offer, "user_cap", limit, now)

    def overrun(self, config: Config, permit: Permit, now: Now, overdrawn: bool) -> bool:
        """Whether a request that waits to be sent costs too much by now, or is not wanted at its cost any more.

        Who began later does not count, nor does what a minute may have: that it has.
        """
        offer, own = permit.offer, permit.number
        session = self.followed[own].session if own in self.followed else None
        spent = caps.over_budget(self._meter(offer.provider), self._held(offer.provider).usd(own), offer.caps, now)
        return bool(spent or self.unpaid(config, offer, session, now, own, overdrawn))

    def used(self, provider: Provider, now: Now) -> list[caps.Used]:
        """How much of each of the user's limits on it is used."""
        return caps.used(self._meter(provider.id), self._held(provider.id), provider.caps, now)

    def reserve(self, permit: Permit, session: Spender | None, limit: int | None = None) -> None:
        """What it may need, held until it is settled. `limit`: the request's own on the tokens of its answer."""
        offer = permit.offer
        usd = expected_usd(offer, permit.tokens, self._typical(offer, session), limit)
        self.held.setdefault(offer.provider, Reservations()).reserve(permit.number, permit.tokens, usd)
        if offer.billing is Billing.METERED and usd:
            self.held.setdefault(SPEND, Reservations()).reserve(permit.number, permit.tokens, usd)
            if session is not None:
                self.session_held.setdefault(session, Reservations()).reserve(permit.number, permit.tokens, usd)

    def settle(self, permit: Permit, session: Spender | None, usage: Usage | None = None) -> None:
        """Lets go of what it held. `usage`: of a whole answer, from which is learned what the next one may need."""
        if usage is not None and permit.offer.price is not None:
            self._learn(permit, None, usage)
            if session is not None:
                self._learn(permit, session, usage)
        for held in self._holding(permit, session):
            held.settle(permit.number)
        self.followed.pop(permit.number, None)
        if session is not None and session in self.session_held and not self.session_held[session].held:
            del self.session_held[session]

    def follow(
        self, permit: Permit, session: Spender | None, so_far: Callable[[], Usage | None], limit: int | None = None
    ) -> None:
        """`so_far`: what the request has used until now, asked for whenever it matters; until it is settled."""
        self.followed[permit.number] = Followed(session, limit, so_far)
        for held in self._holding(permit, session):
            held.follow(permit.number, lambda: self._cost_so_far(permit, session, so_far()))

    def reprice(self, permit: Permit) -> None:
        """Its offer is paid for in another way than when it was given: it holds what it may cost now."""
        if (one := self.followed.get(permit.number)) is not None:
            self.reserve(permit, one.session, one.limit)
            self.follow(permit, one.session, one.so_far, one.limit)

    def _cost_so_far(self, permit: Permit, session: Spender | None, usage: Usage | None) -> float:
        """USD. A prompt that its provider has not counted yet is priced as this session's are: mostly cached."""
        if usage is None or not (usage.estimated and usage.input == permit.tokens):
            return cost_usd(permit.offer, usage) or 0.0
        like = self._typical(permit.offer, session)
        return expected_usd(permit.offer, permit.tokens, replace(like, answer=float(usage.output)))

    def _holding(self, permit: Permit, session: Spender | None) -> list[Reservations]:
        """Where something may be held for it."""
        places = (self.held.get(permit.offer.provider), self.held.get(SPEND))
        own = None if session is None else self.session_held.get(session)
        return [held for held in (*places, own) if held is not None]

    def _learn(self, permit: Permit, session: Spender | None, usage: Usage) -> None:
        key = (*permit.offer.key, session)
        self.likes[key] = learned(self.likes.pop(key, None), permit.offer, permit.tokens, usage)
        if len(self.likes) > MAX_LIKES:
            del self.likes[next(iter(self.likes))]  # the one longest without an answer

    def _typical(self, offer: Offer, session: Spender | None) -> Typical:
        """Of the session's own answers there; else of all sessions'."""
        return self.likes.get((*offer.key, session)) or self.likes.get((*offer.key, None), UNKNOWN)

    def resume(self, usd: Mapping[str, float], billed: float, now: Now) -> None:
        """After a restart: USD of today (UTC) by the ledger, of each provider and of all that was metered."""
        self.meters.update({name: caps.restored(now, cost) for name, cost in usd.items()})
        self.meters[SPEND] = caps.restored(now, billed)

    def remember(self, sessions: Mapping[Spender, float]) -> None:
        """What the ledger says each session has spent; what is known already is in it."""
        for session, usd in sessions.items():
            self.session_usd[session] = max(usd, self.session_usd.get(session, 0.0))

    def count(self, offer: Offer, session: Spender | None, usage: Usage, cost: float, now: Now) -> None:
        """One settled attempt: its tokens, and USD where it cost something."""
        tokens = usage.input + usage.output + usage.cache_read + usage.cache_write
        self.meters[offer.provider] = caps.add(self._meter(offer.provider), now, tokens, cost)
        if offer.billing is not Billing.METERED or not cost:
            return
        self.meters[SPEND] = caps.add(self._meter(SPEND), now, tokens, cost)
        if session is not None:
            self.session_usd[session] = self.session_usd.pop(session, 0.0) + cost
            if len(self.session_usd) > MAX_SESSIONS:
                del self.session_usd[next(iter(self.session_usd))]  # the one longest without spending

    def _over_budget(
        self, config: Config, offer: Offer, session: Spender | None, now: Now, own: int | None
    ) -> Standing | None:
        if (over := self._session_over(config, offer, session, now, own)) is not None or config.usd_per_day is None:
            return over
        daily = Caps(usd_per_day=config.usd_per_day)
        return _limited(offer, "budget", caps.blocked(self._meter(SPEND), self._held(SPEND), daily, now, 0, own), now)

    def _session_over(
        self, config: Config, offer: Offer, session: Spender | None, now: Now, own: int | None
    ) -> Standing | None:
        cap = config.usd_per_session
        if cap is None or session is None:
            return None
        spent, held = self.session_usd.get(session, 0.0), self.session_held.get(session)
        if spent >= cap:
            return Standing(offer, "budget", f"this session has spent its {cap:g} USD", hint="switchgear config edit")
        if held is None or spent + held.usd(own) < cap:
            return None
        reason = f"requests in flight hold what is left of this session's {cap:g} USD"
        return _limited(offer, "budget", (reason, now.wall + caps.IN_FLIGHT), now)

    def _held(self, name: str) -> Reservations:
        return self.held.get(name) or Reservations()

    def _meter(self, name: str) -> Meter:
        return self.meters.get(name, Meter())


def _limited(offer: Offer, code: str, limit: tuple[str, float | None] | None, now: Now) -> Standing | None:
    """The standing of an offer stopped by one of the user's own limits."""
    if limit is None:
        return None
    reason, until = limit
    return Standing(offer, code, reason, until, None if until is None else max(until - now.wall, 0.0))
