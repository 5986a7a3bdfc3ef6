"""Whole completions under random faults and clients: the invariants that hold for every one of them.

A scenario is data: what each provider does in turn, and what each client does. It runs in memory under the
virtual clock, so that a failing example replays exactly.
"""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from completing import PROMPT, Asking, Told, World, play, world
from fake_upstream import FAULTS, HEALTHY, OK, SECRET, Fault, Hit
from switchgear_protocol.messages import Answer
from switchgear_protocol.words import FailureKind, Interrupt, Outcome
from switchgeard.core.failover import MAX_MAYBE_BILLED
from switchgeard.core.health import CLOSED
from switchgeard.core.offer import FailoverPolicy

EXAMPLES = int(os.environ.get("SWITCHGEAR_EXAMPLES", "60"))
LONG = 20 * EXAMPLES

SCRIPTS = st.lists(
    st.lists(st.sampled_from([*FAULTS, *HEALTHY, OK, OK, OK]), min_size=1, max_size=4), min_size=2, max_size=5
)
ASKINGS = st.lists(
    st.builds(
        Asking,
        at=st.sampled_from([0.0, 0.0, 0.01, 1.0, 5.0, 31.0, 100.0]),
        stream=st.booleans(),
        on_interrupt=st.sampled_from(Interrupt),
        leaves=st.sampled_from([None, None, None, 0.0, 0.01, 0.03, 1.5, 40.0]),
        deadline=st.sampled_from([None, None, 0.03, 10.0]),
        wait=st.sampled_from([0.0, 0.0, 60.0, float("inf")]),
        session=st.sampled_from([None, "s1", "s2"]),
        slow=st.sampled_from([0.0, 0.0, 0.5]),
    ),
    min_size=1,
    max_size=20,
)


def each(made: World, check: Callable[[World, Told], None]) -> None:
    for told in made.told:
        check(made, told)


def one_end(made: World, told: Told) -> None:
    """I4: exactly one of complete, typed error, cancelled. (That nothing comes after it, `send` itself asserts.)"""
    assert len(told.ends) == 1
    assert told.ends != ["cancelled"] or told.asking.leaves is not None


def within_budget(made: World, told: Told) -> None:
    """I3: attempts and maybe-billed attempts of one request."""
    rows = [row for row in made.rows_of(told.name) if row.outcome is not Outcome.CANCELLED]
    assert len(rows) <= made.model.failover.max_attempts
    billed = (FailureKind.UNAVAILABLE, FailureKind.TIMEOUT, FailureKind.PROTOCOL)
    assert sum(row.maybe_billed and row.kind in billed for row in rows) <= MAX_MAYBE_BILLED + 1


def one_event_and_one_row(made: World, told: Told) -> None:
    """I9, I14: per attempt one event, one row and one report; as many as requests reached the providers."""
    rows, hits = made.rows_of(told.name), made.hits(told.name)
    events = [event for event in made.events if event.type == "attempt" and event.request == told.name]
    assert [(e.provider, e.outcome, e.kind) for e in events] == [(r.provider, r.outcome, r.kind) for r in rows]
    assert [row.n for row in rows] == list(range(1, len(rows) + 1))
    unsent = [r for r in rows if r.kind is FailureKind.CANCELLED or r.kind is FailureKind.TIMEOUT]
    assert len(rows) - len(unsent) <= len(hits) <= len(rows)
    if isinstance(told.answer, Answer):
        assert len(told.answer.attempts) == len(rows)


def from_one_attempt(made: World, told: Told) -> None:
    """I8: between two marks every word is of one provider's one answer, from its beginning, in order."""
    said = [hit.said for hit in made.hits(told.name)]
    for piece in told.pieces():
        assert not piece or any(words.startswith(piece) for words in said), (piece, said)


def complete_means_complete(made: World, told: Told) -> None:
    """I10: the answer is the whole of one that had its terminal marker (behind what it continues)."""
    if told.answer is None:
        return
    hit = made.hits(told.name)[-1]
    assert hit.fault in HEALTHY
    assert told.text.endswith(hit.said)
    assert (
        told.text == (told.pieces()[-1] if told.asking.stream else hit.said) or told.asking.on_interrupt == "continue"
    )
    assert made.rows_of(told.name)[-1].outcome is Outcome.COMPLETE


def no_work_for_who_left(made: World, told: Told) -> None:
    """I12: nothing starts after the client has left, and what was open closes at once."""
    for hit in made.hits(told.name):
        assert hit.began <= told.ended
        assert hit.ended is not None
        assert hit.ended <= told.ended + 0.25


