"""Sticky sessions: how long an assignment holds, and when it pays to move back."""

import pytest

from sample_offers import T0, offer
from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing, StickyMode
from switchgeard.core.clock import Now
from switchgeard.core.offer import Offer, Price, RoutingPolicy
from switchgeard.core.sticky import (
    CACHE_TTL,
    NOTED,
    SESSION_IDLE,
    WELL_FOR,
    Assignment,
    Place,
    alive,
    answered,
    assigned,
    cold,
    lost,
    moves_back,
    newsworthy,
)

A = offer("a")
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


PRICE = Price(5.0, 25.0, cache_read=0.5, cache_write=6.25)
PLAN, OTHER_PLAN = offer("a", price=PRICE), offer("b", price=PRICE)
METERED = offer("metered", billing=Billing.METERED, price=PRICE)
CHEAP = offer("cheap", billing=Billing.METERED, price=Price(1.0, 5.0, cache_read=0.1))
DEAR_READ = offer("dear", billing=Billing.METERED, price=Price(4.0, 25.0, cache_read=0.4, cache_write=5.0))
UNKNOWN = offer("unknown", billing=Billing.METERED)
LONG = 150_000  # tokens of a conversation


def back(
    current: Offer,
    preferred: Offer,
    idle: float = 0.0,
    well_for: float = WELL_FOR,
    boundary: bool = True,
    here: float = 1.0,
    there: float = 1.0,
) -> bool:
    assignment = Assignment(current.provider, current.model, T0.wall, T0.wall, "", LONG)
    at, to = Place(current, here), Place(preferred, there, well_for)
    return moves_back(at, to, assignment, LONG + 1000, boundary, T0.after(idle))


@pytest.mark.parametrize(
    ("current", "preferred", "moves"),
    [
        (METERED, PLAN, True),  # every turn saves
        (UNKNOWN, PLAN, True),  # whatever it costs, it costs something
        (OTHER_PLAN, PLAN, False),  # nothing is saved, a warm cache is lost
        (METERED, DEAR_READ, False),  # a fifth less a token, but all of them anew: five turns do not make up for it
        (METERED, CHEAP, True),  # a fifth of the price makes up for it
        (METERED, UNKNOWN, False),  # nobody knows
        (offer("l", billing=Billing.LOCAL), PLAN, False),
    ],
)
def test_a_warm_session_moves_back_only_when_its_turns_are_cheaper_there(
    current: Offer, preferred: Offer, moves: bool
) -> None:
    """Five turns, the first with a cold cache, against five where it is."""
    assert back(current, preferred) is moves


def test_the_gain_is_that_of_the_formula() -> None:
    """H x warm there, less cold and (H - 1) x warm here; at a tenth of what staying costs it begins to pay."""
    warm_here = (LONG * 0.5 + 1000 * 6.25 + 1000 * 25) / 1e6

    def preferred(share: float) -> Offer:
        price = Price(share, share, cache_read=share)  # all tokens alike: a turn costs the same cold and warm
        return offer("p", billing=Billing.PREPAID, price=price)

    even = warm_here * 1e6 / (LONG + 1000 + 1000)
    assert back(METERED, preferred(even * 0.89))
    assert not back(METERED, preferred(even * 0.91))


def test_a_scarce_subscription_is_worth_leaving_for_a_full_one() -> None:
    """From a fifth of its window on, what is left of it has a price."""
    assert back(OTHER_PLAN, PLAN, here=0.02)
    assert not back(OTHER_PLAN, PLAN, here=0.25)
    assert not back(METERED, PLAN, there=0.0)


def test_nobody_moves_in_a_turn_or_to_what_has_just_come_back() -> None:
    """However much it would save."""
    assert not back(METERED, PLAN, boundary=False)
    assert not back(METERED, PLAN, well_for=WELL_FOR - 1)


def test_a_cold_session_is_free_to_move_between_turns() -> None:
    """There is nothing to lose where the provider has forgotten it."""
    assert back(OTHER_PLAN, PLAN, idle=CACHE_TTL + 1)
    assert not back(OTHER_PLAN, PLAN, idle=CACHE_TTL)
    assert not back(OTHER_PLAN, PLAN, idle=CACHE_TTL + 1, boundary=False)


def test_how_long_it_is_warm_is_the_kind_s_or_what_the_client_asked_for() -> None:
    """An assignment lasts at least as long as the cache that is its reason."""
    openai = assigned(None, offer(kind="openai"), "", SESSION, T0)
    assert (cold(openai, T0.after(1800)), cold(openai, T0.after(1801))) == (False, True)
    assert (alive(openai, SESSION, T0.after(1800)), alive(openai, SESSION, T0.after(1801))) == (True, False)
    kept = answered(assigned(None, A, "", SESSION, T0), Usage(1, 1, cache_write=5, cache_write_1h=5), T0)
    assert (cold(kept, T0.after(3600)), alive(kept, SESSION, T0.after(3600))) == (False, True)


def test_an_assignment_remembers_what_its_provider_has_seen() -> None:
    """The estimate at first, then what was counted: prompt and answer; what a move loses, until it is cold."""
    first = assigned(None, A, "", SESSION, T0, 70)
    counted = answered(first, Usage(10, 5, 50, 20), T0.after(3))
    assert (first.prefix, counted.prefix, counted.last_used) == (70, 85, T0.wall + 3)
    assert answered(first, Usage(), T0).prefix == 70
    assert (lost(counted, T0.after(4)), lost(counted, T0.after(400)), lost(None, T0)) == (85, 0, 0)


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
