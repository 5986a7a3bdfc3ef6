"""Failover: one completion's next step. The table here decides the product.

Rules for editing this file:
- Pure: no clock, no randomness (`now`, `rand` come in), no knowledge of sockets or dialects.
- Before commit a switch is invisible; after commit nothing is pretended. `committed()` is the line.
- Request-shaped failures never go on to another offer (only a too long prompt may, to a larger window).
- Nothing here resets a budget: attempts, maybe-billed attempts and the deadline count per request.

    failure                         before commit                                  after commit
    ------------------------------  ---------------------------------------------  -----------------------
    quota, auth, permission, model  next offer                                     after_commit policy
    rate limited                    wait if short and the session is warm, else    after_commit policy
                                    next offer
    overloaded                      once more after a short backoff, then next     after_commit policy
    refused, unreachable, timeout   next offer                                     after_commit policy
    garbled, truncated              next offer                                     after_commit policy
    context length                  next offer with a larger window, else surface  surface
    invalid, content policy         surface                                        surface
    cancelled, local                stop                                           stop

When no other offer is left, anything that may be transient is tried once more on the same offer.
"""

from collections import deque
from dataclasses import dataclass, field

from msgspec import Struct

from switchgear_protocol.words import FailureKind, Interrupt

from .clock import Now
from .failure import Failure, config_word
from .needs import Needs
from .offer import FailoverPolicy
from .routing import Plan, Standing

SURFACES = {FailureKind.INVALID_REQUEST, FailureKind.CONTENT_POLICY}
STOPS = {FailureKind.CANCELLED, FailureKind.LOCAL}
TRANSIENT = {FailureKind.OVERLOADED, FailureKind.UNAVAILABLE, FailureKind.TIMEOUT, FailureKind.PROTOCOL}
MAYBE_BILLED = {FailureKind.UNAVAILABLE, FailureKind.TIMEOUT, FailureKind.PROTOCOL}
MAX_MAYBE_BILLED = 4
BACKOFF_CAP = 20.0  # seconds, for retries at the same offer


class Try(Struct, frozen=True):
    """Attempt this offer now, after waiting so many seconds. `mode`: how the answer goes on."""

    standing: Standing
    wait: float = 0.0
    again: bool = False  # the same offer as just before
    mode: Interrupt | None = None  # RESTART or CONTINUE when content has already been delivered


class GiveUp(Struct, frozen=True):
    """No further attempt. `why`: exhausted | surface | interrupted | deadline | stopped."""

    why: str
    failure: Failure | None = None


Step = Try | GiveUp


@dataclass(slots=True)
class Attempts:
    """The life of one completion's tries. Ask `next`, report `failed`, mark `committed`."""

    plan: Plan
    policy: FailoverPolicy
    needs: Needs
    started: Now
    on_interrupt: Interrupt
    queue: deque[Standing] = field(init=False)
    made: int = 0
    maybe_billed: int = 0
    same: int = 0  # further tries at the current offer
    interruptions: int = 0
    has_committed: bool = False
    current: Standing | None = None
    last: Failure | None = None
    verdict: Step | None = None

    def __post_init__(self) -> None:
        self.queue = deque(self.plan.candidates)

    def next(self, now: Now) -> Step:
        """What to do now. Call after construction and after each `failed` or `refused`."""
        step = self.verdict or self._advance()
        self.verdict = None
        if isinstance(step, GiveUp):
            return step
        if now.boot + step.wait >= self.started.boot + self.policy.deadline:
            return GiveUp("deadline", self.last)
        if self.made >= self._cap:
            return self._out_of_offers()
        self.made += 1
        self.same = self.same + 1 if step.again else 0
        self.current = step.standing
        return step

    def refused(self) -> None:
        """The offer's gate closed between plan and try: not an attempt."""
        self.made -= 1

    def committed(self) -> None:
        self.has_committed = True

    def failed(self, failure: Failure, rand: float) -> None:
        """The current attempt failed; decides the next step."""
        self.last = failure
        if failure.sent and failure.kind in MAYBE_BILLED:
            self.maybe_billed += 1
        self.verdict = self._after_commit(failure) if self.has_committed else self._before_commit(failure, rand)

    def _before_commit(self, failure: Failure, rand: float) -> Step | None:
        if failure.kind in STOPS:
            return GiveUp("stopped", failure)
        if failure.kind in SURFACES:
            return GiveUp("surface", failure)
        if failure.kind is FailureKind.CONTEXT_LENGTH:
            return self._to_larger_window(failure)
        if config_word(failure.kind) not in self.policy.on:
            return GiveUp("surface", failure)
        if self.maybe_billed >= MAX_MAYBE_BILLED:
            return GiveUp("exhausted", failure)
        return self._same_again(failure, rand)

    def _same_again(self, failure: Failure, rand: float) -> Step | None:
        """A further try at the same offer, or None for the next one."""
        assert self.current is not None
        spare = self._cap - self.made - len(self.queue)
        if failure.should_retry is False or self.same >= self.policy.retry.attempts or spare < 1:
            return None
        if failure.kind is FailureKind.RATE_LIMITED and self._waits_for(failure):
            return Try(self.current, wait=failure.retry_after or 0.0, again=True)
        if failure.kind is FailureKind.OVERLOADED and failure.retry_after is None:
            return Try(self.current, wait=self._backoff(rand), again=True)
        if failure.kind in TRANSIENT and not self.queue and not failure.refused:
            return Try(self.current, wait=self._backoff(rand), again=True)
        return None

    def _waits_for(self, failure: Failure) -> bool:
        """A short limit is waited out where switching would lose a warm cache, or nothing else is left."""
        assert self.current is not None
        warm = self.plan.sticky is not None and self.plan.sticky.key == self.current.offer.key
        short = failure.retry_after is not None and failure.retry_after <= self.policy.max_inline_wait
        return short and (warm or not self.queue)

    def _backoff(self, rand: float) -> float:
        """Full jitter: U(0, min(cap, base * 2^n)) seconds."""
        return rand * min(BACKOFF_CAP, self.policy.retry.backoff_ms / 1000 * 2.0**self.same)

    def _to_larger_window(self, failure: Failure) -> Step:
        assert self.current is not None
        floor = max(self.current.offer.features.context or 0, self.needs.input_tokens)
        while self.queue:
            standing = self.queue.popleft()
            if (standing.offer.features.context or 0) > floor:
                return Try(standing)
        return GiveUp("surface", failure)

    def _after_commit(self, failure: Failure) -> Step:
        if failure.kind in STOPS:
            return GiveUp("stopped", failure)
        budget_left = self.interruptions < 1 or self.on_interrupt is Interrupt.RESTART
        if self.on_interrupt is Interrupt.ERROR or not budget_left or self.maybe_billed >= MAX_MAYBE_BILLED:
            return GiveUp("interrupted", failure)
        self.interruptions += 1
        standing = self.queue.popleft() if self.queue else self.current
        assert standing is not None
        return Try(standing, again=standing is self.current, mode=self.on_interrupt)

    def _advance(self) -> Step:
        return Try(self.queue.popleft()) if self.queue else self._out_of_offers()

    def _out_of_offers(self) -> GiveUp:
        return GiveUp("interrupted" if self.has_committed else "exhausted", self.last)

    @property
    def _cap(self) -> int:
        """Tries allowed. One more than there are offers; a retry never takes the place of an untried offer."""
        return min(len(self.plan.candidates) + 1, self.policy.max_attempts)
