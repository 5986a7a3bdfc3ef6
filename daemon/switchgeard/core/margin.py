"""Margin: what the next turn of a conversation would cost at an offer, before it is asked.

Rules for editing: estimates in USD, for comparing offers and for telling people; budgets count what was settled and
never this. What is paid for in advance costs nothing while there is plenty of it; from SCARCE on it has a shadow
price that rises to the list price as it runs out. A paid offer whose price nobody knows is None, never 0.
"""

from collections.abc import Iterable

from msgspec import Struct

from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing

from .clock import Now
from .cost import list_usd
from .offer import Offer
from .quota import RATE, Window, rate, stale

ANSWER = 1000  # tokens an answer is taken to have; a caller's own smaller limit counts instead
SCARCE = 0.2  # of a subscription's tightest window: with less left it is no longer free


class Turn(Struct, frozen=True):
    """One turn to be priced: tokens of the prompt, how many of them the offer has cached, and of the answer."""

    prompt: int
    cached: int = 0
    answer: int = ANSWER


def turn(prompt: int, limit: int | None = None, cached: int = 0) -> Turn:
    """A request of so many tokens. `limit`: the caller's own on the answer."""
    return Turn(prompt, cached, ANSWER if limit is None else min(limit, ANSWER))


def turn_usd(offer: Offer, one: Turn, headroom: float = 1.0) -> float | None:
    """What this turn adds to what the user pays. `headroom`: the fraction left of the offer's tightest window."""
    if offer.billing is Billing.LOCAL:
        return 0.0
    listed = list_usd(offer.price, _as_usage(offer, one))
    return (listed or 0.0) * scarcity(headroom) if offer.billing is Billing.INCLUDED else listed


def scarcity(headroom: float) -> float:
    """0 while SCARCE or more is left, then up to 1 when nothing is."""
    return min(max(1.0 - headroom / SCARCE, 0.0), 1.0)


def headroom(windows: Iterable[Window], now: Now) -> float:
    """The fraction left of the tightest of these windows; 1 where none is known."""
    least = 1.0
    for window in windows:
        left = _left(window)
        if left < least and _lasts(window, now):
            least = left
    return least


def _lasts(window: Window, now: Now) -> bool:
    """What comes back soon, or always does, says nothing of what is left of the plan."""
    soon = window.resets_at is not None and window.resets_at - now.wall <= RATE
    return not (soon or rate(window) or stale(window, now))


def _left(window: Window) -> float:
    used = window.used
    if used is None and window.limit and window.remaining is not None:
        used = 1.0 - window.remaining / window.limit
    return 1.0 if used is None else min(max(1.0 - used, 0.0), 1.0)


def reread_usd(offer: Offer, tokens: int, headroom: float = 1.0) -> float | None:
    """What it costs that so many tokens of a conversation are not in this offer's cache."""
    return turn_usd(offer, Turn(tokens, 0, 0), headroom)


def _as_usage(offer: Offer, one: Turn) -> Usage:
    """Where writing to the cache has a price, clients that care for a session have their prompts written."""
    cached = min(one.cached, one.prompt)
    fresh = one.prompt - cached
    if offer.price is not None and offer.price.cache_write is not None:
        return Usage(0, one.answer, cached, fresh)
    return Usage(fresh, one.answer, cached)
