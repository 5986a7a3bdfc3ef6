"""State: consent, budgets, the user's own limits and what is held for requests in flight."""

from msgspec.structs import replace

from attempted import begun, ended, first
from sample_offers import T0, ask, codes, failure, merged, offer, state
from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing, Outcome
from switchgear_protocol.words import FailureKind as K
from switchgeard.ask import Settled
from switchgeard.core.cost import cost_usd
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Caps, MergedModel, Price
from switchgeard.core.quota import OVERDRAWN, Window

MODEL = merged(offer("a"), offer("b"))
A, PAID = offer("a"), offer("paid", billing=Billing.METERED)


def test_metered_offers_need_the_consent_the_config_asks_for() -> None:
    """`never`, `ask` with a time, `allow`."""
    model = merged(PAID)
    for word, hint in (("never", "switchgear config edit"), ("ask", "switchgear allow metered --for 1h")):
        plan = state(model, metered=word).plan(ask(model), T0)
        assert (codes(plan.skipped), plan.skipped[0].hint) == ([("paid", "consent")], hint)
    world = state(model, metered="ask")
    world.allow_metered(T0.wall + 60, T0)
    assert (first(world, ask(model)), first(world, ask(model), T0.after(60))) == ("paid", None)
    assert first(state(model), ask(model)) == "paid"


def test_a_plan_that_goes_on_at_a_price_is_metered_as_long_as_it_does() -> None:
    """Its pool is used up, and its provider was told that it may be overdrawn: the word on spending counts."""
    model = merged(A)
    over = Window("a", "credits", T0.wall, "page", used=1.04, status=OVERDRAWN, resets_at=T0.wall + 3600)
    for word, hint in (("never", "switchgear config edit"), ("ask", "switchgear allow metered --for 1h")):
        world = state(model, metered=word)
        plan = world.plan(ask(model), T0)
        given = begun(world, plan.candidates[0], ask(model))
        world.observe((over,), T0)
        assert not world.still_wanted(given, T0)
        plan = world.plan(ask(model), T0)
        assert (codes(plan.skipped), plan.skipped[0].hint) == ([("a", "consent")], hint)
        assert "its plan is used up" in plan.skipped[0].reason
        assert first(world, ask(model), T0.after(3601)) == "a"
    world.allow_metered(T0.wall + 60, T0)
    assert first(world, ask(model)) == "a"
    allowed = state(model)
    allowed.observe((over,), T0)
    assert first(allowed, ask(model)) == "a"


def test_what_goes_beyond_a_plan_counts_in_the_budget() -> None:
    """At what its provider says it cost, or its list price: it is on the bill like anything metered."""
    priced = replace(A, price=Price(5.0, 25.0))
    model, used = merged(priced), Usage(200_000)
    world = state(model, usd_per_day=1.0, usd_per_session=5.0)
    asking = ask(model, "s")
    within = begun(world, world.plan(asking, T0).candidates[0], asking)
    assert (within.offer.billing, cost_usd(within.offer, used)) == (Billing.INCLUDED, 0.0)
    world.observe((Window("a", "credits", T0.wall, "page", used=1.04, status=OVERDRAWN),), T0)
    beyond = begun(world, world.plan(asking, T0).candidates[0], asking)
    cost = cost_usd(beyond.offer, used)
    assert (beyond.offer.billing, cost) == (Billing.METERED, 1.0)
    world.finish(beyond, asking, Settled(Outcome.COMPLETE, 1.0, None, used, cost), T0)
    plan = world.plan(asking, T0)
    assert codes(plan.skipped) == [("a", "budget")]
    assert world.spending.session_usd == {("editor", "s"): 1.0}


def test_consent_withdrawn_after_the_plan_holds_for_its_next_attempt() -> None:
    """Metered last, never by surprise: the gate asks again."""
    model = merged(A, PAID)
    world = state(model, metered="ask")
    world.allow_metered(T0.wall + 60, T0)
    plan = world.plan(ask(model), T0)
    world.allow_metered(None, T0)
    assert world.begin(plan.candidates[1], ask(model), T0) == (None, [])


def test_budgets_of_the_day_and_of_a_session_stop_metered_spending() -> None:
    """Another session, or another day, goes on."""
    model = merged(PAID)
    world = state(model, usd_per_session=1.0)
    ended(world, None, ask(model, "s"), cost=1.0)
    assert codes(world.plan(ask(model, "s"), T0).skipped) == [("paid", "budget")]
    assert first(world, ask(model, "other")) == "paid"
    alone = MergedModel("paid/model", "the variant by its own name", (PAID,))
    for other in (alone, replace(model, alias="other")):  # its budget is one, whatever it asks for
        assert codes(world.plan(ask(other, "s"), T0).skipped) == [("paid", "budget")]
    world = state(model, usd_per_day=1.0)
    ended(world, None, ask(model), cost=1.0)
    assert first(world, ask(model)) is None
    assert first(world, ask(model), T0.after(86_400)) == "paid"


def test_the_users_own_limits_count_what_is_in_flight() -> None:
    """One request a minute means one, also while it runs; what it held is let go at its end."""
    model = merged(offer(caps=Caps(requests_per_minute=1)))
    world = state(model)
    given = begun(world, world.plan(ask(model), T0).candidates[0], ask(model))
    plan = world.plan(ask(model), T0)
    assert codes(plan.skipped) == [("a", "user_cap")]
    world.finish(given, ask(model), Settled(Outcome.CANCELLED, 1.0, failure(K.CANCELLED)), T0)
    assert world.spending.held["a"].requests == 0
    assert first(world, ask(model), T0.after(62)) == "a"


def test_a_reservation_is_what_the_request_needs_until_it_is_settled() -> None:
    """I11, and settling twice is harmless."""
    world = state(MODEL)
    asking = ask(MODEL, needs=Needs(input_tokens=700))
    given = begun(world, world.plan(asking, T0).candidates[0], asking)
    assert world.spending.held["a"].tokens == 700
    done = Settled(Outcome.COMPLETE, 1.0)
    assert len(world.finish(given, asking, done, T0)) == 1
    assert world.finish(given, asking, done, T0) == []
    assert world.spending.held["a"].tokens == 0
