"""Consent under random histories: whatever fails, resets, is pinned, sticks, expires or is reloaded in between, a
metered offer is planned and permitted only while the user's word on spending, as it is then, allows it.

`test_spending` has the same for whole completions; here State alone is driven, through far longer histories.
"""

import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sample_offers import SCOPES, T0, configured, failure, merged, offer
from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing, FailureKind, Outcome, StickyMode
from switchgeard import remembered
from switchgeard.ask import Ask, Settled
from switchgeard.core.needs import Needs
from switchgeard.core.offer import MergedModel, Price, RoutingPolicy
from switchgeard.core.permit import Permit
from switchgeard.core.pin import PinState
from switchgeard.core.quota import Window
from switchgeard.core.routing import Standing
from switchgeard.state import State

EXAMPLES = int(os.environ.get("SWITCHGEAR_EXAMPLES", "60"))
WIRE = "openai.chat"
CHEAP, DEAR = Price(0.1, 0.1), Price(50.0, 50.0)
OFFERS = (
    offer("plan", price=DEAR, thresholds=(("5h", 0.5),)),
    offer("key", billing=Billing.METERED, price=CHEAP),
    offer("theirs", billing=Billing.METERED, brought=True),
    offer("credit", billing=Billing.PREPAID, price=DEAR),
    offer("other", billing=Billing.METERED, price=DEAR),
)
NAMES = tuple(one.provider for one in OFFERS)
PAID = {one.provider for one in OFFERS if one.billing is Billing.METERED}
SECONDS = st.sampled_from([0.0, 1.0, 30.0, 61.0, 301.0, 700.0, 4000.0])


def model(order: list[int], cheapest: bool, mode: StickyMode) -> MergedModel:
    policy = RoutingPolicy(order="cheapest" if cheapest else "given", sticky_mode=mode)
    return merged(*(OFFERS[at] for at in order), routing=policy)


