"""Sessions: which offer each conversation stays with, for every model it asks for.

Rules for editing: part of State and changed only through it; synchronous. What an assignment is worth, and for how
long, is `core.sticky`; here is who has one. A method that changes some returns the keys the disk has to hear of.
"""

from dataclasses import dataclass, field

from switchgear_protocol.content import Usage
from switchgear_protocol.words import StickyMode

from .ask import Ask
from .core import sticky
from .core.clock import Now
from .core.offer import Offer
from .core.sticky import Assignment
from .spending import SessionKey

MOST = 10_000  # the oldest assignments are forgotten beyond this; each costs about 300 bytes


@dataclass(slots=True)
class Sessions:
    assignments: dict[SessionKey, Assignment] = field(default_factory=dict)  # the one longest unused first

    def of(self, ask: Ask) -> Assignment | None:
        """Where the request's session is for its model."""
        return None if ask.key is None else self.assignments.get(ask.key)

    def at(self, ask: Ask, offer: Offer) -> Assignment | None:
        """The same, where it is with this offer."""
        held = self.of(ask)
        return held if held is not None and held.key == offer.key else None

    def assign(self, ask: Ask, offer: Offer, now: Now) -> list[SessionKey]:
        """The offer has begun to answer: the session stays with it. Nobody's does where the model is not sticky."""
        if ask.key is None or ask.model.routing.sticky_mode is StickyMode.NONE:
            return []
        previous = self.assignments.pop(ask.key, None)
        current = sticky.assigned(previous, offer, ask.client, ask.model.routing, now, ask.needs.input_tokens)
        self.assignments[ask.key] = current  # behind all others
        return [*self._changed(ask.key, previous, current), *self._oldest_forgotten()]

    def count(self, ask: Ask, offer: Offer, usage: Usage, now: Now) -> list[SessionKey]:
        """A whole answer tells how much of the conversation its provider knows now, and keeps."""
        held = self.at(ask, offer)
        if ask.key is None or held is None:
            return []
        self.assignments[ask.key] = current = sticky.answered(held, usage, now)
        return self._changed(ask.key, held, current)

    def recalled(self) -> None:
        """They came back as the disk has them, by name: the one longest unused first again."""
        self.assignments = dict(sorted(self.assignments.items(), key=lambda one: one[1].last_used))

    def _changed(self, key: SessionKey, previous: Assignment | None, current: Assignment) -> list[SessionKey]:
        return [key] if sticky.newsworthy(previous, current) else []

    def _oldest_forgotten(self) -> list[SessionKey]:
        forgotten = []
        while len(self.assignments) > MOST:
            forgotten.append(oldest := next(iter(self.assignments)))
            del self.assignments[oldest]
        return forgotten
