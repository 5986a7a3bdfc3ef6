"""Telling: what happened in State, as numbered events.

Rules for editing: part of State and used only by it; synchronous, pure but for the count. Every event gets the next
number, and no number is given twice, in later lives neither (`remembered` reserves them).
"""

from dataclasses import dataclass

from switchgear_protocol.events import Event
from switchgear_protocol.words import Health, Scope

from .ask import Ask, Settled
from .core import permit
from .core.clock import Now
from .core.health import Circuit, ScopeKey
from .core.offer import Offer
from .core.quota import Window


@dataclass(slots=True)
class Telling:
    seq: int = 0  # of the last event
    reserved: int = 0  # numbers up to it may be in use: the next life begins behind it

    def event(self, type: str, now: Now, **fields: object) -> Event:
        self.seq += 1
        return Event(self.seq, now.wall, type, **fields)  # type: ignore[arg-type]

    def of(self, offer: Offer, type: str, now: Now, **fields: object) -> Event:
        """One about an offer."""
        return self.event(type, now, provider=offer.provider, model=offer.model, label=offer.label, **fields)

    def attempt(self, offer: Offer, ask: Ask, settled: Settled, now: Now) -> Event:
        """How an attempt ended."""
        failure = settled.failure
        return self.of(
            offer,
            "attempt",
            now,
            alias=ask.model.alias,
            request=ask.request,
            session=ask.session,
            outcome=settled.outcome,
            kind=failure.kind if failure else None,
            reason=permit.public(failure) if failure else None,
            milliseconds=round(settled.milliseconds, 1),
            usage=settled.usage,
            cost_usd=settled.cost_usd,
        )

    def health(self, key: ScopeKey, was: Health, circuit: Circuit, now: Now) -> Event:
        """A circuit whose public state has changed."""
        return self.event(
            "health",
            now,
            provider=None if key.scope is Scope.ENDPOINT else key.owner,
            scope=str(key),
            was=was,
            health=circuit.health,
            reason=circuit.reason or None,
            until=circuit.until,
            source=circuit.source or None,
        )

    def quota(self, window: Window, now: Now) -> Event:
        """A window as it was read."""
        fields = {"window": window.window, "used": window.used, "until": window.resets_at, "source": window.source}
        return self.event("quota", now, provider=window.provider, **fields)
