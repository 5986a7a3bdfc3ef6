"""vault: each credential fetched once, forgotten when refused, never shown."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from switchgear_protocol.words import Billing
from switchgeard.core.provider import (
    Command,
    CredentialSource,
    Env,
    File,
    Keyring,
    NoCredential,
    Passthrough,
    Provider,
)
from switchgeard.credentials.install_key import install_key
from switchgeard.credentials.keyring_store import KeyringStore
from switchgeard.credentials.secret import Answer, Broken, Locked, Missing, Ready, Secret
from switchgeard.credentials.vault import Vault

CANARY = "sk-CANARY-0123456789"


class FakeStore(KeyringStore):
    """A keyring that counts its readers and lets each one wait for `gate`."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, Answer] = {}
        self.reads = 0
        self.gate = trio.Event()
        self.gate.set()

    async def read(self, provider: str) -> Answer:
        self.reads += 1
        await self.gate.wait()
        return self.held.get(provider, Missing("none", "switchgear login"))

    async def write(self, provider: str, secret: Secret) -> Answer:
        self.held[provider] = Ready(secret)
        return self.held[provider]

    async def delete(self, provider: str) -> Answer:
        self.held.pop(provider, None)
        return Missing("none", "switchgear login")


def account(id: str = "a", credential: CredentialSource = Keyring()) -> Provider:  # noqa: B008 - a frozen value
    return Provider(id, "openai", id.upper(), "https://x.example", Billing.METERED, credential)


def vault_for(*providers: Provider, environ: dict[str, str] | None = None) -> tuple[Vault, FakeStore]:
    store = FakeStore()
    vault = Vault(store, environ or {}, b"k" * 32)
    vault.use({provider.id: provider for provider in providers})
    return vault, store


async def test_a_credential_is_fetched_once_and_kept() -> None:
    """The keyring costs a process and 130 ms, memory nothing."""
    vault, store = vault_for(account())
    store.held["a"] = Ready(Secret("sk-1"))
    for _ in range(3):
        assert await vault.get(account()) == Ready(Secret("sk-1"))
    assert store.reads == 1


async def test_all_who_ask_at_a_time_share_one_fetch() -> None:
    """Fifty requests are one prompt."""
    vault, store = vault_for(account())
    store.held["a"] = Ready(Secret("sk-1"))
    store.gate = trio.Event()
    found: list[Answer] = []

    async def ask() -> None:
        found.append(await vault.get(account()))

    async with trio.open_nursery() as nursery:
        for _ in range(50):
            nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        assert store.reads == 1
        store.gate.set()
    assert found == [Ready(Secret("sk-1"))] * 50


async def test_a_bad_answer_is_shared_by_those_who_wait_and_not_kept() -> None:
    """The next one asks again: the user may have logged in meanwhile."""
    vault, store = vault_for(account())
    assert isinstance(await vault.get(account()), Missing)
    store.held["a"] = Locked("locked", "unlock it")
    assert isinstance(await vault.get(account()), Locked)
    store.held["a"] = Ready(Secret("sk-1"))
    assert isinstance(await vault.get(account()), Ready)


async def test_a_leader_that_is_cancelled_leaves_the_fetch_to_the_next() -> None:
    """Those who wait are neither cancelled nor left waiting."""
    vault, store = vault_for(account())
    store.held["a"] = Ready(Secret("sk-1"))
    store.gate = trio.Event()
    leader = trio.CancelScope()
    found: list[Answer] = []

    async def lead() -> None:
        with leader:
            await vault.get(account())

    async def follow() -> None:
        found.append(await vault.get(account()))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(lead)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(follow)
        await trio.testing.wait_all_tasks_blocked()
        leader.cancel()
        await trio.testing.wait_all_tasks_blocked()
        store.gate.set()
    assert found == [Ready(Secret("sk-1"))]
    assert store.reads == 2


async def test_after_a_refusal_a_rotated_credential_is_found_at_once() -> None:
    """Rotated in the keyring while we ran: one look finds the new one, for all who were refused."""
    vault, store = vault_for(account())
    store.held["a"] = Ready(Secret("old"))
    await vault.get(account())
    store.held["a"] = Ready(Secret("new"))
    for _ in range(3):
        assert await vault.rotated(account(), Secret("old")) == Ready(Secret("new"))
    assert store.reads == 2


async def test_after_a_refusal_the_same_credential_is_no_news() -> None:
    """Nor is a source that has none any more."""
    vault, store = vault_for(account())
    store.held["a"] = Ready(Secret("old"))
    await vault.get(account())
    assert await vault.rotated(account(), Secret("old")) is None
    store.held.clear()
    assert await vault.rotated(account(), Secret("old")) is None
    assert isinstance(await vault.get(account()), Missing)


async def test_a_stored_credential_is_used_at_once() -> None:
    """Whatever was known before; outer white space of a paste is dropped."""
    vault, store = vault_for(account())
    await vault.get(account())
    assert await vault.set("a", " sk-1\n") == Ready(Secret("sk-1"))
    assert await vault.get(account()) == Ready(Secret("sk-1"))
    assert store.reads == 1


