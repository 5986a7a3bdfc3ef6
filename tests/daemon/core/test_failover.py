"""The failover step: the table at the head of `failover`, row by row, and the budgets of one request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_offers import T0, failure, merged, offer, standings
from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Interrupt
from switchgeard.core.failover import MAX_MAYBE_BILLED, Attempts, GiveUp, Try, brief
from switchgeard.core.failure import Failure, config_word, transport_failure
from switchgeard.core.needs import Needs
from switchgeard.core.offer import FailoverPolicy, Features, Offer, Retry
from switchgeard.core.routing import Plan, Standing

A, B, C = offer("a"), offer("b"), offer("c")
NEXT_OFFER = [
    K.QUOTA_EXCEEDED,
    K.AUTH_FAILED,
    K.MISSING_CREDENTIAL,
    K.LOCKED,
    K.PERMISSION,
    K.MODEL_NOT_FOUND,
    K.RATE_LIMITED,
    K.UNAVAILABLE,
    K.TIMEOUT,
    K.PROTOCOL,
]


def attempts(
    *offers: Offer,
    on_interrupt: Interrupt = Interrupt.ERROR,
    sticky: Offer | None = None,
    needs: Needs | None = None,
    **policy: object,
) -> Attempts:
    failover = FailoverPolicy(**policy)  # type: ignore[arg-type]
    plan = Plan(merged(*offers, failover=failover), tuple(standings(*offers)), (), sticky)
    return Attempts(plan, failover, needs or Needs(), T0, on_interrupt)


def tried(run: Attempts) -> Try:
    """The next step, which is a try."""
    step = run.next(T0)
    assert isinstance(step, Try), step
    return step


def given_up(run: Attempts) -> str:
    """Why there is no next try."""
    step = run.next(T0)
    assert isinstance(step, GiveUp), step
    return step.why


def after(run: Attempts, trouble: Failure, *, committed: bool = False, rand: float = 1.0) -> Attempts:
    """`run` after its next attempt failed so."""
    tried(run)
    if committed:
        run.committed()
    run.failed(trouble, rand)
    return run


# --- before commit ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", NEXT_OFFER)
def test_trouble_of_the_offer_goes_to_the_next_at_once(kind: K) -> None:
    """Quota, login, permission, model, rate, unreachable, slow, garbled."""
    step = tried(after(attempts(A, B), failure(kind)))
    assert (step.standing.offer, step.wait, step.again, step.mode) == (B, 0.0, False, None)


def test_an_overloaded_offer_is_tried_once_more_and_then_left() -> None:
    """After a short backoff with full jitter."""
    run = after(attempts(A, B), failure(K.OVERLOADED), rand=0.5)
    again = tried(run)
    assert (again.standing.offer, again.wait, again.again) == (A, 0.15, True)
    run.failed(failure(K.OVERLOADED), 0.5)
    assert tried(run).standing.offer == B


def test_an_overloaded_offer_that_names_a_time_is_left_at_once() -> None:
    """It said that now is too early; so did `x-should-retry: false`."""
    assert tried(after(attempts(A, B), failure(K.OVERLOADED, 7.0))).standing.offer == B
    assert tried(after(attempts(A, B), failure(K.OVERLOADED, should_retry=False))).standing.offer == B


@pytest.mark.parametrize("kind", [K.UNAVAILABLE, K.TIMEOUT, K.PROTOCOL, K.OVERLOADED])
def test_the_last_offer_is_tried_once_more_for_what_may_pass(kind: K) -> None:
    """Nothing else is left."""
    run = after(attempts(A), failure(kind))
    assert tried(run).again
    run.failed(failure(kind), 1.0)
    assert given_up(run) == "exhausted"


@pytest.mark.parametrize(
    "trouble", [failure(K.UNAVAILABLE, refused=True), failure(K.QUOTA_EXCEEDED), failure(K.AUTH_FAILED)]
)
def test_the_last_offer_is_not_tried_again_for_what_does_not_pass(trouble: Failure) -> None:
    """A refused connection, a spent quota, a refused credential."""
    assert given_up(after(attempts(A), trouble)) == "exhausted"


def test_a_retry_never_takes_the_turn_of_an_untried_offer() -> None:
    """With tries for three offers only, each offer gets one."""
    run = attempts(A, B, C, max_attempts=3)
    seen = []
    for _ in range(3):
        seen.append(tried(run).standing.offer)
        run.failed(failure(K.OVERLOADED), 1.0)
    assert seen == [A, B, C]
    assert given_up(run) == "exhausted"


def test_retries_at_one_offer_are_limited_by_the_config() -> None:
    """`retry.attempts = 0` means none."""
    run = after(attempts(A, B, retry=Retry(attempts=0)), failure(K.OVERLOADED))
    assert tried(run).standing.offer == B


def test_the_config_may_ask_for_several_tries_of_one_offer() -> None:
    """`retry.attempts` further ones, with every other offer still to come."""
    run = attempts(A, B, retry=Retry(attempts=3))
    seen = []
    while isinstance(step := run.next(T0), Try):
        seen.append(step.standing.offer)
        run.failed(failure(K.OVERLOADED), 1.0)
    assert seen == [A, A, A, A, B]


def test_a_short_limit_is_waited_out_where_the_cache_is_warm() -> None:
    """A sticky session stays; the same limit sends others on."""
    short = failure(K.RATE_LIMITED, 2.0)
    stays = tried(after(attempts(A, B, sticky=A), short))
    assert (stays.standing.offer, stays.wait, stays.again) == (A, 2.0, True)
    assert tried(after(attempts(A, B), short)).standing.offer == B


def test_a_short_limit_known_beforehand_is_waited_out_by_the_same_rule() -> None:
    """The warm session's own, or the first one back when nobody is left; never one the request has met itself."""
    near, far = (Standing(A, "rate_limited", left=2.0), Standing(B, "rate_limited", left=3.1))
    policy, model = FailoverPolicy(), merged(A, B, C)
    warm = Plan(model, tuple(standings(C)), (near, far), warm=near)
    assert brief(warm, policy, frozenset()) == near
    assert brief(warm, FailoverPolicy(max_inline_wait=1.9), frozenset()) is None
    assert brief(Plan(model, tuple(standings(C)), (near, far)), policy, frozenset()) is None
    assert brief(Plan(model, tuple(standings(C)), (near, far), warm=far), policy, frozenset()) is None
    assert brief(Plan(model, (), (far, near)), policy, frozenset()) == near
    assert brief(Plan(model, (), (far, near)), policy, {A.key}) is None


