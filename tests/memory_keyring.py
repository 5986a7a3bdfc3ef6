"""A keyring in memory, in place of the operating system's: what it holds, and whether it can be written or read."""

from dataclasses import dataclass, field

import pytest
import trio

from switchgeard.credentials.keyring_store import KeyringStore
from switchgeard.credentials.secret import Answer, Locked, Missing, Ready, Secret

LOCKED = Locked("the keyring is locked", "unlock it")


@dataclass
class MemoryKeyring(KeyringStore):
    """`texts` by provider. `writable`, `readable`: whether it lets anybody."""

    texts: dict[str, str] = field(default_factory=dict)
    writable: bool = True
    readable: bool = True
    writes: int = 0
    tries: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    async def read(self, provider: str) -> Answer:
        await trio.lowlevel.checkpoint()
        if not self.readable:
            return LOCKED
        text = self.texts.get(provider)
        return Missing("none is stored", f"switchgear login {provider}") if text is None else Ready(Secret(text))

    async def write(self, provider: str, secret: Secret) -> Answer:
        await trio.lowlevel.checkpoint()
        self.tries += 1
        if not self.writable:
            return LOCKED
        self.texts[provider] = secret.reveal()
        self.writes += 1
        return Ready(secret)

    async def delete(self, provider: str) -> Answer:
        await trio.lowlevel.checkpoint()
        if not self.writable:
            return LOCKED
        self.texts.pop(provider, None)
        return Missing("none is stored", f"switchgear login {provider}")


def in_place(monkeypatch: pytest.MonkeyPatch, **texts: str) -> MemoryKeyring:
    """Every daemon built from now on has this one."""
    keyring = MemoryKeyring(texts=texts)
    monkeypatch.setattr("switchgeard.app.KeyringStore", lambda: keyring)
    return keyring
