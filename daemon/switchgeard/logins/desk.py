"""Desk: the logins under way, and those that ended a while ago.

Each runs in a task of its own, whatever becomes of the client that began it; an abandoned one expires. Rules for
editing: bounded in number and in time; a new login of a provider takes the place of the one before.
"""

import secrets
from collections import deque
from typing import Literal

import trio

from switchgeard.config.settled import moved
from switchgeard.core.provider import Keyring, Provider
from switchgeard.credentials.secret import Ready
from switchgeard.kinds.bundle import Bundle, parsed
from switchgeard.kinds.kind import Browser, DeviceCode
from switchgeard.kinds.known import KINDS
from switchgeard.rpc_error import RpcError
from switchgeard.services import Services
from switchgeard.upstream.fault import TransportFault
from switchgeard.upstream.fetch import ask_issuer

from . import browser, device
from .login import Ended, Login

MOST = 16  # under way
KEPT = 64  # told of
FIRST = 25.0  # seconds until there is something to show
LONGEST_WAIT = 30.0


class Desk:
    """Logins by id."""

    def __init__(self, at: Services) -> None:
        self._at = at
        self._logins: dict[str, Login] = {}
        self._unwelcome: deque[str] = deque(maxlen=KEPT)  # client ids issued once that brought no login again

    async def start(self, provider: Provider) -> Login:
        """Begin one; it has something to open when this returns, or has ended. Raises RpcError."""
        how = KINDS[provider.kind].login
        if not isinstance(how, Browser | DeviceCode):
            raise RpcError.of(
                "invalid_params", f"{provider.id} has no login of this sort.", hint=f"switchgear login {provider.id}"
            )
        if not isinstance(provider.credential, Keyring):
            detail = f"Its credential comes from {provider.credential_text}, as the config says."
            raise RpcError.of("invalid_params", f"{provider.id} cannot be logged in to.", detail=detail)
        self._make_room(provider)
        method: Literal["device", "browser"] = "browser" if isinstance(how, Browser) else "device"
        login = self._made(provider, method)
        self._logins[login.id] = login
        trio.lowlevel.spawn_system_task(self._run, login, how)
        with trio.move_on_after(FIRST):
            await login.shown.wait()
        return login

    def find(self, id: str) -> Login:
        """Raises RpcError."""
        if id not in self._logins:
            raise RpcError.of("invalid_params", "There is no such login (any more).", hint="switchgear login PROVIDER")
        return self._logins[id]

    async def wait(self, id: str, seconds: float) -> Login:
        """The login when it has ended, or after so many seconds. Raises RpcError."""
        login = self.find(id)
        with trio.move_on_after(min(max(seconds, 0.0), LONGEST_WAIT)):
            await login.over.wait()
        return login

    async def cancel(self, id: str) -> Login:
        """End it; whatever listens is closed when this returns. Raises RpcError."""
        login = self.find(id)
        login.scope.cancel()
        await login.over.wait()
        return login

    def _make_room(self, provider: Provider) -> None:
        for login in self._logins.values():
            if login.provider.id == provider.id:
                login.scope.cancel()
        over = [login.id for login in self._logins.values() if login.over.is_set()]
        for old in over[: max(len(self._logins) - KEPT, 0)]:
            del self._logins[old]
        if len(self._logins) - len(over) >= MOST:
            detail = "Each ends by itself within a quarter of an hour, or with Ctrl-C where it was begun."
            raise RpcError.of("busy", f"{MOST} logins are under way.", detail=detail, hint="end one of them first")

    def _made(self, provider: Provider, method: Literal["device", "browser"]) -> Login:
        async def ask(call: browser.HTTPCall) -> tuple[int, bytes]:
            return await ask_issuer(self._at.transport, call)

        async def store(credential: str) -> str | None:
            known = self._at.state.config.providers.get(provider.id)
            if known is None or moved(provider, known):
                return f"the provider {provider.id} is another one by now, in the config"
            with trio.CancelScope(shield=True):  # the keyring has its own deadline
                answer = await self._at.vault.set(provider.id, credential)
                if isinstance(answer, Ready):
                    self._at.announce(self._at.state.credential_changed(provider.id, "stored", self._at.now()))
                    return None
                return answer.reason
            raise AssertionError("nothing cancels a shield")

        async def before() -> Bundle | None:
            kept = await self._at.vault.stored(provider)
            bundle = parsed(kept.secret.reveal()) if isinstance(kept, Ready) and kept.secret else None
            return None if bundle is None or bundle.client_id in self._unwelcome else bundle

        made = (secrets.token_urlsafe(12), provider, method, ask, self._at.now, store, self._at.vault.install, before)
        return Login(*made)

    async def _run(self, login: Login, how: Browser | DeviceCode) -> None:
        again = f"switchgear login {login.provider.id}"
        try:
            with login.scope:
                await (browser.run(login, how) if isinstance(how, Browser) else device.run(login, how))
                login.end("done")
        except Ended as ended:
            login.end(ended.state, ended.reason, ended.hint)
            self._doubt(login)
        except TransportFault as fault:
            login.end("failed", f"the issuer cannot be asked: {fault.failure.message}", again)
        except Exception as bug:  # noqa: BLE001 - a barrier: one login fails, the daemon does not
            login.end("failed", f"the login failed inside: {type(bug).__name__}", again)
        finally:
            if not login.over.is_set():
                login.end("cancelled", "it was given up")
                self._doubt(login)

    def _doubt(self, login: Login) -> None:
        """The id it was asked with is not asked with again: its issuer may have refused it in the browser alone."""
        if login.reused is not None and login.state != "denied":
            self._unwelcome.append(login.reused)
