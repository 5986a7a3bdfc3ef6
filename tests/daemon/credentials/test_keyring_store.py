"""keyring_store: only real secret stores, in a thread, with a deadline; fakes stand in for them here.

tests/keyring has the same against a real one.
"""

import json
import sys
import threading
from types import ModuleType
from typing import Any

import pytest
import trio
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordSetError

from switchgeard.credentials import keyring_store
from switchgeard.credentials.keyring_store import ITEM, SERVICE, KeyringStore, NoSafeStore, safest_backend
from switchgeard.credentials.secret import Broken, Locked, Missing, Ready, Secret


class MemoryBackend:
    """A secret store in memory."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], str] = {}
        self.fault: Exception | None = None
        self.calls = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.calls += 1
        if self.fault:
            raise self.fault
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.fault:
            raise self.fault
        self.items[service, username] = password


class StuckBackend(MemoryBackend):
    """Waits for a prompt until somebody answers it."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()
        self.inside = 0
        self.most_inside = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.answered.wait(10)
        self.inside -= 1
        return super().get_password(service, username)


async def test_what_is_written_is_read_back() -> None:
    """All providers share one item: one unlock prompt."""
    backend = MemoryBackend()
    store = KeyringStore(lambda: backend)
    assert await store.write("b", Secret("sk-b")) == Ready(Secret("sk-b"))
    await store.write("a", Secret("sk-a"))
    assert await store.read("a") == Ready(Secret("sk-a"))
    assert {key: json.loads(text) for key, text in backend.items.items()} == {
        (SERVICE, ITEM): {"a": "sk-a", "b": "sk-b"}
    }


async def test_what_is_not_stored_is_missing_and_says_how_to_store_it() -> None:
    """An empty keyring, and a provider it does not know."""
    store = KeyringStore(MemoryBackend)
    assert await store.read("a") == Missing("no credential is stored for it", "switchgear login a")


async def test_deleting_forgets_one_and_keeps_the_others() -> None:
    """Deleting twice is the same as once, and writes nothing the second time."""
    backend = MemoryBackend()
    store = KeyringStore(lambda: backend)
    await store.write("a", Secret("sk-a"))
    await store.write("b", Secret("sk-b"))
    for _ in range(2):
        assert isinstance(await store.delete("a"), Missing)
    assert await store.read("b") == Ready(Secret("sk-b"))


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (KeyringLocked("Failed to unlock the collection!"), Locked, "locked"),
        (InitError("Failed to create the collection: Prompt dismissed.."), Locked, "Prompt dismissed"),
        (PasswordSetError("denied"), Broken, "PasswordSetError: denied"),
        (NoKeyringError("nothing"), Broken, "NoKeyringError"),
        (OSError("D-Bus is gone"), Broken, "D-Bus is gone"),
        (RuntimeError("bad key sk-CANARY0123456789abcdef"), Broken, "RuntimeError"),
        (NoSafeStore(), Broken, "plaintext ones are never used"),
    ],
)
async def test_every_fault_of_a_store_is_an_answer(fault: Exception, kind: type[Locked | Broken], says: str) -> None:
    """Reading and writing alike; none of them raises, none shows a secret, each has a cure."""
    backend = MemoryBackend()
    backend.fault = fault
    store = KeyringStore(lambda: backend)
    for found in (await store.read("a"), await store.write("a", Secret("s")), await store.delete("a")):
        assert isinstance(found, kind)
        assert says in found.reason
        assert found.hint
        assert "CANARY" not in repr(found)


@pytest.mark.parametrize("text", ["not json", "[]", '{"a": 1}'])
async def test_an_item_written_by_something_else_is_never_overwritten(text: str) -> None:
    """It may be somebody's only copy."""
    backend = MemoryBackend()
    backend.items[SERVICE, ITEM] = text
    store = KeyringStore(lambda: backend)
    for found in (await store.read("a"), await store.write("a", Secret("s")), await store.delete("a")):
        assert isinstance(found, Broken)
        assert "something else" in found.reason
    assert backend.items[SERVICE, ITEM] == text


async def test_a_store_that_waits_for_a_prompt_is_locked_by_the_deadline() -> None:
    """One call hangs; those after it wait their turn, not in further threads; then it works again."""
    backend = StuckBackend()
    backend.items[SERVICE, ITEM] = '{"a": "sk-a"}'
    store = KeyringStore(lambda: backend, deadline=0.1)
    found: list[Any] = []

    async def ask() -> None:
        found.append(await store.read("a"))

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(ask)
    assert [type(each) for each in found] == [Locked] * 5
    assert "did not answer" in found[0].reason
    assert backend.most_inside == 1
    backend.answered.set()
    patient = KeyringStore(lambda: backend)
    assert await patient.read("a") == Ready(Secret("sk-a"))


async def test_a_store_is_opened_once_it_works() -> None:
    """A store that was absent at first is looked for again."""
    opened: list[MemoryBackend] = []

    def open_later() -> MemoryBackend:
        if not opened:
            opened.append(MemoryBackend())
            raise NoSafeStore
        opened.append(opened[0])
        return opened[0]

    store = KeyringStore(open_later)
    assert isinstance(await store.read("a"), Broken)
    for _ in range(3):
        assert isinstance(await store.read("a"), Missing)
    assert len(opened) == 2


def module_with(monkeypatch: pytest.MonkeyPatch, name: str, priority: float | Exception) -> type:
    """A module of this name holding one backend of a priority."""
    module = ModuleType(name)

    class Keyring(MemoryBackend):
        pass

    def said(_: object) -> float:
        if isinstance(priority, Exception):
            raise priority
        return priority

    Keyring.__module__ = name
    Keyring.priority = type("Priority", (), {"__get__": lambda self, *_: said(self)})()  # type: ignore[attr-defined]
    vars(module)["Keyring"] = Keyring
    monkeypatch.setitem(sys.modules, name, module)
    return Keyring


LINUX = [name for name in keyring_store.ALLOWED if not name.endswith("macOS")]


@pytest.mark.skipif(sys.platform == "darwin", reason="the allowed store of macOS is the Keychain only")
def test_the_allowed_store_the_system_prefers_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """By priority; one that says it does not work here is passed over."""
    module_with(monkeypatch, LINUX[0], RuntimeError("no D-Bus"))
    module_with(monkeypatch, LINUX[1], 4.8)
    preferred = module_with(monkeypatch, LINUX[2], 5.1)
    assert type(safest_backend()) is preferred


def test_a_plaintext_store_is_never_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed, configured or named by a variable: only the allowed modules are looked at."""
    for name in keyring_store.ALLOWED:
        module_with(monkeypatch, name, RuntimeError("not here"))
    plain = module_with(monkeypatch, "keyrings.alt.file", 99)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.Keyring")
    vars(sys.modules[keyring_store.ALLOWED[1]])["PlaintextKeyring"] = plain  # even when it is imported there
    with pytest.raises(NoSafeStore):
        safest_backend()


async def test_without_a_safe_store_the_answer_names_the_other_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse, never fall back."""
    for name in keyring_store.ALLOWED:
        module_with(monkeypatch, name, RuntimeError("not here"))
    found = await KeyringStore().write("a", Secret("sk-a"))
    assert isinstance(found, Broken)
    assert "plaintext" in found.reason
    assert "env" in found.hint
