"""Credentials: providers', which never leave the daemon, and tokens of the door, shown once. Told again by `messages`.

Rules for editing: as there.
"""

from typing import Literal

from .shapes import Name, Params, Result


class CredentialView(Result, frozen=True):
    provider: str
    source: str
    state: Literal["ok", "degraded", "unknown", "missing", "locked", "refused", "none"]
    reason: str = ""
    hint: str | None = None
    fingerprint: str | None = None  # keyed hash, for "is it the same one"; reveals nothing
    stays: str = ""  # of one that was deleted: what is valid all the same, and where that is ended


class Credentials(Result, frozen=True):
    credentials: list[CredentialView]


class CredentialsSet(Params, frozen=True):
    provider: Name
    secret: str


class TokenCreate(Params, frozen=True):
    name: Name


class TokenCreated(Result, frozen=True):
    name: str
    token: str


class TokenView(Result, frozen=True):
    name: str
    created_at: float
    last_used: float | None = None


class Tokens(Result, frozen=True):
    tokens: list[TokenView]


class TokenName(Params, frozen=True):
    name: Name
