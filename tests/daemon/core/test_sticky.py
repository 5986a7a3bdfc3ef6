"""Sticky sessions: how long an assignment holds, and when it pays to move back."""

import pytest

from sample_offers import T0, offer
from switchgear_protocol.words import Billing, StickyMode
from switchgeard.core.clock import Now
from switchgeard.core.offer import RoutingPolicy
from switchgeard.core.sticky import (
    CACHE_TTL,
    NOTED,
    SESSION_IDLE,
    WELL_FOR,
    Assignment,
    alive,
    assigned,
    moves_back,
    newsworthy,
)

A = offer("a")
PAID = offer("metered", billing=Billing.METERED)
WINDOW = RoutingPolicy(StickyMode.TIME_WINDOW, window=60.0)
SESSION = RoutingPolicy(StickyMode.SESSION)


def held(at: float = T0.wall, used: float = T0.wall) -> Assignment:
    return Assignment("a", "m-1", at, used)


def test_a_session_holds_its_offer_until_it_has_been_idle_too_long() -> None:
    """Use prolongs it."""
    assert alive(held(), SESSION, T0.after(SESSION_IDLE))
    assert not alive(held(), SESSION, T0.after(SESSION_IDLE + 1))
    assert alive(held(used=T0.wall + 1000), SESSION, T0.after(1000 + SESSION_IDLE))


def test_a_time_window_holds_from_the_assignment_and_use_does_not_prolong_it() -> None:
    """Its end is known from the start."""
    assert alive(held(), WINDOW, T0.after(59))
    assert not alive(held(used=T0.wall + 59), WINDOW, T0.after(60))


def test_mode_none_holds_nothing() -> None:
    """Every request goes by the user's order."""
    assert not alive(held(), RoutingPolicy(StickyMode.NONE), T0)


def test_a_wall_clock_set_back_only_makes_an_assignment_last_longer() -> None:
    """Never shorter."""
    for policy in (SESSION, WINDOW):
        assert alive(held(), policy, Now(T0.wall - 86_400, T0.boot))


@pytest.mark.parametrize(
    ("current", "idle", "well_for", "boundary", "moves"),
    [
        (PAID, 0.0, WELL_FOR, True, True),  # it saves money
        (PAID, 0.0, WELL_FOR - 1, True, False),  # it may fail again
        (PAID, 0.0, WELL_FOR, False, False),  # in the middle of a turn
        (offer("b"), 0.0, 1e6, True, False),  # the cache is warm and nothing is saved
        (offer("b"), CACHE_TTL + 1, WELL_FOR, True, True),  # the cache is cold anyway
        (offer("b"), CACHE_TTL + 1, 1e6, False, False),
    ],
)
def test_a_session_moves_back_only_when_it_pays(
    current: object, idle: float, well_for: float, boundary: bool, moves: bool
) -> None:
    """Between turns, to an offer that has been well, for money or with nothing to lose."""
    assert moves_back(current, A, idle, well_for, boundary) is moves  # type: ignore[arg-type]


def test_moving_from_one_metered_offer_to_another_saves_nothing() -> None:
    """Only a plan that is paid for anyway is cheaper."""
    assert not moves_back(PAID, offer("other", billing=Billing.METERED), 0.0, 1e6, True)


def test_use_keeps_the_start_of_an_assignment_and_a_switch_begins_another() -> None:
    """`assigned_at` is when this offer took over."""
    later = T0.after(30)
    assert assigned(held(), A, "editor", SESSION, later) == Assignment("a", "m-1", T0.wall, later.wall, "editor")
    assert assigned(held(), offer("b"), "", SESSION, later) == Assignment("b", "m-1", later.wall, later.wall)
    assert assigned(None, A, "", SESSION, later).assigned_at == later.wall


def test_an_assignment_that_has_run_out_begins_anew_at_the_same_offer() -> None:
    """Else a time window would hold once and never again."""
    later = T0.after(61)
    again = assigned(held(), A, "", WINDOW, later)
    assert again.assigned_at == later.wall
    assert alive(again, WINDOW, later.after(59))


def test_a_busy_session_is_news_for_the_disk_only_now_and_then() -> None:
    """A request every second for a minute: the last use on disk is never older than NOTED seconds."""
    kept = current = held(used=0.0)
    told = 0
    for second in range(1, 61):
        previous, current = current, held(used=float(second))
        if newsworthy(previous, current):
            kept, told = current, told + 1
        assert current.last_used - kept.last_used < NOTED
    assert told == 60 / NOTED


def test_another_offer_another_client_and_a_new_assignment_are_news_at_once() -> None:
    """Whatever the clock says."""
    assert newsworthy(None, held())
    assert newsworthy(held(), held(at=T0.wall + 1))
    assert newsworthy(held(), Assignment("b", "m-1", T0.wall, T0.wall))
    assert newsworthy(held(), Assignment("a", "m-1", T0.wall, T0.wall, "editor"))
    assert not newsworthy(held(), held())
