"""Views: what a person reads of offers, providers, routes and sessions."""

import pytest
from msgspec import structs

from attempted import ended
from sample_offers import T0, ask, failure, merged, offer, state
from switchgear_protocol.words import Billing, Health, Outcome
from switchgear_protocol.words import FailureKind as K
from switchgeard import views
from switchgeard.ask import Settled
from switchgeard.core.failure import Failure
from switchgeard.core.listing import Listed, Listing
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Features, Price, RoutingPolicy
from switchgeard.core.pin import PinState
from switchgeard.core.quota import OVERDRAWN, Window
from switchgeard.state import State

A, B = offer("a"), offer("b", price=Price(3.0, 15.0), billing=Billing.METERED)
MODEL = merged(A, B)


def world(*troubles: Failure) -> State:
    """State after these failures, each of the offer first in line."""
    made = state(MODEL)
    for trouble in troubles:
        given, _ = made.begin(made.plan(ask(MODEL), T0).candidates[0], ask(MODEL), T0)
        assert given is not None
        made.finish(given, ask(MODEL), Settled(Outcome.FAILED, 1.0, trouble), T0)
    return made


def test_a_model_says_who_serves_and_why_the_others_do_not() -> None:
    """Health, reason, time, where it comes from."""
    made = world(failure(K.RATE_LIMITED, 30.0, source="retry-after"))
    (shown,) = views.models(made, T0)
    first, second = shown.offers
    assert (shown.alias, shown.serving, shown.pinned) == ("m", "M (via b)", None)
    assert (first.health, first.usable, first.until) == (Health.RATE_LIMITED, False, T0.wall + 30)
    assert (first.reason, first.source) == ("rate_limited it says", "retry-after")
    assert (second.health, second.usable, second.price) == (Health.AVAILABLE, True, {"input": 3.0, "output": 15.0})
    assert first.features["tools"]


def test_a_model_says_in_which_order_a_new_session_is_served() -> None:
    """The place of each, and why it is not the user's; none of who is passed over."""
    model = merged(offer("a"), offer("b"), offer("c"), routing=RoutingPolicy(order="cheapest"))
    made = state(model)
    made.observe([Window("a", "5h", T0.wall, "header", used=0.95, resets_at=T0.wall + 3600)], T0)
    made.pause("b", None, T0)
    told = views.model(made, model, T0)
    assert (told.order, told.serving) == ("cheapest", "M (via c)")
    assert [(one.provider, one.place) for one in told.offers] == [("a", 2), ("b", None), ("c", 1)]
    assert told.offers[0].reason == "5h window is 95 % used: kept for its sessions"


def test_a_plan_that_is_overdrawn_says_so_and_what_it_costs_now() -> None:
    """The model's page, and the dry run; by itself it stays what it is, a plan."""
    model = merged(offer("a", price=Price(5.0, 25.0)))
    made, asking = state(model), ask(model, needs=Needs(input_tokens=100_000))
    assert views.explained(made, made.plan(asking, T0), asking).steps[0].cost_usd == 0.0
    assert not views.model(made, model, T0).offers[0].overdrawn
    made.observe([Window("a", "credits", T0.wall, "page", used=1.04, status=OVERDRAWN)], T0)
    assert views.explained(made, made.plan(asking, T0), asking).steps[0].cost_usd == 0.525
    (shown,) = views.model(made, model, T0).offers
    assert (shown.overdrawn, shown.billing) == (True, Billing.INCLUDED)


def test_what_providers_list_and_no_model_names_is_listed_apart() -> None:
    """By provider; nothing that a model has already, nor what this account does not get."""
    made = state(MODEL)
    name, *others = [offer.model for offer in MODEL.offers if offer.provider == "a"]
    rows = (Listed(name), Listed("new"), Listed("kept-back", enabled=False))
    made.listed("a", Listing(rows, T0.wall))
    made.listed("gone", Listing((Listed("old"),), T0.wall))
    assert (others, views.listed(made)) == ([], ["a/new"])


def test_a_model_nobody_can_serve_says_so() -> None:
    """`serving` is None."""
    made = world(failure(K.QUOTA_EXCEEDED, 30.0), failure(K.AUTH_FAILED))
    (shown,) = views.models(made, T0)
    assert shown.serving is None
    assert shown.offers[1].hint == "switchgear login b"


def test_a_pin_is_shown_with_its_end() -> None:
    """And only while it binds."""
    made = world()
    made.pin("m", None, PinState("b", T0.wall + 60), T0)
    shown = views.model(made, MODEL, T0)
    assert (shown.pinned, shown.pinned_until, shown.serving) == ("b", T0.wall + 60, "M (via b)")
    assert len(views.pins(made, T0)) == 1
    assert views.model(made, MODEL, T0.after(61)).pinned is None
    assert views.pins(made, T0.after(61)) == []


