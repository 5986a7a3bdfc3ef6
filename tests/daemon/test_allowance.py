"""Allowance: when a window is nearly spent, what that does to new sessions, and what it never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attempted import begun
from sample_offers import T0, ask, merged, offer, state
from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing, Outcome
from switchgeard import remaining, views
from switchgeard.ask import Settled
from switchgeard.core.clock import Now
from switchgeard.core.needs import Needs
from switchgeard.core.quota import Window
from switchgeard.state import State

PLUS, PRO = offer("plus"), offer("pro")
KEY = offer("key", billing=Billing.METERED)
MODEL = merged(PLUS, PRO)
DONE = Settled(Outcome.COMPLETE, 1.0, usage=Usage(3, 4))


def window(used: float | None, provider: str = "plus", **more: object) -> Window:
    fields: dict[str, object] = {"resets_at": T0.wall + 3600, **more}
    return Window(provider, "5h", T0.wall, "header", used=used, **fields)  # type: ignore[arg-type]


def order(world: State, model: object = MODEL, session: str | None = None, now: Now = T0) -> list[str]:
    plan = world.plan(ask(model, session), now)  # type: ignore[arg-type]
    return [s.offer.provider for s in plan.candidates]


def test_new_sessions_leave_what_is_left_of_a_nearly_spent_window_to_those_it_has() -> None:
    """A demotion, not a skip; the session that is there stays, and both are explained."""
    world = state(MODEL)
    asking = ask(MODEL, "s")
    permit = begun(world, world.plan(asking, T0).candidates[0], asking)
    world.committed(permit, asking, T0)
    world.finish(permit, asking, DONE, T0)
    world.observe([window(0.93)], T0)
    assert order(world) == ["pro", "plus"]
    assert order(world, session="s") == ["plus", "pro"]
    steps = views.explained(world, world.plan(ask(MODEL), T0), ask(MODEL)).steps
    assert steps[0].reason == "before plus, whose 5h window is 93 % used"
    assert steps[1].reason == "5h window is 93 % used: kept for its sessions"
    assert all(step.usable for step in steps)


def test_a_nearly_spent_window_never_sends_anybody_to_a_metered_offer_unasked() -> None:
    """Not first, and not past the offer it spares either; behind it as the user ordered."""
    behind, between = merged(PLUS, KEY), merged(PLUS, KEY, PRO)
    world = state(behind)
    world.observe([window(0.99)], T0)
    assert order(world, behind) == ["plus", "key"]
    assert order(world, between) == ["pro", "plus", "key"]


def test_a_threshold_the_user_wrote_sends_new_sessions_to_metered_offers_too() -> None:
    """He said from when on; at another window's default nothing changes."""
    wrote = merged(offer("plus", thresholds=(("5h", 0.5),)), KEY)
    other = merged(offer("plus", thresholds=(("7d", 0.5),)), KEY)
    world = state(wrote)
    world.observe([window(0.6)], T0)
    assert order(world, wrote) == ["key", "plus"]
    world.observe([window(0.95)], T0)
    assert order(world, other) == ["plus", "key"]


def test_where_all_are_nearly_spent_the_users_order_holds() -> None:
    """There is nobody to leave it to."""
    world = state(MODEL)
    world.observe([window(0.95), window(0.99, "pro")], T0)
    assert order(world) == ["plus", "pro"]


def test_a_providers_own_warning_counts_as_nearly_spent() -> None:
    """Whatever the figure beside it, and without one."""
    world = state(MODEL)
    world.observe([window(None, status="allowed_warning")], T0)
    assert order(world) == ["pro", "plus"]


@pytest.mark.parametrize(
    ("readings", "first"),
    [([0.91, 0.87], "pro"), ([0.91, 0.84], "plus"), ([0.87], "plus"), ([0.91, 0.84, 0.87], "plus")],
)
def test_once_nearly_spent_it_is_so_until_clearly_below(readings: list[float], first: str) -> None:
    """Figures that waver around the threshold do not send sessions back and forth."""
    world = state(MODEL)
    for used in readings:
        world.observe([window(used)], T0)
    assert order(world)[0] == first


def test_a_reset_ends_it() -> None:
    """At once, and the slack does not outlive it."""
    world = state(MODEL)
    world.observe([window(0.95)], T0)
    after = T0.after(3600)
    assert order(world, now=after) == ["plus", "pro"]
    world.observe([window(0.87, resets_at=after.wall + 3600)], after)
    assert order(world, now=after) == ["plus", "pro"]


def test_tokens_in_flight_count_into_a_window_of_tokens_and_are_let_go_of() -> None:
    """300 of 1000 held and 650 used: the next session goes elsewhere until the first has ended."""
    world = state(MODEL)
    world.observe([window(0.65, limit=1000.0, unit="tokens")], T0)
    asking = ask(MODEL, needs=Needs(input_tokens=300))
    permit = begun(world, world.plan(asking, T0).candidates[0], asking)
    assert order(world) == ["pro", "plus"]
    world.finish(permit, asking, DONE, T0)
    assert order(world) == ["plus", "pro"]


def test_a_rate_only_gates() -> None:
    """A minute that is nearly used up sends no session away, unless the user said so; nor is it told as if."""
    minute = Window("plus", "tokens-minute", T0.wall, "header", used=0.97, resets_at=T0.wall + 40)
    world = state(MODEL)
    world.observe([minute], T0)
    assert order(world) == ["plus", "pro"]
    (told,) = remaining.windows(world, T0)
    assert (told.state, told.threshold) == ("ok", None)
    wrote = merged(offer("plus", thresholds=(("tokens-minute", 0.9),)), PRO)
    assert order(world, wrote) == ["pro", "plus"]


def test_a_window_of_another_model_line_is_not_in_the_way() -> None:
    """Its family says whom it counts."""
    world = state(MODEL)
    world.observe([window(0.99, family="*opus*")], T0)
    assert order(world) == ["plus", "pro"]


LIES = st.builds(
    window,
    used=st.none() | st.floats(0, 50),
    resets_at=st.none() | st.floats(0, 4e9),
    limit=st.none() | st.floats(0, 1e9),
    unit=st.sampled_from([None, "requests", "tokens"]),
    status=st.sampled_from([None, "allowed", "allowed_warning", "who knows"]),
)


@given(st.lists(LIES, max_size=6), st.floats(-1e9, 1e9))
def test_percentages_alone_never_block(readings: list[Window], astray: float) -> None:
    """Whatever headers claim and whatever the clock does, nobody is skipped for a figure."""
    world = state(MODEL)
    world.observe(readings, T0)
    later = Now(T0.wall + astray, T0.boot + 1.0)
    plan = world.plan(ask(MODEL), later)
    assert plan.skipped == ()
    assert len(plan.candidates) == 2


@given(st.lists(LIES, max_size=6))
def test_a_window_that_vanished_from_the_answers_ages_out(readings: list[Window]) -> None:
    """A quarter of an hour without a reset, else the reset, 35 days at most."""
    world = state(MODEL)
    world.observe(readings, T0)
    assert order(world, now=T0.after(36 * 86_400)) == ["plus", "pro"]


def test_a_spent_window_past_its_reset_is_tried_by_one_request_first() -> None:
    """The reset is a prediction: half-open, not a flood."""
    alone = merged(PLUS)
    world = state(alone)
    world.observe([window(1.0, status="rejected")], T0)
    assert order(world, alone) == []
    after = T0.after(3601)
    asking = ask(alone)
    plan = world.plan(asking, after)
    assert world.begin(plan.candidates[0], asking, after)[0] is not None
    assert world.plan(asking, after).skipped[0].code == "recovering"