def test_a_long_limit_is_waited_out_by_nobody() -> None:
    """More than `max_inline_wait`, or nobody knows how long."""
    for seconds in (3.1, None):
        assert tried(after(attempts(A, B, sticky=A), failure(K.RATE_LIMITED, seconds))).standing.offer == B
        assert given_up(after(attempts(A), failure(K.RATE_LIMITED, seconds))) == "exhausted"


def test_a_short_limit_of_the_last_offer_is_waited_out() -> None:
    """Two seconds are better than an error."""
    assert tried(after(attempts(A), failure(K.RATE_LIMITED, 2.0))).wait == 2.0


@pytest.mark.parametrize("kind", [K.INVALID_REQUEST, K.CONTENT_POLICY])
def test_a_request_shaped_failure_surfaces_with_offers_left(kind: K) -> None:
    """It would be as wrong elsewhere."""
    run = after(attempts(A, B), failure(kind))
    step = run.next(T0)
    assert isinstance(step, GiveUp)
    assert (step.why, step.failure) == ("surface", failure(kind))


@pytest.mark.parametrize("kind", [K.CANCELLED, K.LOCAL])
def test_our_own_end_stops_everything(kind: K) -> None:
    """No attempt for a client that left, none on a machine in trouble."""
    assert given_up(after(attempts(A, B), failure(kind))) == "stopped"


def test_a_kind_the_config_does_not_name_surfaces() -> None:
    """`failover.on` decides."""
    assert given_up(after(attempts(A, B, on=("rate_limited",)), failure(K.TIMEOUT))) == "surface"
    assert tried(after(attempts(A, B, on=("rate_limited",)), failure(K.RATE_LIMITED))).standing.offer == B


# --- context length -----------------------------------------------------------------------------


def window(provider: str, tokens: int | None) -> Offer:
    return offer(provider, features=Features(context=tokens))


def test_a_too_long_prompt_goes_to_a_larger_window_only() -> None:
    """Past equal, smaller and unknown ones."""
    small, equal, unknown, large = window("s", 100), window("e", 100), window("u", None), window("l", 200)
    assert tried(after(attempts(small, equal, unknown, large), failure(K.CONTEXT_LENGTH))).standing.offer == large


