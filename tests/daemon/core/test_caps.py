"""The user's own limits."""

from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.caps import DAY, IN_FLIGHT, Meter, Reservations, add, blocked, day_start, restored, used
from switchgeard.core.clock import Now
from switchgeard.core.offer import Caps

NOW = Now(wall=1_795_000_000.0, boot=1_000.0)
IDLE = Reservations()


def test_without_caps_nothing_is_ever_blocked() -> None:
    """No limit is the default."""
    meter = add(Meter(), NOW, 10**9, 10**6)
    assert blocked(meter, IDLE, Caps(), NOW, 10**9) is None


def test_requests_of_the_last_minute_and_those_in_flight_count_together() -> None:
    """Each exactly once; the time named is when the oldest leaves the minute."""
    caps, held = Caps(requests_per_minute=2), Reservations()
    meter = add(Meter(), NOW, 1, 0)
    assert blocked(meter, held, caps, NOW, 1) is None
    held.reserve(7, 1)
    reason, when = blocked(meter, held, caps, NOW.after(10), 1) or ("", None)
    assert "2 requests a minute" in reason
    assert when == NOW.wall + 61
    held.settle(7)
    assert blocked(meter, held, caps, NOW.after(10), 1) is None


def test_tokens_in_flight_are_reserved() -> None:
    """A second large request waits although the first has not been counted yet."""
    caps, held = Caps(tokens_per_minute=1000), Reservations()
    held.reserve(1, 800)
    assert blocked(Meter(), held, caps, NOW, 200) is None
    assert blocked(Meter(), held, caps, NOW, 201) == ("your limit of 1000 tokens a minute is reached", NOW.wall + 61)


def test_a_request_larger_than_the_limit_is_told_that_no_waiting_helps() -> None:
    """There is no time to come back."""
    assert blocked(Meter(), IDLE, Caps(tokens_per_minute=10), NOW, 11) == (
        "the request needs about 11 tokens, your limit is 10 a minute",
        None,
    )


def test_a_spent_day_ends_at_midnight_utc() -> None:
    """And not before, whatever the minute windows say."""
    caps = Caps(usd_per_day=5.0)
    meter = add(add(Meter(), NOW, 1, 3.0), NOW, 1, 2.5)
    reason, when = blocked(meter, IDLE, caps, NOW.after(3600), 1) or ("", None)
    assert "5 USD a day" in reason
    assert "5.50 USD" in reason
    assert when == day_start(NOW) + DAY
    assert blocked(meter, IDLE, caps, Now(day_start(NOW) + DAY, 9e9), 1) is None


def test_the_prompts_in_flight_hold_their_money() -> None:
    """Many at once cannot pass a day's limit together; the one that holds it is not in its own way."""
    caps, held = Caps(usd_per_day=5.0), Reservations()
    meter = add(Meter(), NOW, 1, 3.0)
    held.reserve(1, 10, 1.5)
    assert blocked(meter, held, caps, NOW, 1) is None
    held.reserve(2, 10, 0.5)
    reason, when = blocked(meter, held, caps, NOW, 1) or ("", None)
    assert "in flight" in reason
    assert when == NOW.wall + IN_FLIGHT
    assert blocked(meter, held, caps, NOW, 1, own=2) is None
    held.settle(1)
    assert blocked(meter, held, caps, NOW, 1) is None


def test_a_clock_set_back_does_not_forget_what_was_spent() -> None:
    """Money is only forgotten when the day it belongs to is over."""
    meter = add(Meter(), NOW, 1, 6.0)
    assert blocked(meter, IDLE, Caps(usd_per_day=5), Now(0.0, 2_000.0), 1) is not None
    meter = add(meter, Now(0.0, 2_000.0), 1, 1.0)
    assert meter.usd == 7.0


def test_a_clock_that_ran_a_day_ahead_for_a_while_begins_no_day_anew() -> None:
    """A laptop wakes with the wrong date, is used, and hears the right one."""
    caps, ahead = Caps(usd_per_day=5.0), Now(NOW.wall + DAY, NOW.boot + 60)
    meter = add(add(Meter(), NOW, 1, 4.9), ahead, 1, 0.1)
    assert blocked(meter, IDLE, caps, ahead, 1) is None
    back = Now(NOW.wall + 120, NOW.boot + 120)
    assert blocked(meter, IDLE, caps, back, 1) is not None
    (told,) = used(meter, IDLE, caps, back)
    assert told.used == 5.0
    more = add(meter, back, 1, 1.0)
    assert used(more, IDLE, caps, back)[0].used == 6.0
    later = Now(NOW.wall + 2 * DAY, NOW.boot + 2 * DAY)
    assert used(add(more, later, 1, 0.5), IDLE, caps, later)[0].used == 0.5


def test_after_a_restart_the_ledger_says_what_today_cost() -> None:
    """`restored` continues the day."""
    assert blocked(restored(NOW, 5.0), IDLE, Caps(usd_per_day=5.0), NOW, 1) is not None


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 500), st.booleans())))
def test_when_all_are_idle_nothing_is_reserved(steps: list[tuple[int, int, bool]]) -> None:
    """The sum over permits in flight is exact at every step, and zero at the end."""
    held, model = Reservations(), dict[int, int]()
    for permit, tokens, start in steps:
        if start:
            held.reserve(permit, tokens)
            model[permit] = tokens
        else:
            assert held.settle(permit) == model.pop(permit, 0)
        assert (held.tokens, held.requests) == (sum(model.values()), len(model))
    for permit in list(model):
        held.settle(permit)
    assert (held.tokens, held.requests) == (0, 0)


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 100)), max_size=40), st.integers(1, 20))
def test_what_is_let_through_never_passes_the_limit_in_any_minute(calls: list[tuple[float, int]], limit: int) -> None:
    """Against the plain definition: at most `limit` requests within any minute; and the meter is bounded."""
    caps, meter, now, done = Caps(requests_per_minute=limit), Meter(), NOW, list[float]()
    for wait, tokens in calls:
        now = now.after(wait)
        verdict = blocked(meter, IDLE, caps, now, tokens)
        if verdict is None:
            meter = add(meter, now, tokens, 0.0)
            done.append(now.boot)
        else:
            assert verdict[1] is not None
            assert now.wall <= verdict[1] <= now.wall + 61
            later = now.after(verdict[1] - now.wall + 0.001)
            assert blocked(meter, IDLE, caps, later, tokens) is None
        assert sum(1 for at in done if at > now.boot - 60) <= limit
        assert len(meter.slots) <= 62
