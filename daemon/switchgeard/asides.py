"""Asides: what is said beside one answer of the way it came about: to its client, and to those who watch.

Rules for editing: only a client that streams hears them, as `Routing` values; each skipped offer is named once. Who
watches is told, once a request, that only the user's word on spending kept it from an offer.
"""

from dataclasses import dataclass, field

from switchgear_protocol.events import Routing

from .ask import Ask
from .core import routing
from .core.failure import Failure
from .core.offer import Offer
from .core.routing import Plan, Standing
from .services import Services
from .voice import Voice


@dataclass(slots=True)
class Asides:
    at: Services
    ask: Ask
    voice: Voice
    stream: bool
    _skipped: set[tuple[str, str]] = field(default_factory=set)
    _has_told_withheld: bool = False

    async def say(self, action: str, standing: Standing, reason: str, failure: Failure | None = None) -> None:
        """What is done with one offer, and why."""
        if not self.stream:
            return
        offer = standing.offer
        kind = failure.kind.value if failure else standing.code or None
        await self.voice.say(Routing(action, offer.provider, offer.model, offer.label, reason, kind, standing.until))  # type: ignore[arg-type]

    async def skips(self, plan: Plan) -> None:
        """Why offers are passed over, those not named yet."""
        for standing in plan.skipped:
            if standing.offer.key not in self._skipped:
                self._skipped.add(standing.offer.key)
                await self.say("skipped", standing, standing.reason)

    def withheld(self, plan: Plan, served: Offer | None) -> None:
        """Who watches is told that only consent kept it from a metered offer. "never" was told."""
        state, ask = self.at.state, self.ask
        if self._has_told_withheld or (served is not None and state.config.metered == "never"):
            return
        standing = routing.withheld(plan, served)
        if standing is not None:
            self._has_told_withheld, offer = True, standing.offer
            about = {"provider": offer.provider, "model": offer.model, "label": offer.label, "until": standing.until}
            who = {"alias": ask.model.alias, "request": ask.request, "session": ask.session}
            reason = f"{standing.reason}: {standing.hint}" if standing.hint else standing.reason
            self.at.announce(state.note("spend", reason, self.at.now(), **about, **who))
