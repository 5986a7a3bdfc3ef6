"""Logins: how a person proves to a provider who is asking. Told again by `messages`.

Rules for editing: as there. No token, no code that could buy one and no verifier is ever a field here.
"""

from typing import Literal

from .shapes import Name, Params, Result

LoginMethod = Literal["device", "browser"]


class LoginStart(Params, frozen=True):
    """`method` None: the kind's own. A key is not a login: that is `credentials/set`."""

    provider: Name
    method: LoginMethod | None = None


class LoginView(Result, frozen=True):
    """A login under way or ended. `url` is what the person opens; `user_code` what is typed there."""

    login: str
    provider: str
    method: LoginMethod
    state: Literal["pending", "done", "failed", "denied", "expired", "cancelled"]
    url: str | None = None
    user_code: str | None = None
    expires_at: float | None = None
    account: str = ""
    reason: str = ""
    hint: str | None = None


class LoginPoll(Params, frozen=True):
    """Answers when the login ends, or after `wait_s` (at most 30)."""

    login: Name
    wait_s: float = 0.0


class StoreView(Result, frozen=True):
    """Whether the OS keyring keeps what it is given: written, read back and deleted."""

    ok: bool
    reason: str = ""
    hint: str | None = None
    milliseconds: float = 0.0


class LoginName(Params, frozen=True):
    login: Name
