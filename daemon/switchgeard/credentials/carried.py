"""Carried: what a request carries for a while, where the stored credential is not sent itself.

Rules for editing: pure. Deadlines are on the boot clock, set when the token came: a wall clock that jumps neither
renews a login early, which would burn it, nor over and over.
"""

from msgspec import Struct

from switchgeard.core.clock import Now
from switchgeard.kinds.bundle import Bundle, Token
from switchgeard.kinds.kind import Refresh

from .secret import Secret

EVER = float("inf")
LIFE = 3600.0  # seconds, where an issuer does not say
AT_LEAST = 30.0  # seconds between two renewals, whatever an issuer or a clock says
TIGHT = 20.0  # seconds before its end a token is not sent any more


class Carried(Struct, frozen=True):
    """`due`, `ends`, `earliest`: boot clock. Before `earliest` asking for the next one would burn the login.

    `came`: they are counted from the moment it came; those of a stored one are as good as the wall clock was when it
    was read.
    """

    secret: Secret
    source: Secret  # what it was made of, as stored
    due: float
    ends: float
    earliest: float = 0.0
    bundle: Bundle | None = None
    came: bool = False

    def usable(self, now: Now) -> bool:
        """Whether it can still be sent."""
        return now.boot < self.ends - TIGHT

    def fresh(self, now: Now) -> bool:
        """Whether nothing has to be done about it yet."""
        return now.boot < self.due


def of_token(token: Token, source: Secret, now: Now) -> Carried:
    due = max(token.refresh_at - now.wall, AT_LEAST)
    ends = max(token.expires_at - now.wall, due + TIGHT)
    return Carried(Secret(token.secret), source, now.boot + due, now.boot + ends)


def as_it_is(source: Secret, now: Now) -> Carried:
    """The issuer does not exchange it: it is sent itself, for as long as it is stored."""
    return Carried(source, source, EVER, EVER)


def of_bundle(bundle: Bundle, source: Secret, refresh: Refresh, now: Now, *, new: bool) -> Carried:
    """`new`: it came this moment. A stored one may have ended long ago."""
    floor = AT_LEAST if new else -EVER
    left = EVER if bundle.expires_at is None else bundle.expires_at - now.wall
    ends = max(left, floor + TIGHT)
    earliest = max((bundle.earliest_refresh_at or 0.0) - now.wall, floor)
    due = EVER if bundle.refresh_token is None else max(ends - refresh.ahead, earliest)
    boot = now.boot
    return Carried(Secret(bundle.access_token), source, boot + due, boot + ends, boot + earliest, bundle, new)
