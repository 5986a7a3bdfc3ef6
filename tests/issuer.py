"""An issuer of logins on loopback: device codes and PKCE as GitHub and OpenAI answer, one answer a connection."""

import base64
import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import msgspec
import trio

from raw_server import whole_request
from switchgeard.kinds.kind import Browser, DeviceCode


def id_token(**said: object) -> str:
    payload = base64.urlsafe_b64encode(msgspec.json.encode(said)).decode().rstrip("=")
    return f"e30.{payload}.c2ln"


@dataclass
class LoginIssuer:
    """`answers`: what the token endpoint says to device polls, one after the other; the last one stays."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    begun: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)  # of the id token, over what is right
    scope: str | None = None
    forms: list[dict[str, str]] = field(default_factory=list)
    challenge: str = ""
    nonce: str = ""
    url: str = ""

    async def serve(self, *, task_status: trio.TaskStatus[None]) -> None:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        self.url = f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        task_status.started()
        await trio.serve_listeners(self._answer, listeners)

    def device(self) -> DeviceCode:
        return DeviceCode(f"{self.url}/code", f"{self.url}/device-token", "read:user")

    def browser(self) -> Browser:
        scope = "openid offline_access chatgpt.tokens.use.direct"
        return Browser(
            f"{self.url}/authorize", f"{self.url}/token", scope, "https://issuer.example", "https://r", dynamic="dyn"
        )

    async def _answer(self, stream: trio.SocketStream) -> None:
        async with stream:
            with suppress(trio.BrokenResourceError):  # whoever asked may leave at any moment
                await stream.send_all(self._replied(*await whole_request(stream)))

    def _replied(self, head: bytes, body: bytes) -> bytes:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.forms.append(form)
        status, reply = self._reply(head.split(b" ")[1].decode(), form)
        text = msgspec.json.encode(reply)
        return b"HTTP/1.1 %d X\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b" % (status, len(text), text)

    def _reply(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/code":
            usual = {"device_code": "dc", "user_code": "ABCD-1234", "interval": 5, "expires_in": 900}
            return 200, usual | {"verification_uri": "https://github.example/device"} | self.begun
        if path == "/device-token":
            return 200, self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return self._granted(form)

    def _granted(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        made = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if made != self.challenge or form["client_id"] != "issued" or form["code"] != "c0de":
            return 400, {"error": "invalid_grant"}
        right = {
            "iss": "https://issuer.example",
            "aud": "issued",
            "nonce": self.nonce,
            "exp": 1e11,
            "email": "me@x.org",
        }
        granted: dict[str, Any] = {"access_token": "at-CANARY", "refresh_token": "rt-CANARY", "expires_in": 3600}
        if self.scope is not None:
            granted["scope"] = self.scope
        return 200, granted | {"id_token": id_token(**right | self.said)}
