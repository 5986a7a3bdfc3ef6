"""A process with a vault of its own over a keyring that is a file: `python lock_holder.py HOME ISSUER_URL`.

Two of them share HOME, as two daemons of one user would: the login in it has ended, each needs the next token. It says
`ready`, waits for a line, and prints what a request of it would carry.
"""

import os
import sys
from pathlib import Path

import trio
from msgspec import structs

from memory_keyring import MemoryKeyring
from switchgear_protocol.words import Billing
from switchgeard.core.provider import Provider
from switchgeard.credentials.secret import Answer, Missing, Ready, Secret
from switchgeard.credentials.vault import Vault
from switchgeard.kinds import chatgpt
from switchgeard.kinds.bundle import Bundle
from switchgeard.kinds.kind import Options, Refresh
from switchgeard.kinds.known import KINDS
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.fetch import ask_issuer
from switchgeard.upstream.transport import Transport

PLAN = Provider("a", "chatgpt", "A", "https://api.openai.com/v1", Billing.INCLUDED)


class FileKeyring(MemoryKeyring):
    """`path`: one login."""

    path: Path

    async def read(self, provider: str) -> Answer:
        await trio.lowlevel.checkpoint()
        return Ready(Secret(self.path.read_text())) if self.path.exists() else Missing("none", "login")

    async def write(self, provider: str, secret: Secret) -> Answer:
        await trio.lowlevel.checkpoint()
        fresh = self.path.with_suffix(f".{os.getpid()}")
        fresh.write_text(secret.reveal())
        fresh.replace(self.path)  # as a keyring does: who reads meanwhile finds the old one or the new one, never half
        return Ready(secret)


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


async def main(*words: str) -> None:
    home, issuer = words

    def call(bundle: Bundle, options: Options) -> HTTPCall:
        return structs.replace(chatgpt.refreshing(bundle, options), url=f"{issuer}/oauth/token")

    KINDS["chatgpt"] = structs.replace(chatgpt.KIND, refresh=Refresh(call, chatgpt.refreshed))
    keyring = FileKeyring()
    keyring.path = Path(home) / "login.json"
    transport = Transport()
    vault = Vault(keyring, {}, b"k" * 32, lambda asked: ask_issuer(transport, asked), home=home)
    vault.use({"a": PLAN})
    say("ready")
    sys.stdin.readline()
    found = await vault.get(PLAN)
    assert isinstance(found, Ready), found
    assert found.secret is not None
    say(found.secret.reveal())
    await transport.aclose()


if __name__ == "__main__":
    trio.run(main, *sys.argv[1:])
