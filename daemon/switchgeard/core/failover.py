"""Failover: one completion's next step. The table here decides the product.

Rules for editing this file:
- Pure: no clock, no randomness (`now`, `rand` come in), no knowledge of sockets or dialects.
- Before commit a switch is invisible; after commit nothing is pretended. `committed()` is the line.
- Request-shaped failures never go on to another offer (only a too long prompt may, to a larger window, and what
  could not be put into an offer's words to one that takes the client's own).
- Nothing here resets a budget: attempts, maybe-billed attempts and the deadline count per request, over
  every plan made for it. Only the time spent waiting for a reset, because the client asked to, is not counted.
- An attempt whose gate closed between plan and try (`refused`) is no attempt; what it was to be (a restart, a
  continuation) the next one is.

    failure                         before commit                                  after commit
    ------------------------------  ---------------------------------------------  -----------------------
    quota, auth, permission, model  next offer                                     after_commit policy
    rate limited                    wait if short and the session is warm, else    after_commit policy
                                    next offer
    overloaded                      once more after a short backoff, then next     after_commit policy
    refused, unreachable, timeout   next offer                                     after_commit policy
    garbled, truncated              next offer                                     after_commit policy
    context length                  next offer with a larger window, else surface  surface
    invalid, never sent             next offer of the client's dialect, or surface surface
    invalid, content policy         surface                                        surface
    cancelled, local                stop                                           stop

When no other offer is left, anything that may be transient is tried once more on the same offer. Once a prompt was
too long somewhere, only larger windows count, for the rest of the request.
"""

from collections import deque
from collections.abc import Set
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from switchgear_protocol.words import FailureKind, Interrupt, Scope

from .clock import Now
from .failure import Failure, config_word
from .needs import Needs
from .offer import FailoverPolicy
from .routing import Plan, Standing
from .window import outgrown

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
    by: float = float("inf")  # boot clock: when the request's own deadline for its first content passes
    mode: Interrupt | None = None  # RESTART or CONTINUE when content has already been delivered


class GiveUp(Struct, frozen=True):
    """No further attempt. `why`: exhausted | surface | interrupted | deadline | stopped."""

    why: str
    failure: Failure | None = None


Step = Try | GiveUp
OfferKey = tuple[str, str]


def brief(plan: Plan, policy: FailoverPolicy, done: Set[OfferKey]) -> Standing | None:
    """A rate limit to wait out before anything else: short, and the warm session's own, or of the first one back.

    Not one the request has met itself: `done` have had their turn.
    """
    chances = (plan.warm,) if plan.candidates else plan.skipped
    waits = [s for s in chances if s and s.code == "rate_limited" and s.offer.key not in done]
    first = min(waits, key=_left, default=None)
    return first if first is not None and _left(first) <= policy.max_inline_wait else None


def _left(standing: Standing) -> float:
    return float("inf") if standing.left is None else standing.left