def test_a_provider_is_as_ill_as_its_whole_account() -> None:
    """A refused login, a spent account; one model line of several is not the account."""
    refused = views.provider(made := world(failure(K.AUTH_FAILED)), made.config.providers["a"], T0)
    assert (refused.health, refused.hint, refused.until) == (Health.AUTH_FAILED, "switchgear login a", None)
    two = merged(A, offer("a", "opus"))
    lines = state(two)
    lines.observe([Window("a", "7d_opus", T0.wall, "h", "*opus*", status="rejected", resets_at=T0.wall + 9e3)], T0)
    assert views.provider(lines, lines.config.providers["a"], T0).health is Health.AVAILABLE
    lines.observe([Window("a", "7d", T0.wall, "h", status="rejected", resets_at=T0.wall + 9e3)], T0)
    assert views.provider(lines, lines.config.providers["a"], T0).health is Health.QUOTA_EXHAUSTED


def test_a_provider_none_of_whose_offers_can_serve_is_ill_too() -> None:
    """Its only model is unknown there."""
    made = world(failure(K.MODEL_NOT_FOUND, 86_400.0))
    assert [view.health for view in views.providers(made, T0)] == [Health.UNAVAILABLE, Health.AVAILABLE]


def test_a_pause_and_what_is_in_flight_are_shown() -> None:
    """A paused offer reads as disabled."""
    made = world()
    given, _ = made.begin(made.plan(ask(MODEL), T0).candidates[0], ask(MODEL), T0)
    assert given is not None
    made.pause("a", T0.wall + 60, T0)
    shown = views.provider(made, made.config.providers["a"], T0)
    assert (shown.paused, shown.paused_until, shown.in_flight) == (True, T0.wall + 60, 1)
    assert views.model(made, MODEL, T0).offers[0].health is Health.DISABLED
    assert not views.provider(made, made.config.providers["a"], T0.after(60)).paused


def test_a_route_is_explained_with_every_offer_once() -> None:
    """Candidates in order, then the skipped with code, reason and time."""
    made = world(failure(K.RATE_LIMITED, 30.0))
    asking = ask(MODEL)
    told = views.explained(made, made.plan(asking, T0), asking)
    assert [(s.provider, s.code, s.usable) for s in told.steps] == [("b", "first", True), ("a", "rate_limited", False)]
    assert (told.chosen, told.retry_after_ms) == ("M (via b)", None)


def test_a_route_does_not_call_usable_what_is_only_looked_at_again() -> None:
    """A login that was missing half a minute ago may be there now, or not."""
    made = world(failure(K.MISSING_CREDENTIAL))
    later = T0.after(3600)
    first = views.explained(made, made.plan(ask(MODEL), later), ask(MODEL)).steps[0]
    assert (first.provider, first.usable) == ("a", True)
    assert first.reason.startswith("looked at again: ")


def test_a_route_says_what_the_request_would_cost_at_each_offer() -> None:
    """A warm cache is cheaper; a plan costs nothing, what nobody knows is not told."""
    paid = offer("paid", billing=Billing.METERED, price=Price(10.0, 10.0, cache_read=1.0))
    model = merged(paid, offer("plan", price=Price(1.0, 1.0)), offer("unknown", billing=Billing.METERED))
    made, asking = state(model), ask(model, "s", Needs(input_tokens=9000))
    cold = views.explained(made, made.plan(asking, T0), asking)
    assert [step.cost_usd for step in cold.steps] == [pytest.approx(0.1), 0.0, None]
    ended(made, None, asking)
    key = ("editor", "s", "m")
    made.sessions.assignments[key] = structs.replace(made.sessions.assignments[key], prefix=9000)
    warm = views.explained(made, made.plan(asking, T0), asking)
    assert warm.steps[0].cost_usd == pytest.approx(0.019)


def test_an_exhausted_route_says_when_to_come_back() -> None:
    """In milliseconds."""
    made = world(failure(K.RATE_LIMITED, 30.5), failure(K.QUOTA_EXCEEDED, 600.0))
    asking = ask(MODEL)
    told = views.explained(made, made.plan(asking, T0), asking)
    assert (told.chosen, told.retry_after_ms) == (None, 30_500)


def test_a_downgrade_is_said_where_it_is_allowed() -> None:
    """ "without images"."""
    poor = offer("a", features=Features(images=False))
    model = merged(poor, routing=type(MODEL.routing)(allow_feature_downgrade=True))
    made = state(model)
    asking = ask(model, needs=Needs(images=True))
    assert views.explained(made, made.plan(asking, T0), asking).steps[0].reason == "without images"


def test_sessions_are_listed_with_their_offers() -> None:
    """Whose, which, since when."""
    made = world()
    asking = ask(MODEL, "s")
    given, _ = made.begin(made.plan(asking, T0).candidates[0], asking, T0)
    assert given is not None
    made.committed(given, asking, T0)
    (shown,) = views.sessions(made)
    assert (shown.session, shown.alias, shown.provider, shown.client) == ("s", "m", "a", "editor")
    assert (shown.assigned_at, shown.last_used) == (T0.wall, T0.wall)
