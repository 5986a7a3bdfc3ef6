"""Patience: how long an answer may take: until its first content, then between two pieces of it.

Rules for editing: one deadline, moved and never stacked. Only content moves it: pings, comments and empty events are
not life. The time a slow client takes is not the provider's.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import trio

from switchgear_protocol.events import Restarted, commits

from .core.failure import Failure, transport_failure
from .core.offer import Timeouts
from .passed import Heard

FOREVER = float("inf")

Emit = Callable[[Sequence[Heard]], Awaitable[None]]


@dataclass(slots=True)
class Patience:
    """With one answer; it is over when `scope` is cancelled, `spent` says why."""

    limits: Timeouts
    left: float = FOREVER  # seconds the request itself has for its first content, over all its attempts
    whole: bool = False  # nothing is seen of the answer before it is written to its end
    content_seen: bool = False
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)

    def begin(self) -> trio.CancelScope:
        """The scope to wait in, its deadline that of the first content."""
        self.expect(min(self._first, self.left))
        return self.scope

    def expect(self, seconds: float) -> None:
        """Something must come within so many seconds from now."""
        self.scope.deadline = trio.current_time() + seconds

    async def hand_on(self, events: Sequence[Heard], emit: Emit) -> None:
        """All that one read brought, at once: a deadline moved and a write made for each would cost the most."""
        if not events:
            return
        content = any(commits(event) or isinstance(event, Restarted) for event in events)
        self.content_seen = self.content_seen or content
        left = self.scope.deadline - trio.current_time()
        self.expect(FOREVER)
        await emit(events)
        self.expect(self.limits.idle if content else left)

    def spent(self) -> Failure:
        """It has been waited for long enough."""
        if self.content_seen:
            said = f"silent for {self.limits.idle:g} s in the middle of its answer"
            return transport_failure("idle", said, sent=True)
        if self.left < self._first:
            return transport_failure("deadline", "no answer within the time the request had left", sent=True)
        return transport_failure("first_event", f"no answer within {self._first:g} s", sent=True)

    @property
    def _first(self) -> float:
        """Seconds until there must be content."""
        return max(self.limits.first_event, self.limits.whole) if self.whole else self.limits.first_event