@dataclass(slots=True)
class Attempts:
    """The life of one completion's tries. Ask `next`, report `failed` or `refused`, mark `committed`."""

    plan: Plan
    policy: FailoverPolicy
    needs: Needs
    started: Now
    on_interrupt: Interrupt
    queue: deque[Standing] = field(default_factory=deque)
    cap: int = 0  # tries allowed so far
    made: int = 0
    maybe_billed: int = 0
    same: int = 0  # further tries at the current offer
    interruptions: int = 0
    has_committed: bool = False
    mode: Interrupt | None = None  # how the next answer goes on, when content has been delivered
    floor: int | None = None  # tokens a window must exceed, once a prompt was too long
    waited: float = 0.0  # seconds spent waiting for a reset
    tried: set[OfferKey] = field(default_factory=set)
    missed: set[OfferKey] = field(default_factory=set)  # refused since the plan was made
    current: Standing | None = None
    last: Failure | None = None
    verdict: Step | None = None

    def __post_init__(self) -> None:
        self.queue.extend(self.plan.candidates)
        # every offer, and the further tries of one of them; a retry never takes the place of an untried offer
        self.cap = min(len(self.queue) + max(1, self.policy.retry.attempts), self.policy.max_attempts)

    def next(self, now: Now) -> Step:
        """What to do now. Call after construction and after each `failed`, `refused` or `replan`."""
        step = self.verdict or self._advance()
        self.verdict = step if isinstance(step, GiveUp) else None  # an end stays one, until there is a new plan
        if isinstance(step, GiveUp):
            return step
        by = self.started.boot + self.policy.deadline + self.waited
        if now.boot + step.wait >= by:
            return GiveUp("interrupted" if self.has_committed else "deadline", self.last)
        self.made += 1
        self.same = self.same + 1 if step.again else 0
        self.current = step.standing
        self.tried.add(step.standing.offer.key)
        return replace(step, by=by)

    def refused(self, plan: Plan | None = None) -> None:
        """The offer's gate closed between plan and try: not an attempt. By `plan` others may be out now too."""
        assert self.current is not None
        self.made -= 1
        self.missed.add(self.current.offer.key)
        if plan is not None:
            usable = {standing.offer.key for standing in plan.candidates}
            self.queue = deque(standing for standing in self.queue if standing.offer.key in usable)

    def committed(self) -> None:
        self.has_committed = True

    def failed(self, failure: Failure, rand: float, *, may_retry: bool = True) -> None:
        """The current attempt failed; decides the next step. `may_retry`: the offer's retry budget allows one."""
        self.last, self.mode = failure, None
        if failure.sent and failure.kind in MAYBE_BILLED:
            self.maybe_billed += 1
        step = self._after_commit(failure) if self.has_committed else self._before_commit(failure, rand, may_retry)
        self.verdict = step or self._advance()

    def replan(self, plan: Plan, again: Set[OfferKey] = frozenset()) -> None:
        """All offers were exhausted and things have changed: try what was not tried, and these again."""
        self.plan, self.verdict = plan, None
        self.queue = deque(s for s in plan.candidates if self._is_worth(s, again))
        self.cap = min(self.made + len(self.queue), self.policy.max_attempts)
        self.missed.clear()

    @property
    def done(self) -> Set[OfferKey]:
        """Offers that have had their turn."""
        return self.tried - self.missed

    def untried(self, plan: Plan) -> bool:
        """Whether this plan has an offer whose turn has not come yet."""
        return any(self._is_worth(standing, frozenset()) for standing in plan.candidates)

    @property
    def spent(self) -> bool:
        """Whether no plan whatever gives this request another attempt."""
        return self.made >= self.policy.max_attempts or self.maybe_billed >= MAX_MAYBE_BILLED

    def _is_worth(self, standing: Standing, again: Set[OfferKey]) -> bool:
        key = standing.offer.key
        return (key not in self.done or key in again) and self._fits(standing)

    def _fits(self, standing: Standing) -> bool:
        return self.floor is None or (standing.offer.features.context or 0) > self.floor

    def _before_commit(self, failure: Failure, rand: float, may_retry: bool) -> Step | None:
        if failure.kind in STOPS:
            return GiveUp("stopped", failure)
        if failure.kind is FailureKind.INVALID_REQUEST and not failure.sent:
            return self._to_own_words(failure)
        if failure.kind in SURFACES:
            return GiveUp("surface", failure)
        if failure.kind is FailureKind.TIMEOUT and failure.scope is Scope.NONE:
            return GiveUp("deadline", failure)  # the request's own, not the offer's
        if failure.kind is FailureKind.CONTEXT_LENGTH:
            return self._to_larger_window(failure)
        if config_word(failure.kind) not in self.policy.on:
            return GiveUp("surface", failure)
        if self.maybe_billed >= MAX_MAYBE_BILLED:
            return GiveUp("exhausted", failure)
        return self._same_again(failure, rand) if may_retry else None

    def _same_again(self, failure: Failure, rand: float) -> Step | None:
        """A further try at the same offer, or None for the next one."""
        assert self.current is not None
        spare = self.cap - self.made - len(self.queue)
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
        too_small = outgrown(self.current.offer, self.needs.input_tokens, failure.message)
        self.floor = max(too_small, self.floor or 0)
        self.queue = deque(standing for standing in self.queue if self._fits(standing))
        step = self._advance()
        return step if isinstance(step, Try) else GiveUp("surface", failure)

    def _to_own_words(self, failure: Failure) -> Step:
        """It cannot be translated; who speaks the client's dialect gets it as it is."""
        self.queue = deque(standing for standing in self.queue if standing.offer.wire == self.needs.dialect)
        step = self._advance()
        return step if isinstance(step, Try) else GiveUp("surface", failure)

    def _after_commit(self, failure: Failure) -> Step:
        if failure.kind in STOPS:
            return GiveUp("stopped", failure)
        if failure.kind in SURFACES or failure.kind is FailureKind.CONTEXT_LENGTH:
            return GiveUp("surface", failure)
        budget_left = self.interruptions < 1 or self.on_interrupt is Interrupt.RESTART
        if self.on_interrupt is Interrupt.ERROR or not budget_left or self.maybe_billed >= MAX_MAYBE_BILLED:
            return GiveUp("interrupted", failure)
        self.interruptions += 1
        self.mode = self.on_interrupt
        if self.queue or self.made >= self.cap:
            return self._advance()
        assert self.current is not None
        return Try(self.current, again=True, mode=self.mode)

    def _advance(self) -> Step:
        if self.queue and self.made < self.cap:
            return Try(self.queue.popleft(), mode=self.mode)
        return GiveUp("interrupted" if self.has_committed else "exhausted", self.last)
