"""The plan: the user's order, what may change it, and the gates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sample_offers import T0, codes, merged, offer, standings
from switchgear_protocol.words import Billing, FailureKind, StickyMode
from switchgeard.core.needs import Needs
from switchgeard.core.offer import FailoverPolicy, Features, MergedModel, Price, RoutingPolicy
from switchgeard.core.pin import PinState
from switchgeard.core.routing import (
    FEATURE_CODES,
    SKIPS,
    Plan,
    Standing,
    gate,
    lacking,
    longest,
    overflows,
    plan,
)
from switchgeard.core.sticky import Assignment

A, B, C = offer("a"), offer("b"), offer("c")
MODEL = merged(A, B, C)
BLOCKED = Standing(A, "rate_limited", "slow down", left=30.0)
STAYS = Assignment("b", "m-1", T0.wall, T0.wall)


def planned(
    given: list[Standing],
    assignment: Assignment | None = None,
    pinned: str | None = None,
    model: MergedModel = MODEL,
    boundary: bool = True,
) -> Plan:
    return plan(model, given, assignment, PinState(pinned) if pinned else None, boundary, T0)


def order(made: Plan) -> list[str]:
    return [standing.offer.provider for standing in made.candidates]


def test_usable_offers_are_tried_in_the_users_order() -> None:
    """And the others are skipped with their reasons."""
    made = planned([BLOCKED, *standings(B, C)])
    assert order(made) == ["b", "c"]
    assert codes(made.skipped) == [("a", "rate_limited")]


def test_a_session_stays_with_its_offer_first_and_keeps_the_order_behind_it() -> None:
    """A preference, not a gate."""
    made = planned(standings(A, B, C), STAYS)
    assert order(made) == ["b", "a", "c"]
    assert made.sticky == B


def test_a_session_whose_offer_cannot_serve_goes_by_the_order() -> None:
    """Nothing is lost but the cache."""
    made = planned([*standings(A), Standing(B, "paused"), *standings(C)], STAYS)
    assert (order(made), made.sticky) == (["a", "c"], None)


def test_a_session_moves_back_between_turns_when_it_pays() -> None:
    """From metered to a plan that has been well; not inside a turn."""
    paid = offer("b", billing=Billing.METERED)
    model = merged(A, paid)
    well = [Standing(A, well_for=60.0), Standing(paid)]
    back = planned(well, STAYS, model=model)
    assert (order(back), back.sticky) == (["a", "b"], None)
    assert order(planned(well, STAYS, model=model, boundary=False)) == ["b", "a"]


PRICE = Price(5.0, 25.0, cache_read=0.5, cache_write=6.25)
CHEAPEST = RoutingPolicy(order="cheapest")
METERED = offer("metered", billing=Billing.METERED, price=PRICE)
PREPAID = offer("prepaid", billing=Billing.PREPAID, price=Price(4.0, 20.0))
INCLUDED = offer("included", price=PRICE)
LOCAL = offer("local", billing=Billing.LOCAL)
UNKNOWN = offer("unknown", billing=Billing.METERED)


def cheapest(*given: Standing, needs: Needs = Needs(input_tokens=10_000)) -> list[str]:  # noqa: B008
    model = merged(*(standing.offer for standing in given), routing=CHEAPEST)
    return order(plan(model, list(given), None, None, True, T0, needs=needs))


def test_cheapest_goes_by_marginal_price_and_the_users_order_between_equals() -> None:
    """Plans with headroom and local servers are free; whose price nobody knows comes last."""
    given = standings(UNKNOWN, METERED, PREPAID, LOCAL, INCLUDED)
    assert cheapest(*given) == ["local", "included", "prepaid", "metered", "unknown"]
    assert cheapest(*reversed(given)) == ["included", "local", "prepaid", "metered", "unknown"]


def test_a_scarce_plan_is_not_free_and_is_still_before_its_list_price() -> None:
    """From a fifth of its window on."""
    for headroom, expected in ((0.2, ["included", "local"]), (0.1, ["local", "included"])):
        given = [Standing(INCLUDED, headroom=headroom), *standings(LOCAL)]
        assert cheapest(*given) == expected
    assert cheapest(*standings(METERED), Standing(INCLUDED, headroom=0.05)) == ["included", "metered"]


def test_what_is_cheap_depends_on_the_request() -> None:
    """One charges for reading, the other for writing."""
    reader = offer("reads", billing=Billing.METERED, price=Price(1.0, 50.0))
    writer = offer("writes", billing=Billing.METERED, price=Price(4.0, 10.0))
    given = standings(reader, writer)
    assert cheapest(*given, needs=Needs(input_tokens=100_000)) == ["reads", "writes"]
    assert cheapest(*given, needs=Needs(input_tokens=1000)) == ["writes", "reads"]


def test_the_users_order_is_what_counts_unless_he_says_otherwise() -> None:
    """Dear first, if he wants."""
    assert order(planned(standings(METERED, LOCAL), model=merged(METERED, LOCAL))) == ["metered", "local"]


def test_an_assignment_that_ran_out_changes_nothing() -> None:
    """`sticky_mode = "none"` is the shortest."""
    never = merged(A, B, routing=RoutingPolicy(StickyMode.NONE))
    assert order(planned(standings(A, B), STAYS, model=never)) == ["a", "b"]


def test_a_pin_leaves_one_provider_and_beats_the_session() -> None:
    """The cure names the model."""
    made = planned(standings(A, B, C), STAYS, pinned="c")
    assert (order(made), made.pinned, made.sticky) == (["c"], "c", None)
    assert codes(made.skipped) == [("a", "not_pinned"), ("b", "not_pinned")]
    assert made.skipped[0].hint == "switchgear unpin m"


def test_a_pinned_provider_that_cannot_serve_is_skipped_for_its_own_reason() -> None:
    """And nobody takes its place."""
    made = planned([BLOCKED, *standings(B)], pinned="a")
    assert (order(made), made.skipped[0].code, made.retry_after) == ([], "rate_limited", 30.0)


def test_the_plan_knows_when_the_first_skipped_offer_is_back() -> None:
    """I20: the least of the times; None where time does not help."""
    made = planned([BLOCKED, Standing(B, "quota_exhausted", left=9.0), Standing(C, "auth_failed")])
    assert made.retry_after == 9.0
    assert planned([Standing(C, "auth_failed")]).retry_after is None


def test_an_offer_under_probe_is_settling() -> None:
    """It is worth a moment's wait."""
    assert planned([Standing(A, "recovering", left=1.0)]).settling
    assert not planned([BLOCKED]).settling


