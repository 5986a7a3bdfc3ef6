"""Unsaved: renewed logins that the keyring would not take. Each is the only one that works, so it is used from memory,
told of, and offered to the keyring again.

Rules for editing: nothing in here logs. What the keyring has meanwhile is read before it is written over: a newer
login of another owner wins. A login leaves this only for the keyring, or because its credential is another now.
"""

from collections.abc import Callable

import trio
from msgspec import Struct, structs

from switchgeard.core.clock import Now
from switchgeard.core.provider import Provider
from switchgeard.kinds.bundle import parsed

from .carried import AT_LEAST
from .keyring_store import KeyringStore
from .secret import Answer, Ready, Secret
from .turn import of_login

TRIES = 2
WORDS = "its renewed login could not be stored and ends with the daemon"

Keep = Callable[[Provider, Secret], None]
"""Told what is stored now."""


class Waiting(Struct, frozen=True):
    """A login that waits for the keyring. `again`: boot clock, when it may be offered."""

    secret: Secret
    why: str
    hint: str
    again: float


class Unsaved:
    """By provider. `home`: where the locks between processes are; None: there is but one."""

    def __init__(self, keyring: KeyringStore, now: Callable[[], Now], keep: Keep, home: str | None) -> None:
        self._keyring = keyring
        self._now = now
        self._keep = keep
        self._home = home
        self._logins: dict[str, Waiting] = {}

    def __repr__(self) -> str:
        return f"<Unsaved: {len(self._logins)}>"

    def get(self, provider_id: str) -> Secret | None:
        """The login that is in memory only; None for one that is not."""
        found = self._logins.get(provider_id)
        return None if found is None else found.secret

    def told(self) -> dict[str, tuple[str, str]]:
        """Of each, why it is in memory only, and what cures it."""
        return {name: (f"{WORDS}: {one.why}", one.hint) for name, one in self._logins.items()}

    def forget(self, provider_id: str) -> None:
        """Another credential takes its place."""
        self._logins.pop(provider_id, None)

    async def write(self, provider: Provider, secret: Secret) -> None:
        """Into the keyring, else it is one of these."""
        answer: Answer = Ready()
        for _ in range(TRIES):
            answer = await self._keyring.write(provider.id, secret)
            if isinstance(answer, Ready):
                self._logins.pop(provider.id, None)
                return
        again = self._now().boot + AT_LEAST
        assert not isinstance(answer, Ready)
        self._logins[provider.id] = Waiting(secret, answer.reason, answer.hint, again)

    def offer_again(self, provider: Provider) -> None:
        """Once in a while the keyring is asked again, beside whatever needs the login."""
        found, now = self._logins.get(provider.id), self._now()
        if found is not None and now.boot >= found.again:
            self._logins[provider.id] = structs.replace(found, again=now.boot + AT_LEAST)
            trio.lowlevel.spawn_system_task(self._offered, provider, found.secret)

    async def _offered(self, provider: Provider, secret: Secret) -> None:
        try:
            async with of_login(self._home, provider.id):
                await self._settled(provider, secret)
        except Exception:  # noqa: BLE001 - a barrier: the next request offers it again
            return

    async def _settled(self, provider: Provider, secret: Secret) -> None:
        """The keyring takes it, has a newer one of another owner, or will be asked again."""
        found, own = await self._keyring.read(provider.id), parsed(secret.reveal())
        stored = parsed(found.secret.reveal()) if isinstance(found, Ready) and found.secret is not None else None
        if self.get(provider.id) != secret:
            return
        if stored is not None and own is not None and stored.generation > own.generation:
            del self._logins[provider.id]
            return
        await self.write(provider, secret)
        self._keep(provider, secret)
