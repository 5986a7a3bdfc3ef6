"""Sticky sessions: which offer a conversation stays with, and when it may move back.

Rules for editing this file: an assignment is a preference, never a gate: an offer that cannot serve
loses it. Times are wall times, so that assignments survive a restart; a clock that jumps back only
makes them last longer. Assignments change after commit on the new target, never before (State does that).

Why stay: the provider's prompt cache. A switch re-reads the whole conversation at full price, and
switching back pays again. So a session that was moved goes back to the preferred offer only between
turns, only when that offer has been well for a while, and only when the turns it is expected to have yet
are cheaper there by more than reading it all anew costs, or the cache is cold anyway.
"""

from msgspec import Struct
from msgspec.structs import replace

from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing, StickyMode

from .clock import Now
from .cost import prompt_tokens
from .margin import Turn, reread_usd, turn_usd
from .offer import Offer, RoutingPolicy

CACHE_TTL = 300.0  # seconds a prompt stays cached, where nothing else is known
CACHE_TTLS = {"openai": 1800.0, "deepseek": 7200.0}
"""Kind -> seconds, where its provider keeps prompts longer by default."""
KEPT_LONG = 3600.0  # seconds, where the client asked for it
SESSION_IDLE = 600.0  # a session idle for longer has lost its cache everywhere
NOTED = 10.0  # seconds of the wall clock in which further uses are not news for the disk
WELL_FOR = 60.0  # a preferred offer must have been available this long before anyone moves back
TURNS = 5  # a session is expected to have yet
WORTH = 0.1  # of what those turns cost where it is: a smaller saving is within the error of the estimate


class Assignment(Struct, frozen=True):
    """A session's offer for one merged model."""

    provider: str
    model: str
    assigned_at: float
    last_used: float
    client: str = ""
    prefix: int = 0  # tokens of the conversation the provider has seen, and may have cached
    keeps: float = CACHE_TTL  # seconds it keeps them after each use

    @property
    def key(self) -> tuple[str, str]:
        return (self.provider, self.model)


def alive(assignment: Assignment, policy: RoutingPolicy, now: Now) -> bool:
    """Whether the assignment still holds by its mode's clock."""
    match policy.sticky_mode:
        case StickyMode.SESSION:
            return now.wall - assignment.last_used <= max(SESSION_IDLE, assignment.keeps)
        case StickyMode.TIME_WINDOW:
            return now.wall < assignment.assigned_at + policy.window
        case _:
            return False


class Place(Struct, frozen=True):
    """An offer a session may be served by. `headroom`: the fraction left of its tightest quota window."""

    offer: Offer
    headroom: float = 1.0
    well_for: float = 0.0  # seconds it has been available


def moves_back(at: Place, preferred: Place, assignment: Assignment, prompt: int, turn_boundary: bool, now: Now) -> bool:
    """Whether a session that is `at` one offer should return to `preferred`, which the order ranks higher.

    `prompt`: tokens of the request at hand, estimated.
    """
    if not turn_boundary or preferred.well_for < WELL_FOR:
        return False
    return cold(assignment, now) or pays(at, preferred, max(prompt, assignment.prefix), assignment.prefix)


def cold(assignment: Assignment, now: Now) -> bool:
    """Whether the provider has forgotten the conversation, so that staying saves nothing."""
    return now.wall - assignment.last_used > assignment.keeps


def pays(at: Place, preferred: Place, prompt: int, prefix: int) -> bool:
    """Whether TURNS turns are clearly cheaper at `preferred`, the first of them with a cold cache.

    With a price unknown only what costs nothing is known to be cheaper than what is paid by use.
    """
    warm = Turn(prompt, prefix or prompt)
    staying = turn_usd(at.offer, warm, at.headroom)
    moving = [turn_usd(preferred.offer, each, preferred.headroom) for each in (Turn(prompt), warm)]
    if staying is None:
        return at.offer.billing is Billing.METERED and preferred.offer.billing in (Billing.INCLUDED, Billing.LOCAL)
    if moving[0] is None or moving[1] is None:
        return False
    gain = TURNS * staying - moving[0] - (TURNS - 1) * moving[1]
    return gain > WORTH * TURNS * staying


def assigned(
    previous: Assignment | None, offer: Offer, client: str, policy: RoutingPolicy, now: Now, prefix: int = 0
) -> Assignment:
    """The assignment after `offer` has answered: the one that still holds used again, or a new one."""
    if previous is not None and previous.key == offer.key and alive(previous, policy, now):
        return replace(previous, last_used=now.wall, client=client, prefix=prefix or previous.prefix)
    keeps = CACHE_TTLS.get(offer.kind, CACHE_TTL)
    return Assignment(offer.provider, offer.model, now.wall, now.wall, client, prefix, keeps)


def answered(assignment: Assignment, usage: Usage, now: Now) -> Assignment:
    """The same after the answer has been counted: what is known there now, and for how long."""
    keeps = max(assignment.keeps, KEPT_LONG) if usage.cache_write_1h else assignment.keeps
    prefix = prompt_tokens(usage) + usage.output
    return replace(assignment, last_used=now.wall, prefix=prefix or assignment.prefix, keeps=keeps)


def lost(previous: Assignment | None, now: Now) -> int:
    """Tokens whose cache a move away gives up; none where it is cold, or there was no session."""
    return 0 if previous is None or cold(previous, now) else previous.prefix


def switched(previous: Assignment | None, to: Offer | None, headroom: float, now: Now) -> tuple[int, float | None]:
    """Tokens of a warm cache a move gives up, and USD of reading them anew `to`; None where no price is known."""
    tokens = 0 if to is None else lost(previous, now)
    return tokens, reread_usd(to, tokens, headroom) if to is not None and tokens else 0.0


def newsworthy(previous: Assignment | None, current: Assignment) -> bool:
    """Whether what is kept over a restart should change: a busy session's last use may be NOTED seconds old there."""
    if previous is None or _kept(previous) != _kept(current):
        return True
    return previous.client != current.client or previous.last_used // NOTED != current.last_used // NOTED


def _kept(assignment: Assignment) -> tuple[object, ...]:
    return (assignment.key, assignment.assigned_at, assignment.keeps, assignment.prefix.bit_length())