class Consent(RuleBasedStateMachine):
    """One State, what runs, and candidates of older plans."""

    @initialize(jitter=st.floats(0, 1), metered=st.sampled_from(["never", "ask", "allow"]))
    def start(self, jitter: float, metered: str) -> None:
        self.jitter, self.now, self.numbers = jitter, T0, 0
        self.model = model(list(range(len(OFFERS))), False, StickyMode.SESSION)
        self.world = State(configured(self.model, metered=metered), lambda: jitter)
        self.running: list[tuple[Permit, Ask]] = []
        self.stale: list[tuple[Standing, Ask]] = []

    # --- what happens ---------------------------------------------------------------------------

    @rule(
        session=st.sampled_from([None, "s1", "s2"]),
        boundary=st.booleans(),
        brings=st.booleans(),
        which=st.integers(0, 4),
    )
    def begin(self, session: str | None, boundary: bool, brings: bool, which: int) -> None:
        """A request tries an offer of its plan at once, and keeps another candidate for later."""
        self.numbers += 1
        needs = Needs(input_tokens=100, brings=brings, dialect=WIRE)
        asking = Ask(f"r-{self.numbers}", self.model, needs, "editor", session, boundary)
        candidates = self.world.plan(asking, self.now).candidates
        assert all(self.may(standing) for standing in candidates)
        if candidates:
            self.attempt(candidates[which % len(candidates)], asking)
            self.stale = [*self.stale, (candidates[-1], asking)][-8:]

    @precondition(lambda self: self.stale)
    @rule(which=st.integers(0, 7))
    def begin_late(self, which: int) -> None:
        """The plan is old: its request failed over, waited, or slept. The user's word may be another by now."""
        standing, asking = self.stale[which % len(self.stale)]
        self.attempt(standing, asking)

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 50), usd=st.sampled_from([0.0, 0.4, 3.0]))
    def succeed(self, which: int, usd: float) -> None:
        given, asking = self.running.pop(which % len(self.running))
        self.world.committed(given, asking, self.now)
        self.world.finish(given, asking, Settled(Outcome.COMPLETE, 5.0, None, Usage(1, 2), usd), self.now)

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 50), kind=st.sampled_from(FailureKind), seconds=st.none() | SECONDS.filter(bool))
    def fail(self, which: int, kind: FailureKind, seconds: float | None) -> None:
        given, asking = self.running.pop(which % len(self.running))
        bucket: dict[str, Any] = {"bucket": "account"} if SCOPES.get(kind) == "bucket" else {}
        trouble = failure(kind, seconds, **bucket)
        self.world.finish(given, asking, Settled(Outcome.FAILED, 5.0, trouble), self.now)
        self.world.failed_over(asking, given.offer, trouble, self.now)

    @rule(provider=st.sampled_from(NAMES), used=st.floats(0, 1), seconds=SECONDS, page=st.booleans())
    def read(self, provider: str, used: float, seconds: float, page: bool) -> None:
        """Windows fill, are spent, and come back."""
        status, resets = ("rejected" if used == 1 else "allowed"), self.now.wall + seconds
        window = Window(provider, "5h", self.now.wall, "header", used=used, status=status, resets_at=resets)
        self.world.observe([window], self.now, page=page)

    @rule(provider=st.sampled_from(NAMES), session=st.sampled_from([None, "s1"]), seconds=st.none() | SECONDS)
    def pin(self, provider: str, session: str | None, seconds: float | None) -> None:
        until = None if seconds is None else self.now.wall + seconds
        self.world.pin("m", session, PinState(provider, until), self.now)

    @rule(session=st.sampled_from([None, "s1"]))
    def unpin(self, session: str | None) -> None:
        self.world.unpin("m", session, self.now)

    @rule(provider=st.sampled_from(NAMES))
    def resume(self, provider: str) -> None:
        self.world.resume(provider, self.now)

    @rule(seconds=st.none() | SECONDS.filter(bool))
    def allow(self, seconds: float | None) -> None:
        """Consent for a while, or withdrawn."""
        self.world.allow_metered(None if seconds is None else self.now.wall + seconds, self.now)

    @rule(
        metered=st.sampled_from(["never", "never", "ask", "allow"]),
        order=st.permutations(range(len(OFFERS))),
        cheapest=st.booleans(),
        mode=st.sampled_from(StickyMode),
    )
    def reload(self, metered: str, order: list[int], cheapest: bool, mode: StickyMode) -> None:
        self.model = model(order, cheapest, mode)
        self.world.configure(configured(self.model, metered=metered), self.now)

    @rule(seconds=SECONDS)
    def pass_time(self, seconds: float) -> None:
        self.now = self.now.after(seconds)

    @rule()
    def restart(self) -> None:
        """What is remembered of consent is no more than was given."""
        rows: dict[str, dict[str, bytes]] = {}
        for topic in (*remembered.TOPICS, "spend"):
            kept = remembered.TOPICS[topic][0](self.world) if topic in remembered.TOPICS else {"consent": None}
            self.world.dirty.update((topic, key) for key in kept)
        for topic, key, value in remembered.changes(self.world):
            if value is not None:
                rows.setdefault(topic, {})[key] = value
        old, self.world = self.world, State(self.world.config, lambda: self.jitter)
        assert remembered.recall(self.world, rows, self.now) == 0
        assert self.world.spending.consent_until == old.spending.consent_until
        self.running = []

    # --- what always holds ----------------------------------------------------------------------

    @invariant()
    def nobody_is_sent_to_spend_without_a_word(self) -> None:
        """New sessions, those that stick, and those who bring their own credential."""
        for session in (None, "s1", "s2"):
            for brings in (False, True):
                needs = Needs(input_tokens=100, brings=brings, dialect=WIRE)
                plan = self.world.plan(Ask("r", self.model, needs, "editor", session), self.now)
                assert all(self.may(standing) for standing in plan.candidates)
                assert self.may(Standing(plan.sticky)) if plan.sticky else True

    # --- helpers of the checks ------------------------------------------------------------------

    def attempt(self, standing: Standing, asking: Ask) -> None:
        given, _ = self.world.begin(standing, asking, self.now)
        if given is not None:
            assert self.may(standing), "a permit is the right to spend"
            self.running.append((given, asking))

    def may(self, standing: Standing) -> bool:
        """The rule, in words of its own."""
        word, until = self.world.config.metered, self.world.spending.consent_until
        consented = word == "ask" and until is not None and self.now.wall < until
        return standing.offer.provider not in PAID or word == "allow" or consented


Consent.TestCase.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow]
)


class TestConsent(Consent.TestCase):  # type: ignore[misc,valid-type]
    """Random histories, a few."""
