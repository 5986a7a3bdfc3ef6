"""Login: one under way, as it is told, and how its steps reach the provider's issuer.

Rules for editing: codes, verifiers and tokens stay in the flow's own variables; nothing here holds one.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

import trio

from switchgear_protocol.messages import LoginView
from switchgeard.core.clock import Now
from switchgeard.core.provider import Provider
from switchgeard.kinds.bundle import Bundle
from switchgeard.kinds.pages import form
from switchgeard.upstream.call import HTTPCall

State = Literal["pending", "done", "failed", "denied", "expired", "cancelled"]
Ask = Callable[[HTTPCall], Awaitable[tuple[int, bytes]]]
Store = Callable[[str], Awaitable[str | None]]
"""Puts what the login brought into the keyring; why not, where it cannot."""
Before = Callable[[], Awaitable[Bundle | None]]
"""The login the keyring has of the provider already."""


class Ended(Exception):
    """The login ends without a credential."""

    def __init__(self, state: State, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.state: State = state
        self.reason = reason
        self.hint = hint


async def nothing() -> None:
    """Where there was no login before."""


@dataclass(slots=True)
class Login:
    """`install`: what an issuer may call this install by. `reused`: the client id from before that it is asked with,
    until the issuer has taken it. `shown`: there is something for the person to open.
    `over`: it has ended, one way or the other."""

    id: str
    provider: Provider
    method: Literal["device", "browser"]
    ask: Ask
    now: Callable[[], Now]
    store: Store
    install: uuid.UUID
    before: Before = nothing
    reused: str | None = None
    state: State = "pending"
    url: str | None = None
    user_code: str | None = None
    expires_at: float | None = None
    account: str = ""
    reason: str = ""
    hint: str | None = None
    shown: trio.Event = field(default_factory=trio.Event)
    over: trio.Event = field(default_factory=trio.Event)
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)

    def show(self, url: str, life: float, user_code: str | None = None) -> None:
        self.url, self.user_code, self.expires_at = url, user_code, self.now().wall + life
        self.shown.set()

    def end(self, state: State, reason: str = "", hint: str | None = None) -> None:
        self.state, self.reason, self.hint = state, reason, hint
        self.shown.set()
        self.over.set()

    def view(self) -> LoginView:
        return LoginView(
            self.id, self.provider.id, self.method, self.state, self.url, self.user_code, self.expires_at,
            self.account, self.reason, self.hint,
        )  # fmt: skip

    async def posted(self, url: str, fields: dict[str, str]) -> tuple[int, bytes]:
        """A form sent to the issuer. Raises TransportFault."""
        return await self.ask(form(url, fields))

    async def keep(self, credential: str) -> None:
        """Into the keyring. Raises Ended."""
        if trouble := await self.store(credential):
            raise Ended("failed", f"the login could not be stored: {trouble}", "switchgear auth")
