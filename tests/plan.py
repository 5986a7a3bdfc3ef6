"""A plan with logins, on loopback: its issuer sells single-use refresh tokens, its door opens for the newest token.

As `chatgpt`, but speaking the Messages wire, which the stand-ins of a world speak.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from msgspec import structs

from standins.faults import FAULTS
from standins.standin import StandIn
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.demo.wires import Said
from switchgeard.kinds import anthropic, chatgpt
from switchgeard.kinds.auth import bearer
from switchgeard.kinds.bundle import Bundle, spelled
from switchgeard.kinds.kind import Browser, Refresh
from switchgeard.kinds.known import KINDS
from switchgeard.upstream.call import HTTPCall

LIFE = 3600.0  # seconds of a token
REVOKED: Answer = sized(400, b'{"error":"invalid_grant","error_description":"revoked"}')
GONE = Answer((), "fin")
"""The connection ends and nobody knows what became of the request."""


@dataclass
class Plan:
    """`token`: the refresh token that is good now. `before`: what the issuer says instead of an answer, one after the
    other, the token unused; `after`: the same, the token used. `wall`: the issuer's clock, for one that names the
    earliest moment of the next refresh, before which a refresh burns the token."""

    token: str = "r0"
    access: str = "at-CANARY-0"
    calls: list[dict[str, str]] = field(default_factory=list)
    before: list[Answer] = field(default_factory=list)
    after: list[Answer] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)  # members of every grant
    line: str = "ok"
    wall: Callable[[], float] | None = None
    earliest: float = 0.0
    standin: StandIn = field(default_factory=StandIn)
    revoking: Answer = sized(200, b"")
    revoked: list[dict[str, str]] = field(default_factory=list)
    on_refresh: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.standin.script = self._completion
        self.standin.beside = self._token_endpoint

    def kind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """`anthropic` is a plan of this sort from now on."""
        refresh = Refresh(self._call, chatgpt.refreshed)
        revoke = f"{self.standin.url or 'http://127.0.0.1:9'}/oauth/revoke"
        login = Browser("https://x.example", "https://x.example", "", revoke_url=revoke)
        kind = structs.replace(anthropic.KIND, auth=bearer, refresh=refresh, login=login)
        monkeypatch.setitem(KINDS, "anthropic", kind)

    def login(self, now: float, **more: Any) -> str:
        """The login as the keyring has it, made at `now`."""
        fields: dict[str, Any] = {"expires_at": now + LIFE, "client_id": "c1", "account": "me@example.org"} | more
        return spelled(Bundle(self.access, self.token, **fields))

    def _call(self, bundle: Bundle, options: object) -> HTTPCall:
        return structs.replace(chatgpt.refreshing(bundle, {}), url=f"{self.standin.url}/oauth/token")

    def _completion(self, asked: Asked, said: Said) -> Answer:
        if asked.header("authorization") == f"Bearer {self.access}":
            return FAULTS[self.line](asked, said)
        body = {"type": "error", "error": {"type": "authentication_error", "message": "the token has ended"}}
        return sized(401, msgspec.json.encode(body))

    def _token_endpoint(self, asked: Asked) -> Answer | None:
        if asked.path == "/oauth/revoke":
            self.revoked.append(asked.json)
            return self.revoking
        if asked.path != "/oauth/token":
            return None
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        self.calls.append(form)
        if self.before:
            return self.before.pop(0)
        if self.wall is not None and self.wall() < self.earliest:
            self.token = "burnt"
        if form["refresh_token"] != self.token:
            return sized(400, b'{"error":"refresh_token_reused"}')
        self.token, self.access = f"r{len(self.calls)}", f"at-CANARY-{len(self.calls)}"
        self.on_refresh()
        return self.after.pop(0) if self.after else self._granted()

    def _granted(self) -> Answer:
        if self.wall is not None:
            self.earliest = self.wall() + LIFE - 360
            self.more["earliest_refresh_at"] = self.earliest
        grant = {"access_token": self.access, "refresh_token": self.token, "expires_in": LIFE} | self.more
        return sized(200, msgspec.json.encode(grant))
