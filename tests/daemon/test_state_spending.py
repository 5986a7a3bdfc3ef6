"""State: consent, budgets, the user's own limits and what is held for requests in flight."""

from functools import partial

from msgspec.structs import replace

from attempted import begun, ended, first
from sample_offers import T0, ask, codes, failure, merged, offer, state
from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing, Outcome
from switchgear_protocol.words import FailureKind as K
from switchgeard.ask import Settled
from switchgeard.core.cost import cost_usd
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Caps, MergedModel, Price, RoutingPolicy
from switchgeard.core.quota import OVERDRAWN, Window
from switchgeard.spending import SPEND

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


def test_what_a_request_costs_is_decided_when_it_is_sent() -> None:
    """The plan came to its end while it waited for its turn: it holds money from then on, and is booked as metered."""
    model = merged(replace(A, price=Price(5.0, 25.0)))
    world, asking, used = state(model, usd_per_day=1.0), ask(model, "s", Needs(input_tokens=100_000)), [Usage()]
    waiting, sent = (begun(world, world.plan(asking, T0).candidates[0], asking) for _ in range(2))
    for given in (waiting, sent):
        world.follow(given, asking, lambda: used[0])
    assert world.still_wanted(sent, T0)
    world.observe((Window("a", "credits", T0.wall, "page", used=1.04, status=OVERDRAWN),), T0)
    assert world.still_wanted(waiting, T0)
    billed = [world.as_sent(given).offer.billing for given in (waiting, sent)]
    assert billed == [Billing.METERED, Billing.INCLUDED]
    assert world.spending.held[SPEND].usd() == 0.525  # its prompt and a usual answer; none of the other's
    used[0] = Usage(200_000)
    assert codes(world.plan(asking, T0).skipped) == [("a", "budget")]  # it has grown
    world.finish(waiting, asking, Settled(Outcome.COMPLETE, 1.0, None, used[0], 1.0), T0)
    world.finish(sent, asking, Settled(Outcome.COMPLETE, 1.0, None, used[0], 0.0), T0)
    assert world.spending.session_usd == {("editor", "s"): 1.0}
    assert world.spending.followed == {}
    assert world.spending.held[SPEND].usd() == 0.0


def test_a_plan_beyond_its_end_is_chosen_as_what_it_costs() -> None:
    """By "cheapest", and when a nearly spent plan before it is to be spared."""
    dear, cheap = replace(A, price=Price(5.0, 25.0)), replace(PAID, price=Price(1.0, 5.0))
    over = Window("a", "credits", T0.wall, "page", used=1.04, status=OVERDRAWN, resets_at=T0.wall + 200)
    model = merged(dear, cheap, routing=RoutingPolicy(order="cheapest"))
    world = state(model)
    assert first(world, ask(model)) == "a"
    world.observe((over,), T0)
    assert first(world, ask(model)) == "paid"
    model = merged(offer("nearly"), A)
    world = state(model)
    world.observe((Window("nearly", "5h", T0.wall, "header", used=0.95, resets_at=T0.wall + 3600),), T0)
    assert first(world, ask(model)) == "a"
    world.observe((over,), T0)
    assert first(world, ask(model)) == "nearly"
    for other, served in ((PAID, "a"), (offer("plan"), "plan")):
        model = merged(A, other)
        world = state(model)
        world.observe((replace(over, resets_at=T0.wall + 3600),), T0)
        assert first(world, ask(model)) == served


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


def test_a_budget_spent_while_a_request_waits_to_be_sent_stops_it() -> None:
    """The session's own and the provider's like the day's; by who began before it, and by nobody who came later."""
    limits: list[tuple[dict[str, object], dict[str, float]]] = [
        ({}, {"usd_per_day": 1.0}),
        ({}, {"usd_per_session": 1.0}),
        ({"caps": Caps(usd_per_day=1.0)}, {}),
    ]
    for own, spend in limits:
        model = merged(replace(PAID, price=Price(1.0, 1.0), **own))
        world, asking = state(model, **spend), ask(model, "s", Needs(input_tokens=1000))
        earlier, waiting, later = (begun(world, world.plan(asking, T0).candidates[0], asking) for _ in range(3))
        used = {given.number: Usage(100) for given in (earlier, waiting, later)}
        for given in (earlier, waiting, later):
            world.follow(given, asking, partial(used.__getitem__, given.number))
        used[later.number] = Usage(2_000_000)
        assert world.still_wanted(waiting, T0), spend
        used[earlier.number] = Usage(2_000_000)
        assert not world.still_wanted(waiting, T0), spend
        world.finish(earlier, asking, Settled(Outcome.COMPLETE, 1.0, None, Usage(2_000_000), 2.0), T0)
        assert not world.still_wanted(waiting, T0), spend
