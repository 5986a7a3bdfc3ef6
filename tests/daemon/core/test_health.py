"""Circuits: what opens and closes them, who may try meanwhile, and for how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sample_offers import EXACT, T0, failure, offer
from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Health, Scope
from switchgeard.core import health
from switchgeard.core.clock import Now
from switchgeard.core.failure import Failure
from switchgeard.core.health import CLOSED, Circuit, Grant, ScopeKey


def grant(circuit: Circuit, now: Now = T0) -> tuple[Circuit, Grant]:
    """One that is given."""
    changed, given = health.acquire(circuit, now)
    assert given is not None
    return changed, given


def failed(
    circuit: Circuit, trouble: Failure, now: Now = T0, scope: Scope = Scope.OFFER, rand: float = EXACT
) -> Circuit:
    """The circuit after one attempt that failed."""
    lent, given = grant(circuit, now)
    return health.fail(lent, given, trouble, scope, now, rand)


def limited(seconds: float = 30.0, circuit: Circuit = CLOSED, now: Now = T0) -> Circuit:
    return failed(circuit, failure(K.RATE_LIMITED, seconds), now, Scope.BUCKET)


@pytest.mark.parametrize("kind", sorted(health.OPENS_AS))
def test_each_kind_opens_its_scope_as_its_table_says(kind: K) -> None:
    """At once, or when failures that count have added up."""
    circuit = CLOSED
    weight = health.COUNTED.get(kind)
    tries = 1 if weight is None else -(-health.DEFAULT_THRESHOLD // weight)
    for _ in range(tries - 1):
        circuit = failed(circuit, failure(kind))
        assert not circuit.open
    assert failed(circuit, failure(kind)).health is health.OPENS_AS[kind]


@pytest.mark.parametrize("kind", sorted(set(K) - set(health.OPENS_AS)))
def test_what_is_the_requests_or_our_own_fault_opens_nothing(kind: K) -> None:
    """I19: the circuit is as before."""
    circuit = CLOSED
    for _ in range(5):
        circuit = failed(circuit, Failure(kind, "x"))
    assert circuit == CLOSED


def test_an_endpoint_opens_at_the_second_failure() -> None:
    """A refused or unreachable host costs a connect each time."""
    once = failed(CLOSED, failure(K.UNAVAILABLE), scope=Scope.ENDPOINT)
    assert not once.open
    assert failed(once, failure(K.UNAVAILABLE), scope=Scope.ENDPOINT).open


def test_a_success_between_starts_the_count_anew() -> None:
    """Only failures in a row add up."""
    circuit = failed(failed(CLOSED, failure(K.OVERLOADED)), failure(K.OVERLOADED))
    lent, given = grant(circuit)
    circuit = failed(health.succeed(lent, given, T0), failure(K.OVERLOADED))
    assert not circuit.open
    assert circuit.failures == 1


def test_a_named_time_opens_at_once_and_counts_exactly() -> None:
    """No threshold, no jitter: the provider's word."""
    circuit = failed(CLOSED, failure(K.OVERLOADED, 12.5, source="retry-after"))
    assert (circuit.until, circuit.until_boot) == (T0.wall + 12.5, T0.boot + 12.5)
    assert circuit.source == "retry-after"
    assert not health.admits(circuit, T0.after(12.4))
    assert health.admits(circuit, T0.after(12.5))


def test_backoff_doubles_with_each_opening_up_to_its_cap() -> None:
    """5 s doubling to 300 s for rates, with a fifth of jitter either way."""
    circuit, now, waits = CLOSED, T0, []
    for _ in range(9):
        circuit = failed(circuit, failure(K.RATE_LIMITED), now, Scope.BUCKET)
        assert circuit.until_boot is not None
        waits.append(circuit.until_boot - now.boot)
        now = now.after(circuit.until_boot - now.boot)
    assert waits == pytest.approx([5, 10, 20, 40, 80, 160, 300, 300, 300])
    low, high = (failed(CLOSED, failure(K.RATE_LIMITED), rand=r).until_boot for r in (0.0, 1.0))
    assert (low, high) == (T0.boot + 4, T0.boot + 6)


