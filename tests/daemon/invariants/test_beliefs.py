"""State under random histories: requests that begin and end in every way, readings, people, clocks, restarts."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sample_offers import SCOPES, T0, ask, configured, failure, merged, offer
from switchgear_protocol.content import Usage
from switchgear_protocol.events import Event
from switchgear_protocol.words import FailureKind, Health, Outcome, Scope
from switchgeard import remembered
from switchgeard.ask import Ask, Settled
from switchgeard.core import health, permit
from switchgeard.core.clock import Now
from switchgeard.core.failure import Failure
from switchgeard.core.health import CLOSED, ScopeKey
from switchgeard.core.needs import Needs
from switchgeard.core.permit import NO_EVIDENCE, Permit
from switchgeard.core.pin import PinState
from switchgeard.core.quota import Window
from switchgeard.core.routing import Plan
from switchgeard.state import State

EXAMPLES = int(os.environ.get("SWITCHGEAR_EXAMPLES", "60"))

MODEL = merged(
    offer("a", "claude-opus-4-6"),
    offer("a", "claude-haiku"),
    offer("b", endpoint="https://a.example:443"),  # another account at the same address
    offer("c"),
)
PROVIDERS = ("a", "b", "c")
SECONDS = st.sampled_from([0.0, 0.5, 1.0, 5.0, 30.0, 60.0, 301.0, 4000.0])
POOLS = st.sampled_from([("account", None), ("5h", None), ("7d_opus", "*opus*"), ("rate", "claude-haiku")])


def believed(world: State) -> dict[ScopeKey, tuple[object, ...]]:
    """What is known to the bad of each scope."""
    known = {k: (c.health, c.until, c.until_boot, c.failures, c.opens) for k, c in world.circuits.items()}
    return {key: what for key, what in known.items() if what != (Health.AVAILABLE, None, None, 0, 0)}


class Beliefs(RuleBasedStateMachine):
    """One State; the test keeps only what is needed to check it."""

    @initialize(jitter=st.floats(0, 1))
    def start(self, jitter: float) -> None:
        self.jitter = jitter
        self.now = T0
        self.world = State(configured(MODEL), lambda: jitter)
        self.running: list[tuple[Permit, Ask]] = []
        self.rows: dict[str, dict[str, bytes]] = {}
        self.heard = 0
        self.jumped = False  # the wall clock: then nobody can say what was left at a restart
        self.requests = 0

    # --- what happens ---------------------------------------------------------------------------

    @rule(session=st.sampled_from([None, "s1", "s2"]), which=st.integers(0, 3), boundary=st.booleans())
    def begin(self, session: str | None, which: int, boundary: bool) -> None:
        """A request tries an offer of its plan; I2, and I1 for whatever is granted."""
        self.requests += 1
        asking = Ask(f"r-{self.requests}", MODEL, Needs(input_tokens=100), "editor", session, boundary)
        plan = self.world.plan(asking, self.now)
        self.in_order(plan, asking)
        if not plan.candidates:
            return
        standing = plan.candidates[which % len(plan.candidates)]
        before = {key: self.world.circuits.get(key, CLOSED) for key in self.scopes(standing.offer.key)}
        given, events = self.world.begin(standing, asking, self.now)
        self.tell(events)
        assert given is not None, "a candidate of this moment's plan is admitted"
        assert all(health.admits(circuit, self.now) for circuit in before.values())
        for key, circuit in before.items():  # I1, I5, in words of their own
            passed = circuit.until_boot is not None and self.now.boot >= circuit.until_boot
            by_wall = circuit.restored and circuit.until is not None and self.now.wall >= circuit.until
            assert not circuit.open or ((passed or by_wall) and not circuit.probing), key
        self.running.append((given, asking))

    @rule(count=st.integers(2, 4), which=st.integers(0, 3))
    def herd(self, count: int, which: int) -> None:
        """Several at once, each with a plan of its own."""
        for _ in range(count):
            self.begin(None, which, True)

    @precondition(lambda self: any(self.blocks().values()))
    @rule(which=st.integers(0, 9), count=st.integers(1, 3))
    def herd_at_a_reset(self, which: int, count: int) -> None:
        """When a block ends, those who waited for it all come (F51)."""
        times = sorted(left for left in self.blocks().values() if left)
        self.pass_time(times[which % len(times)])
        self.herd(count, 0)

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 50))
    def content(self, which: int) -> None:
        """First content of one that runs."""
        given, asking = self.running[which % len(self.running)]
        self.tell(self.world.committed(given, asking, self.now))

    @precondition(lambda self: self.running)
    @rule(which=st.integers(0, 50))
    def succeed(self, which: int) -> None:
        self.end(which, Settled(Outcome.COMPLETE, 5.0, None, Usage(1, 2), 0.01))

    @precondition(lambda self: self.running)
    @rule(
        which=st.integers(0, 50),
        kind=st.sampled_from(FailureKind),
        seconds=st.none() | SECONDS.filter(bool),
        pool=POOLS,
        opaque=st.booleans(),
        answered=st.booleans(),
    )
    def fail(
        self,
        which: int,
        kind: FailureKind,
        seconds: float | None,
        pool: tuple[str, str | None],
        opaque: bool,
        answered: bool,
    ) -> None:
        """Every kind, with and without a time; I19 for those that are no evidence."""
        more: dict[str, Any] = {"opaque": opaque, "status": 400 if answered else None}
        if SCOPES.get(kind) == "bucket":
            more |= {"bucket": pool[0], "family": pool[1]}
        trouble = failure(kind, seconds, **more)
        before, news = believed(self.world), self.news(which, trouble)
        self.end(which, Settled(Outcome.FAILED, 5.0, trouble))
        if kind in NO_EVIDENCE:
            assert believed(self.world) == before
        elif seconds is not None and news is not None:
            assert not health.admits(self.world.circuits[news], self.now), "I1: a named time is believed"

    @rule(provider=st.sampled_from(PROVIDERS), pool=POOLS, seconds=SECONDS, spent=st.booleans())
    def read(self, provider: str, pool: tuple[str, str | None], seconds: float, spent: bool) -> None:
        """Headers tell of a window; a spent one blocks what it covers (I1)."""
        status, resets = ("rejected" if spent else "allowed"), self.now.wall + seconds
        window = Window(provider, pool[0], self.now.wall, "header", pool[1], status=status, resets_at=resets)
        self.tell(self.world.observe([window], self.now))
        if spent and seconds:
            offers = [o for o in MODEL.offers if ScopeKey(Scope.BUCKET, provider, *pool).covers(o)]
            usable = [s.offer for s in self.plan().candidates]
            assert not set(offers) & set(usable)

    @rule(provider=st.sampled_from(PROVIDERS), seconds=st.none() | SECONDS)
    def pause(self, provider: str, seconds: float | None) -> None:
        until = None if seconds is None else self.now.wall + seconds
        self.tell(self.world.pause(provider, until, self.now))

    @rule(provider=st.sampled_from(PROVIDERS))
    def resume(self, provider: str) -> None:
        """The user says it is well: it can serve."""
        self.tell(self.world.resume(provider, self.now))
        self.serves(provider)

    @rule(provider=st.sampled_from(PROVIDERS))
    def new_credential(self, provider: str) -> None:
        self.tell(self.world.credential_changed(provider, "stored", self.now))

    @rule(provider=st.sampled_from([*PROVIDERS, "gone"]), seconds=st.none() | SECONDS)
    def pin(self, provider: str, seconds: float | None) -> None:
        until = None if seconds is None else self.now.wall + seconds
        self.tell(self.world.pin("m", None, PinState(provider, until), self.now))

    @rule()
    def unpin(self) -> None:
        self.tell(self.world.unpin("m", None, self.now))

    @rule(seconds=SECONDS)
    def pass_time(self, seconds: float) -> None:
        self.now = self.now.after(seconds)

    @rule(seconds=st.sampled_from([-86_400.0, -60.0, 60.0, 86_400.0]))
    def set_the_wall_clock(self, seconds: float) -> None:
        """I18: no jump back lets anybody in; no jump at all does where no restart made the wall clock count."""
        shut = {key for key, circuit in self.world.circuits.items() if not health.admits(circuit, self.now)}
        self.now, self.jumped = Now(self.now.wall + seconds, self.now.boot), True
        for key in shut:
            circuit = self.world.circuits[key]
            if seconds < 0 or not circuit.restored:
                assert not health.admits(circuit, self.now)

    @rule(off=SECONDS)
    def restart(self, off: float) -> None:
        """Kill -9, and another boot: every block goes on, nothing live is left, nothing is freed early."""
        self.store()
        old, left = self.world, self.blocks()
        self.now = Now(self.now.wall + off, 5.0)
        self.world = State(old.config, lambda: self.jitter)
        assert remembered.recall(self.world, self.rows, self.now) == 0
        assert self.world.telling.seq >= self.heard
        self.heard = self.world.telling.seq
        self.running = []
        assert (self.world.pins, self.world.pauses) == (old.pins, old.pauses)
        assert self.world.sessions == old.sessions
        for key, seconds in self.blocks().items():
            assert self.jumped or (seconds is None) is (left[key] is None)
            if seconds is not None and not self.jumped:
                assert seconds <= max((left[key] or 0.0) - off, 0.0) + 1e-3
        if not self.jumped:
            assert {k for k, s in left.items() if s is None or s > off} <= set(self.blocks())

    # --- what always holds ----------------------------------------------------------------------

    @invariant()
    def grants_are_counted(self) -> None:
        """I5, I7: at most one probe per scope, and it is running; live is who runs with the current generation."""
        for key, circuit in self.world.circuits.items():
            grants = [g for given, _ in self.running for k, g in given.grants if k == key]
            current = [g for g in grants if g.generation == circuit.generation]
            assert circuit.live == len(current), key
            assert not circuit.probing or sum(g.probe for g in current) == 1, key

    @invariant()
    def nothing_latches(self) -> None:
        """I6: an expired block without a probe under way admits; one without a deadline needs a person."""
        for circuit in self.world.circuits.values():
            if circuit.open and health.eligible(circuit, self.now) and not circuit.probing:
                assert health.admits(circuit, self.now)
            if circuit.open and circuit.until is None:
                assert circuit.health is Health.AUTH_FAILED

    @invariant()
    def reservations_are_what_is_in_flight(self) -> None:
        """I11: all idle means all zero."""
        assert {given.number for given, _ in self.running} == set(self.world.live)
        for provider in PROVIDERS:
            running = [given for given, _ in self.running if given.offer.provider == provider]
            held = self.world.spending.held.get(provider)
            found = (held.requests, held.tokens) if held else (0, 0)
            assert found == (len(running), sum(given.tokens for given in running))

    @invariant()
    def the_time_of_the_first_return_is_right(self) -> None:
        """I20: when it has passed, somebody can serve; and not before, unless something else happens."""
        plan = self.plan()
        assert {s.offer.key for s in (*plan.candidates, *plan.skipped)} == {o.key for o in MODEL.offers}
        if plan.candidates or plan.settling or plan.retry_after is None:
            return
        assert plan.retry_after >= 0
        then = self.plan(self.now.after(plan.retry_after + 1e-3))
        assert then.candidates or then.settling  # or somebody is finding out already
        looked_for = any(c.health in (Health.MISSING_CREDENTIAL, Health.LOCKED) for c in self.world.circuits.values())
        if plan.retry_after > 1 and not looked_for:  # our own keyring is looked into now and then, unasked
            assert not self.plan(self.now.after(plan.retry_after - 1)).candidates

    # --- helpers of the checks ------------------------------------------------------------------

    def plan(self, now: Now | None = None) -> Plan:
        return self.world.plan(ask(MODEL), now or self.now)

    def scopes(self, key: tuple[str, str]) -> list[ScopeKey]:
        chosen = next(o for o in MODEL.offers if o.key == key)
        return permit.scopes(self.world.circuits, chosen)

    def in_order(self, plan: Plan, asking: Ask) -> None:
        """I2: first the sticky one, then the user's order."""
        rest = [s.offer for s in plan.candidates if s.offer is not plan.sticky]
        assert rest == [o for o in MODEL.offers if o in rest]
        if plan.sticky is not None:
            assert plan.candidates[0].offer is plan.sticky
            assert asking.key is not None
            assert self.world.sessions.assignments[asking.key].key == plan.sticky.key

    def end(self, which: int, settled: Settled) -> None:
        """I9: one `attempt` event, one `health` event per circuit whose public state changed."""
        given, asking = self.running.pop(which % len(self.running))
        before = dict(self.world.circuits)
        events = self.world.finish(given, asking, settled, self.now)
        self.tell(events)
        assert [event.type for event in events].count("attempt") == 1
        changed = {
            str(key)
            for key, circuit in self.world.circuits.items()
            if (circuit.health, circuit.until) != (before.get(key, CLOSED).health, before.get(key, CLOSED).until)
        }
        assert sorted(event.scope or "" for event in events if event.type == "health") == sorted(changed)
        assert self.world.finish(given, asking, settled, self.now) == []

    def news(self, which: int, trouble: Failure) -> ScopeKey | None:
        """The scope this failure will be the latest word of; None when it comes late."""
        given, _ = self.running[which % len(self.running)]
        key = permit.blame(given.offer, trouble)
        if key is None:
            return None
        circuit, grant = self.world.circuits.get(key, CLOSED), dict(given.grants).get(key)
        fresh = not circuit.open if grant is None else grant.generation == circuit.generation
        return key if fresh else None

    def serves(self, provider: str) -> None:
        circuits = [c for key, c in self.world.circuits.items() if key.owner == provider]
        assert not any(circuit.open for circuit in circuits)

    def blocks(self) -> dict[ScopeKey, float | None]:
        """Seconds left of every block that stands."""
        found = {key: health.seconds_left(c, self.now) for key, c in self.world.circuits.items() if c.open}
        return {key: left for key, left in found.items() if left is None or left > 0}

    def store(self) -> None:
        for topic, key, value in remembered.changes(self.world):
            if value is None:
                self.rows.get(topic, {}).pop(key, None)
            else:
                self.rows.setdefault(topic, {})[key] = value

    def tell(self, events: list[Event]) -> None:
        """I15: no gap, and in order."""
        assert [event.seq for event in events] == list(range(self.heard + 1, self.heard + 1 + len(events)))
        self.heard += len(events)


Beliefs.TestCase.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow]
)


class TestBeliefs(Beliefs.TestCase):  # type: ignore[misc,valid-type]
    """Random histories, a few."""


@pytest.mark.slow
class TestBeliefsForLong(Beliefs.TestCase):  # type: ignore[misc,valid-type]
    """10^5 steps, for `make test-long`."""

    settings = settings(max_examples=2000, stateful_step_count=50, suppress_health_check=[HealthCheck.too_slow])
