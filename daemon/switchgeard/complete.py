"""One completion: plan, attempt, fail over, answer. The same loop for streaming and not, for every door.

Rules for editing:
- Order of one try: permit, credential, call, settle. The permit is settled exactly once, whatever
  happens, cancellation included; each settled permit is one event and one ledger row (I9).
- The row is on disk before the client is told that its answer is complete.
- Decisions are asked of `core` (plan, Attempts); this file only carries them out.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass, field

import trio
from msgspec import Struct
from msgspec.structs import replace

from switchgear_protocol.content import Completion, Usage
from switchgear_protocol.errors import AttemptReport
from switchgear_protocol.messages import Answer, ServedBy
from switchgear_protocol.words import FailureKind, Interrupt, Outcome

from . import record, refusal
from .asides import Asides
from .ask import Ask, Settled
from .calling import Calling
from .config.settled import Config
from .core.clock import Now
from .core.cost import cost_usd
from .core.estimate import broken_off, counted
from .core.failover import Attempts, GiveUp, OfferKey, Try, brief
from .core.failure import Failure, garbled, transport_failure
from .core.offer import Offer
from .core.permit import Permit
from .core.routing import Plan, Standing
from .delivery import Delivery, nobody
from .dialects.fault import Garbled
from .question import Manner, Question
from .record import Attempted
from .services import Services
from .store.row import AttemptRow
from .upstream.turn import Withdrawn
from .voice import Voice

LEAST = 0.01  # seconds: less is not waited for
SETTLE_WAIT = 30.0  # seconds a request waits for somebody else's probe before it gives up
OVERTAKEN = "not asked: it was turned away there, or ruled out, meanwhile"
CROWD = 8  # attempts at the same time
LOOK = 15.0  # seconds between two looks at the clock while waiting: timers stand still in suspend


class Options(Struct, frozen=True):
    """How the caller wants its answer."""

    stream: bool = True
    on_interrupt: Interrupt = Interrupt.ERROR
    wait: float = 0.0  # seconds it is willing to wait for a reset; inf = as long as it takes
    deadline: float | None = None  # seconds for everything


@dataclass(slots=True)
class Completing:
    """One completion on its way."""

    at: Services
    ask: Ask
    question: Question
    options: Options
    voice: Voice
    reports: list[AttemptReport] = field(default_factory=list)
    delivery: Delivery = field(init=False)
    asides: Asides = field(init=False)
    granted: Permit | None = None
    standing: Standing | None = None  # of the offer asked now, or last
    started: Now = field(init=False)
    began: Now = field(init=False)
    first_content: Now | None = None
    config: Config = field(init=False)  # whose offers `ask` has
    limit: trio.CancelScope | None = None  # the client's own deadline
    cost_usd: float = 0.0  # of all attempts, as far as it is known: cut ones are billed too
    has_paused: bool = False  # for a short rate limit, once a request

    def __post_init__(self) -> None:
        self.started = self.began = self.at.now()
        self.config = self.at.state.config
        options, sealed = self.options, self.at.state.sealed
        self.delivery = Delivery(options.stream, options.on_interrupt, self.voice.say, self._committed, sealed)
        self.asides = Asides(self.at, self.ask, self.voice, options.stream)

    async def run(self) -> Answer:
        """The answer. Raises RpcError for everything else, Cancelled when the client leaves."""
        try:
            return await (
                self._until_answered() if self.options.deadline is None else self._within(self.options.deadline)
            )
        finally:
            self.delivery.on_commit = nobody  # else the two would hold each other, and a large body, for the collector

    async def _within(self, seconds: float) -> Answer:
        with trio.move_on_after(seconds) as scope:
            self.limit = scope
            return await self._until_answered()
        raise refusal.too_late(self.ask.model, seconds, self.reports, self.delivery.committed)

    async def _until_answered(self) -> Answer:
        policy, plan = self.ask.model.failover, self._plan()
        if await self._waited_out(plan, frozenset()):
            plan = self._plan()
        attempts = Attempts(plan, policy, self.ask.needs, self.started, self.options.on_interrupt)
        while True:
            await self.asides.skips(attempts.plan)
            ended = await self._walk(attempts)
            if isinstance(ended, Answer):
                return ended
            again = await self._worth_waiting(attempts) if ended.why == "exhausted" else None
            if again is None:
                self.asides.withheld(self._plan(), None)
                raise refusal.why(ended, self._plan(), self.reports, captive=self.at.state.captive(self.at.now()))
            attempts.replan(self._plan(), again)

    async def _walk(self, attempts: Attempts) -> Answer | GiveUp:
        """Try one offer after the other until one answers or `Attempts` gives up."""
        while True:
            step = attempts.next(self.at.now())
            if isinstance(step, GiveUp):
                return step
            if step.wait:
                await self.asides.say("waiting", step.standing, f"trying again in {step.wait:.1f} s")
                await trio.sleep(step.wait)
            permit = self._begin(step.standing)
            if permit is None:
                attempts.refused(self._plan())
                continue
            self.asides.withheld(attempts.plan, permit.offer)
            if permit.tests_quota:
                self.at.look(permit.offer.provider)
            try:
                ended = await self._try(permit, step)
            except Withdrawn:
                await self.asides.say("left", step.standing, OVERTAKEN)
                attempts.refused(self._plan())
                continue
            if isinstance(ended, Answer):
                return ended
            await self._move_on(attempts, permit, ended)

    def _begin(self, standing: Standing) -> Permit | None:
        """The right to ask this offer as the config has it now; None where it has it no longer, or its gate closed."""
        self._follow()
        current = next((offer for offer in self.ask.model.offers if offer.key == standing.offer.key), None)
        if current is None:
            return None
        permit, events = self.at.state.begin(replace(standing, offer=current), self.ask, self.at.now())
        self.at.announce(events)
        return permit

    async def _prepare(self, step: Try) -> None:
        """Word to the client that an attempt begins, and after a cut what becomes of what it has."""
        if step.mode is Interrupt.RESTART:
            await self.delivery.restart(f"cut; starting again with {step.standing.offer.label}")
        elif step.mode is Interrupt.CONTINUE:
            await self.delivery.carry_on(f"cut; continued by {step.standing.offer.label}")
        self.delivery.begin()
        await self.asides.say("chosen", step.standing, "")

    async def _try(self, permit: Permit, step: Try) -> Answer | Failure:
        """One attempt under its permit, settled exactly once."""
        self.granted, self.began, self.first_content = permit, self.at.now(), None
        self.standing = step.standing
        settled: Settled | None = None
        try:
            await self._prepare(step)
            self.at.state.follow(permit, self.ask, self._used)
            ended = await self._ask_upstream(permit, step)
            settled = self._settled(permit, ended)
        except Withdrawn:
            settled = Settled(Outcome.CANCELLED, self._elapsed(), Failure(FailureKind.CANCELLED, OVERTAKEN))
            raise
        except Exception:
            settled = Settled(self._cut_short(), self._elapsed(), Failure(FailureKind.LOCAL, "an error of our own"))
            raise
        finally:
            row = self._settle(permit, settled or self._left(permit))
            await self.at.store.record(row, crowded=len(self.at.state.live) >= CROWD)
        if isinstance(ended, Failure):
            return ended
        assert settled is not None  # nothing was raised
        return self._answer(permit, ended, settled, step)

    async def _ask_upstream(self, permit: Permit, step: Try) -> Completion | Failure:
        calling = Calling(self.at, permit, self.question, self.delivery, self.voice, step.by)
        failure = await calling.run(self._manner(step))
        try:
            return failure or counted(self.question.needs, await self.delivery.complete())
        except Garbled as fault:
            return garbled(str(fault))

    def _committed(self) -> None:
        """The client holds content now; only a streaming client can before the end."""
        self.first_content = self.at.now()
        assert self.granted is not None
        self.at.announce(self.at.state.committed(self.granted, self.ask, self.first_content))

    def _left(self, permit: Permit) -> Settled:
        """The attempt was cancelled: by its client, or by the client's own deadline."""
        if self.limit is not None and trio.current_time() >= self.limit.deadline:
            failure = transport_failure("deadline", "the deadline of the request passed", sent=True)
            return self._unfinished(self._cut_short(), failure, permit)
        left = Failure(FailureKind.CANCELLED, "the client left or cancelled", sent=True)
        return self._unfinished(Outcome.CANCELLED, left, permit)

    def _cut_short(self) -> Outcome:
        return Outcome.INTERRUPTED if self.delivery.committed else Outcome.FAILED

    def _unfinished(self, outcome: Outcome, failure: Failure, permit: Permit) -> Settled:
        """An attempt without an answer; what it used until then is paid for all the same."""
        usage = self._used()
        return Settled(outcome, self._elapsed(), failure, usage, self._cost(permit, usage))

    def _cost(self, permit: Permit, usage: Usage | None) -> float | None:
        return cost_usd(self.at.state.as_sent(permit).offer, usage)

    def _used(self) -> Usage | None:
        """What the attempt under way has used until now."""
        came = self.delivery.assembler
        return broken_off(self.question.needs, came.length, came.usage)

    def _settled(self, permit: Permit, ended: Completion | Failure) -> Settled:
        if isinstance(ended, Failure):
            return self._unfinished(self._cut_short(), ended, permit)
        cost = self._cost(permit, ended.usage)
        return Settled(Outcome.COMPLETE, self._elapsed(), None, ended.usage, cost)

    def _settle(self, permit: Permit, settled: Settled) -> AttemptRow:
        """Tell State, the subscribers and the client's own record. Synchronous, so nothing can get between."""
        permit = self.at.state.as_sent(permit)
        self.at.announce(self.at.state.finish(permit, self.ask, settled, self.at.now()))
        self.granted, self.cost_usd = None, self.cost_usd + (settled.cost_usd or 0.0)
        began, first, now = self.began, self.first_content, self.at.now()
        dialect, stream = self.question.dialect, self.options.stream
        attempted = Attempted(permit, settled, len(self.reports) + 1, began, now, first, dialect, stream)
        self.reports.append(record.report(attempted))
        return record.row(attempted, self.ask)

    def _answer(self, permit: Permit, completion: Completion, settled: Settled, step: Try) -> Answer:
        offer = permit.offer
        return Answer(
            message=completion.message,
            finish=completion.finish,
            usage=completion.usage,
            served_by=ServedBy(offer.provider, offer.model, offer.label),
            attempts=self.reports,
            request=self.ask.request,
            cost_usd=None if settled.cost_usd is None else self.cost_usd,
            restarts=self.delivery.restarts,
            downgrades=list(step.standing.downgrades),
        )

    async def _move_on(self, attempts: Attempts, permit: Permit, failure: Failure) -> None:
        if self.delivery.committed:
            attempts.committed()
            if attempts.on_interrupt is Interrupt.CONTINUE and not self._continuable():
                attempts.on_interrupt = Interrupt.ERROR
        attempts.failed(failure, self.at.rand(), may_retry=self.at.state.may_retry(permit.offer))
        if isinstance(attempts.verdict, GiveUp) or (isinstance(attempts.verdict, Try) and attempts.verdict.again):
            return
        self.at.announce(self.at.state.failed_over(self.ask, permit.offer, failure, self.at.now(), _next(attempts)))
        await self.asides.say("left", Standing(permit.offer), failure.message, failure)

    def _continuable(self) -> bool:
        """Only plain text may be continued: a tool call or structured answer is never spliced."""
        return bool(self.delivery.plain_text) and self.question.splices

    def _manner(self, step: Try) -> Manner:
        return Manner(self.delivery.before if step.mode is Interrupt.CONTINUE else None)

    async def _worth_waiting(self, attempts: Attempts) -> Set[OfferKey] | None:
        """None to give up; else, after what is worth waiting for, the offers to try again beside the untried ones."""
        plan, waited = self._plan(), self.at.now().boot - self.started.boot - attempts.waited
        if attempts.spent:
            return None
        settle = settle_left(waited)
        if settle and attempts.untried(plan):
            await trio.lowlevel.checkpoint()
            return frozenset()
        if settle and plan.settling:
            with trio.move_on_after(settle):
                await self.at.announce.change()
            return frozenset(s.offer.key for s in plan.skipped if s.code == "recovering")
        if await self._waited_out(plan, attempts.done):
            return frozenset()
        if plan.candidates or not await self._until_reset(plan, attempts):
            return None
        return frozenset(offer.key for offer in self.ask.model.offers)

    async def _until_reset(self, plan: Plan, attempts: Attempts) -> bool:
        """Waits for the first reset, if the client has the patience for it."""
        left, begun = plan.retry_after, self.at.now().boot
        if left is None or begun - self.started.boot + left > self.options.wait:
            return False
        first = min((s for s in plan.skipped if s.left is not None), key=lambda s: s.left or 0.0)
        await self.asides.say("waiting", first, f"all providers are blocked; the first is back in {left:.0f} s")
        await self._pause(left, lambda plan: not plan.candidates and plan.retry_after is not None)
        attempts.waited += self.at.now().boot - begun
        return True

    async def _waited_out(self, plan: Plan, done: Set[OfferKey]) -> bool:
        """Waits, once, for a rate limit that is shorter than a cold cache or an error is worth."""
        blocked = None if self.has_paused else brief(plan, self.ask.model.failover, done)
        if blocked is None or blocked.left is None:
            return False
        self.has_paused, key = True, blocked.offer.key
        await self.asides.say("waiting", blocked, f"back in {blocked.left:.1f} s")
        await self._pause(blocked.left, lambda plan: any(s.offer.key == key for s in plan.skipped))
        return True

    async def _pause(self, seconds: float, still: Callable[[Plan], bool]) -> None:
        """Until so much time has passed, or the plan says otherwise."""
        until = self.at.now().boot + max(seconds, 0.01)
        while still(self._plan()) and (left := until - self.at.now().boot) > 0:
            with trio.move_on_after(min(left, LOOK)):
                await self.at.announce.change()

    def _plan(self) -> Plan:
        self._follow()
        return self.at.state.plan(self.ask, self.at.now())

    def _follow(self) -> None:
        """A request may wait for hours: its offers are those of the config in force, at what they cost by that."""
        config = self.at.state.config
        if config is not self.config:
            self.config, model = config, self.ask.model
            self.ask = replace(self.ask, model=model.as_in(self.at.state.find(model.alias)))

    @property
    def made(self) -> int:
        """Attempts so far, the one under way included."""
        return len(self.reports) + (self.granted is not None)

    def _elapsed(self) -> float:
        return (self.at.now().boot - self.began.boot) * 1000


def _next(attempts: Attempts) -> Offer | None:
    """Who is asked next, once an attempt has failed; None when nobody is at once."""
    return attempts.verdict.standing.offer if isinstance(attempts.verdict, Try) else None


def settle_left(waited: float) -> float:
    """Seconds left for somebody else's probe; a rest that rounding left over is none, and no clock would move by it."""
    left = SETTLE_WAIT - waited
    return left if left > LEAST else 0.0