def test_a_refused_credential_waits_for_a_person_and_a_missing_one_is_looked_for_again() -> None:
    """Time cures the one, looking into our own keyring the other."""
    refused = failed(CLOSED, failure(K.AUTH_FAILED, 5.0))  # whatever time it names
    assert health.seconds_left(refused, T0) is None
    assert not health.admits(refused, T0.after(1e9))
    missing = failed(CLOSED, failure(K.MISSING_CREDENTIAL))
    assert health.seconds_left(missing, T0) == health.LOCAL_RECHECK


def test_an_expired_circuit_grants_one_probe_and_no_more() -> None:
    """I5: whoever comes while it is under way is refused, and told that it will be known soon."""
    now = T0.after(30)
    probing, given = grant(limited(), now)
    assert given.probe
    assert health.acquire(probing, now)[1] is None
    assert health.settling(probing, now)


def test_a_probe_that_succeeds_closes_and_lets_callers_in_by_and_by() -> None:
    """1, 2, 4, ... 32 at a time, then all."""
    now = T0.after(30)
    circuit, given = grant(limited(), now)
    circuit = health.succeed(circuit, given, now)
    assert not circuit.open
    widths = []
    while circuit.ramp is not None:
        lent = []
        while health.admits(circuit, now):
            circuit, one = grant(circuit, now)
            lent.append(one)
        widths.append(len(lent))
        circuit = health.succeed(circuit, lent.pop(), now)
        for one in lent:
            circuit = health.release(circuit, one)
    assert widths == [1, 2, 4, 8, 16, 32]
    assert circuit.live == 0


def test_a_probe_that_fails_opens_at_once_for_longer() -> None:
    """One failure of a probe weighs as much as a threshold of others."""
    circuit = CLOSED
    for _ in range(3):
        circuit = failed(circuit, failure(K.OVERLOADED))
    assert circuit.until_boot == T0.boot + 30
    again = failed(circuit, failure(K.OVERLOADED), T0.after(30))
    assert again.until_boot == T0.boot + 30 + 60


def test_a_probe_that_proves_nothing_leaves_the_next_caller_to_probe() -> None:
    """I6: cancelled or request-shaped, it does not latch."""
    now = T0.after(30)
    probing, given = grant(limited(), now)
    left = health.release(probing, given)
    assert left.open
    assert grant(left, now)[1].probe


def test_the_first_content_of_a_probe_closes_the_circuit_before_its_answer_ends() -> None:
    """Answers take minutes: nobody should wait for the end to know that it works."""
    now = T0.after(30)
    probing, given = grant(limited(), now)
    proven = health.prove(probing, given, now)
    assert not proven.open
    assert health.admits(proven, now)
    assert not health.admits(grant(proven, now)[0], now)  # the probe and one more
    ended = health.succeed(proven, given, now)
    assert (ended.live, ended.ramp, ended.opens) == (0, 4, 0)


def test_a_proven_probe_that_is_cut_opens_at_once_all_the_same() -> None:
    """And the backoff goes on where it was, so that a provider that cuts every answer is not met at full pace."""
    circuit = CLOSED
    for _ in range(3):
        circuit = failed(circuit, failure(K.PROTOCOL))
    now = T0.after(30)
    probing, given = grant(circuit, now)
    cut = health.fail(health.prove(probing, given, now), given, failure(K.PROTOCOL), Scope.OFFER, now, EXACT)
    assert cut.until_boot == now.boot + 60


@pytest.mark.parametrize("end", ["succeed", "prove", "release", "fail"])
def test_a_stale_grant_changes_nothing(end: str) -> None:
    """I7: whatever becomes of an attempt that began before the circuit opened."""
    early, stale = grant(CLOSED)
    circuit = limited(circuit=early)
    ends = {
        "succeed": lambda: health.succeed(circuit, stale, T0),
        "prove": lambda: health.prove(circuit, stale, T0),
        "release": lambda: health.release(circuit, stale),
        "fail": lambda: health.fail(circuit, stale, failure(K.RATE_LIMITED, 10), Scope.BUCKET, T0, EXACT),
    }
    assert ends[end]() == circuit