def test_a_plan_that_takes_less_than_its_model_could_is_not_the_end() -> None:
    """Its window was the catalogue's, as that of the API behind it: the refusal refutes the first, not the second."""
    plan = offer("plan", features=Features(context=1000), assumed_window=True)
    api = offer("api", features=Features(context=1000), assumed_window=True)
    run = after(attempts(plan, api, needs=Needs(input_tokens=700)), failure(K.CONTEXT_LENGTH))
    assert tried(run).standing.offer == api
    run.failed(failure(K.CONTEXT_LENGTH), 1.0)
    assert given_up(run) == "surface"


def test_a_too_long_prompt_surfaces_where_no_window_is_larger() -> None:
    """As what it is."""
    run = after(attempts(window("s", 100), window("e", 100)), failure(K.CONTEXT_LENGTH))
    assert given_up(run) == "surface"


def test_once_a_prompt_was_too_long_smaller_windows_are_out_for_good() -> None:
    """Also when the larger one fails for another reason, and in later plans."""
    offers = window("m", 100), window("l", 200), window("s", 50)
    run = after(attempts(*offers), failure(K.CONTEXT_LENGTH))
    assert tried(run).standing.offer == offers[1]
    run.failed(failure(K.RATE_LIMITED, 60.0), 1.0)
    assert given_up(run) == "exhausted"
    run.replan(run.plan, again={o.key for o in offers})
    assert tried(run).standing.offer == offers[1]


def test_a_window_must_also_exceed_what_the_request_is_known_to_need() -> None:
    """The estimate counts where a provider's own figure is missing."""
    run = attempts(window("u", None), window("s", 100), window("l", 400), needs=Needs(input_tokens=300))
    assert tried(after(run, failure(K.CONTEXT_LENGTH))).standing.offer.provider == "l"


# --- after commit -------------------------------------------------------------------------------

CUT = failure(K.PROTOCOL, sent=True)


def test_a_cut_answer_is_an_error_by_default() -> None:
    """Nothing is pretended."""
    assert given_up(after(attempts(A, B), CUT, committed=True)) == "interrupted"


@pytest.mark.parametrize("kind", sorted(set(K) - {K.CANCELLED, K.LOCAL}))
@pytest.mark.parametrize("on_interrupt", Interrupt)
def test_after_commit_no_try_goes_unmarked(kind: K, on_interrupt: Interrupt) -> None:
    """Either an end, or a restart or continuation the client hears of; the request's own faults always end."""
    step = after(attempts(A, B, on_interrupt=on_interrupt), failure(kind), committed=True).next(T0)
    ends = on_interrupt is Interrupt.ERROR or config_word(kind) is None
    assert isinstance(step, GiveUp) if ends else isinstance(step, Try) and step.mode is on_interrupt
    if isinstance(step, GiveUp):
        assert step.why == ("surface" if config_word(kind) is None else "interrupted")


def test_a_restart_goes_to_the_next_offer_or_else_the_same() -> None:
    """Until the tries are used up."""
    run = after(attempts(A, B, on_interrupt=Interrupt.RESTART), CUT, committed=True)
    seen = []
    while isinstance(step := run.next(T0), Try):
        assert step.mode is Interrupt.RESTART
        seen.append(step.standing.offer)
        run.failed(CUT, 1.0)
    assert seen == [B, B]
    assert step.why == "interrupted"


def test_an_answer_is_continued_once() -> None:
    """A second cut is an error."""
    run = after(attempts(A, B, C, on_interrupt=Interrupt.CONTINUE), CUT, committed=True)
    assert tried(run).mode is Interrupt.CONTINUE
    run.failed(CUT, 1.0)
    assert given_up(run) == "interrupted"


@pytest.mark.parametrize("on_interrupt", [Interrupt.RESTART, Interrupt.CONTINUE])
def test_a_refused_gate_does_not_lose_how_the_answer_goes_on(on_interrupt: Interrupt) -> None:
    """The next attempt is the restart or continuation the refused one was to be (I8)."""
    run = after(attempts(A, B, C, on_interrupt=on_interrupt), CUT, committed=True)
    assert tried(run).standing.offer == B
    run.refused()
    step = tried(run)
    assert (step.standing.offer, step.mode) == (C, on_interrupt)


# --- budgets ------------------------------------------------------------------------------------


def test_maybe_billed_attempts_have_a_cap_of_their_own() -> None:
    """Four answers that may have been charged for nothing are enough."""
    offers = [offer(name) for name in "abcdefgh"]
    run = attempts(*offers, max_attempts=9)
    for _ in range(MAX_MAYBE_BILLED):
        after(run, failure(K.TIMEOUT, sent=True))
    assert given_up(run) == "exhausted"
    assert run.spent


