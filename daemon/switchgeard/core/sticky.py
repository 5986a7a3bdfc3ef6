"""Sticky sessions: which offer a conversation stays with, and when it may move back.

Rules for editing this file: an assignment is a preference, never a gate: an offer that cannot serve
loses it. Times are wall times, so that assignments survive a restart; a clock that jumps back only
makes them last longer. Assignments change after commit on the new target, never before (State does that).

Why stay: the provider's prompt cache. A switch re-reads the whole conversation at full price, and
switching back pays again. So a session that was moved goes back to the preferred offer only between
turns, only when that offer has been well for a while, and only when it saves money or the cache is
cold anyway.
"""

from msgspec import Struct

from switchgear_protocol.words import Billing, StickyMode

from .clock import Now
from .offer import Offer, RoutingPolicy

CACHE_TTL = 300.0  # providers' default prompt-cache lifetime
SESSION_IDLE = 600.0  # a session idle for longer has lost its cache everywhere
NOTED = 10.0  # seconds of the wall clock in which further uses are not news for the disk
WELL_FOR = 60.0  # a preferred offer must have been available this long before anyone moves back


class Assignment(Struct, frozen=True):
    """A session's offer for one merged model."""

    provider: str
    model: str
    assigned_at: float
    last_used: float
    client: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.provider, self.model)


def alive(assignment: Assignment, policy: RoutingPolicy, now: Now) -> bool:
    """Whether the assignment still holds by its mode's clock."""
    match policy.sticky_mode:
        case StickyMode.SESSION:
            return now.wall - assignment.last_used <= SESSION_IDLE
        case StickyMode.TIME_WINDOW:
            return now.wall < assignment.assigned_at + policy.window
        case _:
            return False


def moves_back(current: Offer, preferred: Offer, idle: float, well_for: float, turn_boundary: bool) -> bool:
    """Whether a session on `current` should return to `preferred`, which the user ranks higher.

    `idle`: seconds since the session was last used; `well_for`: seconds `preferred` has been available.
    """
    if not turn_boundary or well_for < WELL_FOR:
        return False
    saves_money = current.billing is Billing.METERED and preferred.billing is not Billing.METERED
    return saves_money or idle > CACHE_TTL


def assigned(previous: Assignment | None, offer: Offer, client: str, policy: RoutingPolicy, now: Now) -> Assignment:
    """The assignment after `offer` has answered: the one that still holds used again, or a new one."""
    if previous is not None and previous.key == offer.key and alive(previous, policy, now):
        return Assignment(offer.provider, offer.model, previous.assigned_at, now.wall, client)
    return Assignment(offer.provider, offer.model, now.wall, now.wall, client)


def newsworthy(previous: Assignment | None, current: Assignment) -> bool:
    """Whether what is kept over a restart should change: a busy session's last use may be NOTED seconds old there."""
    if previous is None or (previous.key, previous.assigned_at) != (current.key, current.assigned_at):
        return True
    return previous.client != current.client or previous.last_used // NOTED != current.last_used // NOTED