def test_late_news_of_a_later_time_lengthens_the_block() -> None:
    """The one thing a stale attempt may do, and only for the trouble that stands."""
    early, stale = grant(CLOSED)
    circuit = limited(circuit=early)
    longer = health.fail(circuit, stale, failure(K.RATE_LIMITED, 90), Scope.BUCKET, T0, EXACT)
    assert (longer.until, longer.generation) == (T0.wall + 90, circuit.generation)
    other = health.fail(circuit, stale, failure(K.OVERLOADED, 90), Scope.BUCKET, T0, EXACT)
    assert other == circuit


def test_three_429s_that_explain_nothing_are_a_spent_quota() -> None:
    """Within two minutes; then half an hour passes before the next look."""
    circuit, now = CLOSED, T0
    for _ in range(2):
        circuit = failed(circuit, failure(K.RATE_LIMITED, opaque=True), now, Scope.BUCKET)
        assert circuit.health is Health.RATE_LIMITED
        now = now.after(health.seconds_left(circuit, now) or 0)
    circuit = failed(circuit, failure(K.RATE_LIMITED, opaque=True), now, Scope.BUCKET)
    assert circuit.health is Health.QUOTA_EXHAUSTED
    assert health.seconds_left(circuit, now) == health.QUOTA_RECHECK


def test_opaque_429s_far_apart_stay_rate_limits() -> None:
    """What happened more than two minutes ago explains nothing now."""
    circuit, now = CLOSED, T0
    for _ in range(5):
        circuit = failed(circuit, failure(K.RATE_LIMITED, opaque=True), now, Scope.BUCKET)
        now = now.after(400)
        assert circuit.health is Health.RATE_LIMITED


def test_a_reading_blocks_until_its_reset() -> None:
    """A spent window needs no failure."""
    circuit = health.block(CLOSED, Health.QUOTA_EXHAUSTED, "5h used up", T0.wall + 3600, "header", T0)
    assert (circuit.health, circuit.until_boot) == (Health.QUOTA_EXHAUSTED, T0.boot + 3600)


def test_the_same_reading_again_is_no_news_and_no_failure() -> None:
    """Fifty answers that say the window is spent change nothing after the first, and no backoff grows."""
    circuit = health.block(CLOSED, Health.RATE_LIMITED, "spent", T0.wall + 10, "header", T0)
    for step in range(50):
        now = T0.after(step / 100)
        assert health.block(circuit, Health.RATE_LIMITED, "spent", T0.wall + 10 + step / 100, "header", now) is circuit
    later = health.block(circuit, Health.RATE_LIMITED, "spent", T0.wall + 60, "header", T0)
    assert (later.until_boot, later.opens) == (T0.boot + 60, 1)


def test_a_reading_after_the_block_has_run_out_blocks_anew() -> None:
    """Found by the state machine: a window still spent at its reset was taken for no news."""
    circuit = health.block(CLOSED, Health.RATE_LIMITED, "spent", T0.wall + 0.5, "header", T0)
    now = T0.after(1.0)
    assert health.admits(circuit, now)
    again = health.block(circuit, Health.RATE_LIMITED, "spent", now.wall + 0.5, "header", now)
    assert not health.admits(again, now)


def test_a_reading_counts_on_the_boot_clock_when_the_wall_clock_was_set_back() -> None:
    """A day set back does not make an hour's block look like a day's."""
    circuit = health.block(CLOSED, Health.RATE_LIMITED, "spent", T0.wall + 60, "header", T0)
    back = Now(T0.wall - 86_400, T0.boot + 5)
    longer = health.block(circuit, Health.RATE_LIMITED, "spent", back.wall + 600, "header", back)
    assert longer.until_boot == back.boot + 600


