"""Bundle: a login as the keyring keeps it, and the token a request carries for a while.

One JSON text per provider, beside pasted keys in the same item: `parsed` tells the two apart.
Rules for editing: fields are only added, with a default; nothing here is ever printed (reprs are masked).
"""

import json

import msgspec
from msgspec import Struct


class Bundle(Struct, frozen=True, omit_defaults=True, tag="oauth"):
    """What a login brought. Times are epoch seconds by our own clock.

    `earliest_refresh_at`: refreshing before it burns the refresh token. `account`: who is logged in, for people and
    to tell two logins apart ("me@example.org"). `generation` rises with every refresh: an older one never replaces
    a newer.
    """

    access_token: str
    refresh_token: str | None = None
    expires_at: float | None = None
    earliest_refresh_at: float | None = None
    client_id: str | None = None
    scope: str = ""
    account: str = ""
    id_token: str | None = None
    generation: int = 0

    def __repr__(self) -> str:
        return f"<Bundle of {self.account or 'somebody'}, generation {self.generation}>"


class Token(Struct, frozen=True):
    """A short-lived token that a request carries. `refresh_at`: when to get the next one, ahead of its end."""

    secret: str
    expires_at: float
    refresh_at: float

    def __repr__(self) -> str:
        return f"<Token until {self.expires_at:.0f}>"


def parsed(stored: str) -> Bundle | None:
    """The login in a keyring entry; None where it is a plain key."""
    if not stored.startswith("{"):
        return None
    try:
        return msgspec.json.decode(stored, type=Bundle)
    except msgspec.MsgspecError:
        return None


def spelled(bundle: Bundle) -> str:
    """The text the keyring keeps: one line of ASCII."""
    return json.dumps(msgspec.json.decode(msgspec.json.encode(bundle)))