def test_what_can_be_done_without_is_told_and_keeps_nobody_away() -> None:
    """A tool of another provider offered beside the client's own."""
    needs = Needs(dialect="openai.responses", spares=frozenset(["hosted_tools"]))
    standing = gate(offer(), needs, RoutingPolicy())
    assert (standing.usable, standing.downgrades) == (True, ("hosted_tools",))


@pytest.mark.parametrize("name", FEATURE_CODES)
def test_a_request_is_not_sent_where_its_feature_is_missing(name: str) -> None:
    """Skipped rather than silently downgraded, unless the user allows it; then it is said."""
    poor = offer(features=Features(**{name: False}))
    needs = replace(Needs(), **{name: True})
    refused = gate(poor, needs, RoutingPolicy())
    assert (refused.code, refused.reason) == (f"no_{name}", SKIPS[f"no_{name}"])
    assert "allow_feature_downgrade" in (refused.hint or "")
    allowed = gate(poor, needs, RoutingPolicy(allow_feature_downgrade=True))
    assert (allowed.usable, allowed.downgrades) == (True, (name,))
    assert gate(poor, Needs(), RoutingPolicy()).usable
    assert lacking(A, needs) == ()


def test_a_conversation_is_not_sent_where_it_clearly_does_not_fit() -> None:
    """Also where downgrades are allowed; the estimate is rough, so a quarter more still goes."""
    small = offer(features=Features(context=1000))
    allowing = RoutingPolicy(allow_feature_downgrade=True)
    assert gate(small, Needs(input_tokens=1251), allowing).code == "context"
    assert gate(small, Needs(input_tokens=1250), allowing).usable
    assert not overflows(A, Needs(input_tokens=10**9))


