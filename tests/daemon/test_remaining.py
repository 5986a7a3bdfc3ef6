"""Remaining: windows as clients see them, with the user's own limits among them."""

from msgspec.structs import replace

from attempted import begun, ended
from sample_offers import T0, ask, failure, merged, offer, state
from switchgear_protocol.content import Usage
from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Outcome
from switchgeard import remaining, views
from switchgeard.ask import Settled
from switchgeard.core.clock import Now
from switchgeard.core.needs import Needs
from switchgeard.core.offer import Caps
from switchgeard.core.provider import NoCredential, Provider
from switchgeard.core.quota import Window
from switchgeard.state import State

LIMITS = Caps(requests_per_minute=10, tokens_per_minute=1000, usd_per_day=2.0)
PLUS = offer("plus", caps=LIMITS)
MODEL = merged(PLUS)
WHOLE = Window("plus", "5h", T0.wall, "header", used=0.8, limit=1000.0, unit="tokens", resets_at=T0.wall + 3600)


def limited() -> State:
    """A provider with the user's limits on it and a threshold of his."""
    world = state(MODEL)
    wrote = (("5h", 0.85),)
    world.config.providers["plus"] = Provider(
        "plus", PLUS.kind, "Plus", PLUS.endpoint, PLUS.billing, NoCredential(), caps=LIMITS, thresholds=wrote
    )
    return world


def test_a_window_tells_its_state_its_threshold_and_what_is_held() -> None:
    """60 of 1000 tokens in flight bring 80 % over the 85 % the user wrote."""
    world = limited()
    world.observe([WHOLE], T0)
    assert remaining.windows(world, T0)[0].state == "ok"
    asking = ask(MODEL, needs=Needs(input_tokens=60))
    begun(world, world.plan(asking, T0).candidates[0], asking)
    told = remaining.windows(world, T0, "plus")[0]
    assert (told.state, told.threshold, told.reserved) == ("nearly", 0.85, 0.06)


def test_a_window_begun_anew_tells_no_figure_of_the_one_before() -> None:
    """At its reset what was read of it is over, and what is used of the new one nobody has said."""
    world = limited()
    world.observe([replace(WHOLE, used=1.0, remaining=0.0, status="rejected")], T0)
    assert remaining.windows(world, T0)[0].state == "spent"
    told = remaining.windows(world, Now(T0.wall + 3600, T0.boot + 3600))[0]
    assert (told.used, told.remaining, told.status, told.state) == (None, None, None, "ok")
    assert (told.limit, told.resets_at) == (1000.0, T0.wall + 3600)


def test_the_users_own_limits_are_windows_too() -> None:
    """Used, left, and when the day ends; what is in flight counts."""
    world = limited()
    asking = ask(MODEL, needs=Needs(input_tokens=60))
    done = begun(world, world.plan(asking, T0).candidates[0], asking)
    world.finish(done, asking, Settled(Outcome.COMPLETE, 1.0, None, Usage(300, 100), 0.5), T0)
    begun(world, world.plan(asking, T0).candidates[0], asking)
    told = {view.window: view for view in remaining.windows(world, T0)}
    assert set(told) == {"requests/minute", "tokens/minute", "USD/day"}
    assert {view.source for view in told.values()} == {"config"}
    assert (told["requests/minute"].used, told["requests/minute"].remaining) == (0.2, 8)
    assert (told["tokens/minute"].remaining, told["tokens/minute"].reserved) == (540, 0.06)
    assert (told["USD/day"].used, told["USD/day"].limit) == (0.25, 2.0)
    assert T0.wall < (told["USD/day"].resets_at or 0) <= T0.wall + 86_400


def test_an_offer_shows_the_windows_that_count_it() -> None:
    """Those of another model line are not its own."""
    world = limited()
    world.observe([WHOLE, Window("plus", "7d_x", T0.wall, "header", "*other*", 0.1)], T0)
    shown = views.model(world, MODEL, T0).offers[0].windows
    assert [view.window for view in shown if view.source != "config"] == ["5h"]


def test_a_quota_only_a_refusal_told_of_is_learned() -> None:
    """Of unknown size, spent until the time named; over when that has passed, or where a window says it."""
    world = limited()
    asking = ask(MODEL)
    ended(world, failure(K.QUOTA_EXCEEDED, 7200.0, source="body"), asking)
    told = [view for view in remaining.windows(world, T0) if view.source == "learned"]
    assert [(v.window, v.state, v.resets_at, v.used) for v in told] == [("account", "spent", T0.wall + 7200, None)]
    assert told == [view for view in remaining.of_offer(world, PLUS, T0) if view.source == "learned"]
    assert {view.source for view in remaining.windows(world, T0.after(7200))} == {"config"}
    world.observe([Window("plus", "account", T0.wall, "page", remaining=0, resets_at=T0.wall + 7200)], T0)
    assert {view.source for view in remaining.windows(world, T0)} == {"page", "config"}


def test_when_we_look_again_is_no_reset() -> None:
    """Nobody said until when it is spent."""
    world = limited()
    ended(world, failure(K.QUOTA_EXCEEDED), ask(MODEL))
    (told,) = [view for view in remaining.windows(world, T0) if view.source == "learned"]
    assert (told.state, told.resets_at) == ("spent", None)