def right_time(made: World, told: Told) -> None:
    """I20: an exhausted answer says when the first offer may serve again, within a second."""
    if told.error is None or told.kind != "exhausted":
        return
    data = told.error.answer.data
    assert data is not None
    expected = 1.0 if told.usable else told.blocked_until
    assert (data.retry_after_ms is None) is (expected is None)
    if expected is not None and data.retry_after_ms is not None:
        assert abs(data.retry_after_ms / 1000 - expected) <= 1.0


def gate_holds(made: World) -> None:
    """I1: nothing reaches a provider between its 429 and the time it named (those on their way excepted)."""
    for limited in made.upstream.hits:
        wait = limited.fault.headers.get("retry-after")
        if limited.fault.status != 429 or wait is None or not _was_read(made, limited):
            continue
        early = [h for h in made.upstream.hits if _within(h, limited, float(wait))]
        assert early == [], (limited, early)


def _was_read(made: World, hit: Hit) -> bool:
    """Its client had not left by then."""
    rows = made.rows_of(hit.request)
    return any(row.kind is FailureKind.RATE_LIMITED and hit.host.startswith(row.provider) for row in rows)


def _within(hit: Hit, limited: Hit, wait: float) -> bool:
    assert limited.ended is not None
    return hit.host == limited.host and limited.ended < hit.began < limited.ended + wait - 1e-6


def nothing_leaks(made: World) -> None:
    """I17: no secret and no prompt in any event, row, belief or error; no secret in any answer."""
    public = repr([made.events, made.rows, made.state.circuits, made.state.allowance.windows, made.state.sessions])
    assert SECRET not in public
    assert PROMPT not in public
    errors = repr([told.error.answer for told in made.told if told.error])
    assert SECRET not in errors + repr([told.values for told in made.told])


def all_idle(made: World) -> None:
    """I11, I6: at the end nothing is held, nothing is live, and no probe is left behind."""
    assert made.state.live == {}
    assert all(held.requests == held.tokens == 0 for held in made.state.spending.held.values())
    assert made.upstream.open_now == 0
    assert all(circuit.live == 0 and not circuit.probing for circuit in made.state.circuits.values())


def own_hosts_only(made: World) -> None:
    """I16: every request went to its provider's own address."""
    assert {hit.host for hit in made.upstream.hits} <= {f"{o.provider}.example:443" for o in made.model.offers}


def in_order(made: World) -> None:
    """I15: events are numbered without a gap, in the order they are told."""
    assert [event.seq for event in made.events] == list(range(1, len(made.events) + 1))


CHECKS = [
    one_end,
    within_budget,
    one_event_and_one_row,
    from_one_attempt,
    complete_means_complete,
    no_work_for_who_left,
    right_time,
]
WHOLE = [gate_holds, nothing_leaks, all_idle, own_hosts_only, in_order]


def hold(scripts: list[list[Fault]], askings: list[Asking], seed: int) -> None:
    made = play(world(scripts, seed), askings)
    for check in CHECKS:
        each(made, check)
    for total in WHOLE:
        total(made)


@given(SCRIPTS, ASKINGS, st.integers(0, 2**16))
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
def test_the_invariants_hold_for_every_completion(scripts: list[list[Fault]], askings: list[Asking], seed: int) -> None:
    """I1, I3, I4, I6, I8-I12, I14-I17, I20: each is a function above, with its number."""
    hold(scripts, askings, seed)


@pytest.mark.slow
@given(SCRIPTS, ASKINGS, st.integers(0, 2**16))
@settings(max_examples=LONG, suppress_health_check=[HealthCheck.too_slow])
def test_the_invariants_hold_for_many_more(scripts: list[list[Fault]], askings: list[Asking], seed: int) -> None:
    """The same for `make test-long`."""
    hold(scripts, askings, seed)


@given(st.lists(st.sampled_from([f for f in FAULTS if f.when == "request"]), min_size=1, max_size=6), ASKINGS)
@settings(max_examples=max(10, EXAMPLES // 4))
def test_request_shaped_failures_change_no_belief(faults: list[Fault], askings: list[Asking]) -> None:
    """I19: however many there are."""
    made = play(world([faults, faults]), askings)
    assert [event for event in made.events if event.type == "health"] == []
    assert all(circuit == CLOSED for circuit in made.state.circuits.values())


@given(st.lists(st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3), min_size=1, max_size=3), st.integers(0, 9))
@settings(max_examples=EXAMPLES)
def test_with_one_healthy_offer_left_a_request_is_answered(scripts: list[list[Fault]], seed: int) -> None:
    """Faults before commit and a healthy offer somewhere: request after request is complete."""
    before = [[f for f in script if f.when == "before"] or [OK] for script in scripts]
    before.insert(seed % (len(before) + 1), [OK])
    made = play(world(before, seed, FailoverPolicy(max_attempts=9)), [Asking(at=n * 7.0) for n in range(6)])
    assert [told.ends for told in made.told] == [["complete"]] * 6