def test_no_attempt_begins_after_the_deadline() -> None:
    """Nor one whose wait would pass it."""
    run = attempts(A, B, deadline=10.0)
    step = run.next(T0.after(10.0))
    assert step == GiveUp("deadline", None)
    waits = after(attempts(A, sticky=A, deadline=2.0), failure(K.RATE_LIMITED, 2.0)).next(T0)
    assert isinstance(waits, GiveUp)
    assert waits.why == "deadline"


def test_a_try_knows_when_the_request_must_have_content() -> None:
    """Time spent waiting for a reset is added; an attempt that outlasts it ends the request."""
    run = attempts(A, B, deadline=10.0, on=("rate_limited",))
    run.waited = 5.0
    assert tried(run).by == T0.boot + 15.0
    run.failed(transport_failure("deadline", "too late", sent=True), 1.0)
    assert given_up(run) == "deadline"


def test_a_deadline_after_commit_is_an_interruption() -> None:
    """Part of the answer has been seen."""
    run = after(attempts(A, B, deadline=10.0, on_interrupt=Interrupt.RESTART), CUT, committed=True)
    assert run.next(T0.after(11.0)) == GiveUp("interrupted", CUT)


def test_waiting_for_a_reset_does_not_use_up_the_deadline() -> None:
    """The client asked to wait."""
    run = attempts(A, deadline=10.0)
    run.waited = 3600.0
    assert isinstance(run.next(T0.after(3605.0)), Try)


def test_a_refused_offer_is_no_attempt() -> None:
    """It is tried when its turn comes again."""
    run = attempts(A, B)
    tried(run)
    run.refused()
    assert run.made == 0
    assert tried(run).standing.offer == B
    assert run.untried(run.plan)
    run.failed(failure(K.QUOTA_EXCEEDED), 1.0)
    run.replan(run.plan)
    assert tried(run).standing.offer == A


def test_a_new_plan_tries_what_was_not_tried_and_what_it_is_told_to() -> None:
    """An offer that just failed is not hit again because another one recovered."""
    run = after(after(attempts(A, B), failure(K.QUOTA_EXCEEDED)), failure(K.QUOTA_EXCEEDED))
    assert given_up(run) == "exhausted"
    assert not run.untried(run.plan)
    plan = Plan(run.plan.model, tuple(standings(A, B, C)), ())
    assert run.untried(plan)
    run.replan(plan, again={B.key})
    assert [tried(run).standing.offer for _ in range(2)] == [B, C]


def test_no_number_of_plans_gives_more_attempts_than_the_policy() -> None:
    """A fallback never resets a budget (I3)."""
    run = attempts(A, B, max_attempts=6)
    made = 0
    for _ in range(20):
        while isinstance(run.next(T0), Try):
            made += 1
            run.failed(failure(K.RATE_LIMITED, 1.0), 1.0)
        run.replan(run.plan, again={A.key, B.key})
    assert made == 6
    assert run.spent


TROUBLE = st.builds(
    lambda k, t, s: failure(k, t, sent=s), st.sampled_from(K), st.none() | st.floats(0.1, 10), st.booleans()
)


@given(
    st.integers(1, 5),
    st.lists(st.tuples(TROUBLE, st.booleans(), st.booleans()), min_size=30, max_size=30),
    st.sampled_from(Interrupt),
    st.integers(1, 8),
)
def test_every_history_of_trouble_ends_within_its_budgets(
    count: int, history: list[tuple[Failure, bool, bool]], on_interrupt: Interrupt, most: int
) -> None:
    """I3: attempts and maybe-billed attempts, whatever happens; after commit every try is marked."""
    offers = [offer(name) for name in "abcde"[:count]]
    run = attempts(*offers, on_interrupt=on_interrupt, max_attempts=most)
    made = billed = 0
    for trouble, commits, refused in history:
        step = run.next(T0)
        if isinstance(step, GiveUp):
            break
        assert (step.mode is not None) is run.has_committed
        if refused:
            run.refused()
            continue
        made += 1
        if commits:
            run.committed()
        billed += trouble.sent and trouble.kind in (K.UNAVAILABLE, K.TIMEOUT, K.PROTOCOL)
        run.failed(trouble, 0.5)
    assert made <= min(count + 1, most)
    assert billed <= MAX_MAYBE_BILLED
    assert isinstance(run.next(T0), GiveUp)