def test_of_several_obstacles_the_longest_is_told() -> None:
    """Its end is when the offer may serve; what needs a person outlasts all."""
    paused, spent = Standing(A, "paused", left=5.0), Standing(A, "quota_exhausted", left=500.0)
    assert longest([paused, None, spent]) is spent
    assert longest([spent, consent := Standing(A, "consent"), paused]) is consent
    assert longest([None, None]) is None


USABLE = st.builds(lambda ok, left: ("" if ok else "rate_limited", left), st.booleans(), st.none() | st.floats(0, 1e6))


@given(st.lists(USABLE, max_size=6), st.integers(0, 6), st.integers(0, 6), st.booleans())
def test_every_offer_is_in_every_plan_exactly_once(
    given: list[tuple[str, float | None]], staying: int, pinned: int, pins: bool
) -> None:
    """As a candidate or skipped with a code; I2: first the sticky one, then the user's order."""
    offers = [offer(f"p{n}") for n in range(len(given))]
    all_of_them = [Standing(o, code, left=left) for o, (code, left) in zip(offers, given)]
    assignment = Assignment(f"p{staying}", "m-1", T0.wall, T0.wall)
    made = planned(all_of_them, assignment, f"p{pinned}" if pins else None, merged(*offers))
    listed = [s.offer for s in (*made.candidates, *made.skipped)]
    assert sorted(o.provider for o in listed) == sorted(o.provider for o in offers)
    assert all(s.code for s in made.skipped)
    rest = [o for o in (s.offer for s in made.candidates) if o != made.sticky]
    assert rest == [o for o in offers if o in rest]
    assert made.sticky is None or made.candidates[0].offer == made.sticky


def test_what_failover_on_does_not_name_is_not_passed_over() -> None:
    """The offers behind it are held, and only its own return counts; what is named is passed over."""
    model = merged(A, B, C, failover=FailoverPolicy(on=("timeout",)))
    spent = Standing(A, "quota_exhausted", "spent", left=60.0, cause=FailureKind.QUOTA_EXCEEDED)
    limited = Standing(B, "rate_limited", "slow down", left=1.0, cause=FailureKind.RATE_LIMITED)
    held = planned([spent, limited, *standings(C)], model=model)
    assert (order(held), codes(held.skipped)[2]) == ([], ("c", "held"))
    assert held.retry_after == 60.0
    slow = Standing(A, "unavailable", "slow", left=60.0, cause=FailureKind.TIMEOUT)
    assert order(planned([slow, *standings(B, C)], model=model)) == ["b", "c"]
    paused = Standing(A, "paused", "paused by you")
    assert order(planned([paused, *standings(B, C)], model=model)) == ["b", "c"]


def test_a_session_that_is_past_a_holding_offer_stays_where_it_is() -> None:
    """It does not fail over: it was there before."""
    model = merged(A, B, C, failover=FailoverPolicy(on=("timeout",)))
    spent = Standing(A, "quota_exhausted", "spent", left=60.0, cause=FailureKind.QUOTA_EXCEEDED)
    made = planned([spent, *standings(B, C)], STAYS, model=model)
    assert (order(made), codes(made.skipped)) == (["b"], [("a", "quota_exhausted"), ("c", "held")])


def test_a_time_window_is_kept_to_its_end() -> None:
    """No saving moves a session back before; that is what a window is for."""
    paid = offer("b", billing=Billing.METERED)
    model = merged(A, paid, routing=RoutingPolicy(StickyMode.TIME_WINDOW, window=1800.0))
    assert order(planned([Standing(A, well_for=60.0), Standing(paid)], STAYS, model=model)) == ["b", "a"]


def test_a_session_whose_offer_is_blocked_says_where_its_cache_is() -> None:
    """So that a short limit can be waited out."""
    limited = Standing(B, "rate_limited", "slow down", left=2.0)
    made = planned([*standings(A), limited, *standings(C)], STAYS)
    assert (order(made), made.sticky, made.warm) == (["a", "c"], None, limited)


def test_what_a_kind_carries_though_others_of_its_wire_do_not_is_no_loss() -> None:
    """A server of one's own takes any number of stop sequences."""
    asked = Needs(dialect="anthropic.messages", uses=frozenset({"many_stops"}))
    assert lacking(offer(), asked) == ("many_stops",)
    assert lacking(offer(carries=frozenset({"many_stops"})), asked) == ()