async def test_a_fetch_that_was_under_way_does_not_bring_the_old_one_back() -> None:
    """set wins over a slow read that began before it."""
    vault, store = vault_for(account())
    store.gate = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(vault.get, account())
        await trio.testing.wait_all_tasks_blocked()
        await vault.set("a", "sk-new")
        store.gate.set()
    assert await vault.get(account()) == Ready(Secret("sk-new"))


async def test_a_deleted_credential_is_gone_from_memory_too() -> None:
    """The next request finds none."""
    vault, _ = vault_for(account())
    await vault.set("a", "sk-1")
    assert isinstance(await vault.delete("a"), Missing)
    assert isinstance(await vault.get(account()), Missing)


@pytest.mark.parametrize(
    ("provider_id", "secret", "says"),
    [("b", "sk-1", "env MINE"), ("x", "sk-1", "no such provider"), ("a", " ", "empty"), ("a", "a\nb", "line break")],
)
async def test_what_cannot_be_stored_is_refused_with_why(provider_id: str, secret: str, says: str) -> None:
    """Only the keyring can be written; the config says what is used."""
    vault, store = vault_for(account(), account("b", Env("MINE")))
    found = await vault.set(provider_id, secret)
    assert isinstance(found, Missing | Broken)
    assert says in found.reason
    assert found.hint
    assert store.held == {}


async def test_deleting_from_another_source_is_refused() -> None:
    """We do not edit the user's files."""
    vault, _ = vault_for(account("b", Env("MINE")))
    assert isinstance(await vault.delete("b"), Broken)


async def test_another_source_in_the_config_is_another_credential() -> None:
    """What was fetched for the old one is not used, and not kept."""
    vault, _ = vault_for(account("a", Env("ONE")), environ={"ONE": "1", "TWO": "2"})
    assert await vault.get(account("a", Env("ONE"))) == Ready(Secret("1"))
    vault.use({"a": account("a", Env("TWO"))})
    assert await vault.get(account("a", Env("TWO"))) == Ready(Secret("2"))
    assert CANARY not in repr(vault)


async def test_the_environment_is_that_of_the_start() -> None:
    """Later changes of the mapping are not seen."""
    environ = {"ONE": "1"}
    vault, _ = vault_for(account("a", Env("ONE")), environ=environ)
    environ["ONE"] = "other"
    assert await vault.get(account("a", Env("ONE"))) == Ready(Secret("1"))


async def test_programs_do_not_see_the_variables_that_hold_credentials() -> None:
    """Not even those of other providers."""
    script = "import os; print(os.environ.get('MINE', 'hidden'))"
    program = account("b", Command((sys.executable, "-c", script)))
    vault, _ = vault_for(account("a", Env("MINE")), program, environ={"MINE": CANARY, "PATH": os.environ["PATH"]})
    assert await vault.get(program) == Ready(Secret("hidden"))


async def test_views_tell_what_is_known_and_show_no_secret(tmp_path: Path) -> None:
    """Each state once; the fingerprint tells whether two are the same."""
    (tmp_path / "open").write_text(CANARY)
    (tmp_path / "open").chmod(0o644)
    providers = [
        account("ok"),
        account("same", Env("SAME")),
        account("unknown"),
        account("missing"),
        account("locked"),
        account("unfit", File(str(tmp_path / "open"))),
        account("none", NoCredential()),
        account("pass", Passthrough()),
    ]
    vault, store = vault_for(*providers, environ={"SAME": CANARY})
    store.held |= {"ok": Ready(Secret(CANARY)), "locked": Locked("it is locked", "unlock it")}
    for provider in providers:
        if provider.id != "unknown":
            await vault.get(provider)
    views: dict[str, Any] = {view.provider: view for view in vault.views()}
    states = {name: view.state for name, view in views.items()}
    assert states == {name: name for name in states} | {"same": "ok", "pass": "none", "unfit": "missing"}
    assert views["ok"].fingerprint == views["same"].fingerprint is not None
    assert views["same"].source == "env SAME"
    assert views["locked"].hint == "unlock it"
    assert CANARY not in repr(views)


def test_the_key_of_an_install_is_made_once_and_private(tmp_path: Path) -> None:
    """A damaged one is replaced."""
    path = tmp_path / "fingerprint.key"
    key = install_key(str(path))
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert install_key(str(path)) == key
    path.write_bytes(b"short")
    assert install_key(str(path)) not in (key, b"short")


def test_what_replaces_a_refused_credential_depends_on_where_it_comes_from() -> None:
    """`login` only where the daemon keeps it."""
    sources = account("k"), account("e", Env("MINE")), account("c", Command(("op", "read")))
    vault, _ = vault_for(*sources)
    told = [vault.renewal(provider) for provider in sources]
    assert told[0] is None
    assert "set another MINE" in str(told[1])
    assert told[2] == "replace what command op gives, then: switchgear resume c"


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["directory", "fifo"])
def test_a_key_that_cannot_be_kept_is_one_for_this_run(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A full disk, or something odd in its place: the daemon still starts, and does not wait."""
    make(tmp_path / "install.key")
    assert len(install_key(str(tmp_path / "install.key"))) == len(install_key(str(tmp_path / "no" / "directory"))) == 32