def test_a_wall_clock_that_jumps_frees_and_holds_nobody() -> None:
    """I18: deadlines live on the boot clock."""
    circuit = limited(30)
    assert not health.admits(circuit, Now(T0.wall + 86_400, T0.boot + 29))
    assert health.admits(circuit, Now(T0.wall - 86_400, T0.boot + 30))


def test_a_restored_circuit_waits_what_was_left_and_no_longer() -> None:
    """Deadlines move to the new boot; probes and grants of the old process are gone."""
    probing = structs.replace(limited(60), probing=True, live=3)
    restart = Now(T0.wall + 20, 7.0)
    back = health.restored(probing, restart)
    assert (back.until_boot, back.probing, back.live) == (47.0, False, 0)
    assert health.seconds_left(back, restart) == 40
    assert health.admits(back, restart.after(40))


def test_a_restored_circuit_is_also_free_by_the_wall_clock() -> None:
    """A machine switched on with its clock behind, then set right: the block is over when its time has come."""
    back = health.restored(limited(60), Now(T0.wall - 1e6, 3.0))
    right = Now(T0.wall + 61, 5.0)
    assert health.admits(back, right)
    assert health.seconds_left(back, right) == 0


def test_a_restored_circuit_is_never_blocked_for_longer_than_at_first() -> None:
    """A wall clock that is years behind after the restart adds no years."""
    back = health.restored(limited(60), Now(0.0, 3.0))
    assert health.seconds_left(back, Now(0.0, 3.0)) == 60


def test_a_reset_makes_every_grant_stale() -> None:
    """A new credential: what the old one earned no longer counts."""
    circuit, given = grant(failed(CLOSED, failure(K.OVERLOADED)))
    fresh = health.reset(circuit, T0)
    assert not fresh.open
    assert fresh.failures == 0
    assert health.fail(fresh, given, failure(K.AUTH_FAILED), Scope.CREDENTIAL, T0, EXACT) == fresh


@pytest.mark.parametrize(
    ("key", "covered"),
    [
        (ScopeKey(Scope.ENDPOINT, "https://a.example:443"), True),
        (ScopeKey(Scope.ENDPOINT, "https://b.example:443"), False),
        (ScopeKey(Scope.CREDENTIAL, "a"), True),
        (ScopeKey(Scope.CREDENTIAL, "b"), False),
        (ScopeKey(Scope.OFFER, "a", "claude-opus-4-6"), True),
        (ScopeKey(Scope.OFFER, "a", "claude-haiku"), False),
        (ScopeKey(Scope.BUCKET, "a", "5h"), True),
        (ScopeKey(Scope.BUCKET, "a", "7d_opus", "*opus*"), True),
        (ScopeKey(Scope.BUCKET, "a", "7d_sonnet", "*sonnet*"), False),
        (ScopeKey(Scope.BUCKET, "b", "5h"), False),
    ],
)
def test_a_scope_covers_its_own_offers_only(key: ScopeKey, covered: bool) -> None:
    """One spent model line does not park the account; one dead host parks all accounts on it."""
    assert key.covers(offer("a", "claude-opus-4-6")) is covered


KINDS = st.sampled_from(sorted(health.OPENS_AS))
TROUBLE = st.builds(lambda k, t: failure(k, t), KINDS, st.none() | st.floats(0.1, 1e5))


@given(st.lists(st.tuples(TROUBLE, st.floats(0, 500), st.floats(0, 1)), max_size=12))
def test_every_block_with_a_deadline_ends_in_a_probe(history: list[tuple[Failure, float, float]]) -> None:
    """I6: whatever happened, when the time has come the next caller is let in."""
    circuit, now = CLOSED, T0
    for trouble, pause, rand in history:
        now = now.after(pause)
        lent, given = health.acquire(circuit, now)
        if given is not None:
            circuit = health.fail(lent, given, trouble, Scope.OFFER, now, rand)
    left = health.seconds_left(circuit, now)
    assert left is None or health.admits(circuit, now.after(left + 1e-3))
    assert "gen" in repr(circuit)
