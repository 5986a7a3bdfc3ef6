"""keyring_backend: only real secret stores, one item for all; fakes stand in for them here.

tests/keyring has the same against a real one.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordSetError

from switchgeard.credentials.keyring_backend import ALLOWED, ITEM, SERVICE, NoSafeStore, perform, safest_backend
from switchgeard.credentials.keyring_wire import Request
from switchgeard.credentials.secret import Answer, Broken, Locked, Missing, Ready, Secret


class MemoryBackend:
    """A secret store in memory."""

    def __init__(self, text: str = "") -> None:
        self.items = {(SERVICE, ITEM): text} if text else {}
        self.fault: Exception | None = None
        self.written = 0

    def get_password(self, service: str, username: str) -> str | None:
        if self.fault:
            raise self.fault
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.fault:
            raise self.fault
        self.written += 1
        self.items[service, username] = password


def read(backend: MemoryBackend, provider: str = "a") -> Answer:
    return perform(Request("read", provider), lambda: backend)


def write(backend: MemoryBackend, secret: str, provider: str = "a") -> Answer:
    return perform(Request("write", provider, Secret(secret)), lambda: backend)


def delete(backend: MemoryBackend, provider: str = "a") -> Answer:
    return perform(Request("delete", provider), lambda: backend)


def test_what_is_written_is_read_back() -> None:
    """All providers share one item: one unlock prompt."""
    backend = MemoryBackend()
    assert write(backend, "sk-b", "b") == Ready()
    assert write(backend, "sk-0", "a") == Ready()
    assert write(backend, "sk-a", "a") == Ready()
    assert read(backend) == Ready(Secret("sk-a"))
    assert {key: json.loads(text) for key, text in backend.items.items()} == {
        (SERVICE, ITEM): {"a": "sk-a", "b": "sk-b"}
    }


class SlowBackend(MemoryBackend):
    """One whose readers wait for each other a moment, if there are two at a time."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.meeting = threading.Barrier(2)

    def get_password(self, service: str, username: str) -> str | None:
        found = super().get_password(service, username)
        with suppress(threading.BrokenBarrierError):
            self.meeting.wait(0.3)
        return found


@pytest.mark.parametrize("private", [True, False])
def test_two_processes_that_change_the_item_keep_each_others_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    """Two daemons renew two logins at the same moment: the token that one of them lost would be burnt. A runtime
    directory that cannot be trusted keeps nobody from storing."""
    tmp_path.chmod(0o700 if private else 0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    backend = SlowBackend('{"a": "a0", "b": "b0"}')
    with ThreadPoolExecutor(2) as both:
        done = [both.submit(write, backend, "a1", "a"), both.submit(write, backend, "b1", "b")]
        assert [each.result() for each in done] == [Ready(), Ready()]
    assert not private or json.loads(backend.items[SERVICE, ITEM]) == {"a": "a1", "b": "b1"}


def test_what_is_not_stored_is_missing_and_says_how_to_store_it() -> None:
    """An empty keyring, and a provider it does not know."""
    missing = Missing("no credential is stored for it", "switchgear login a")
    assert read(MemoryBackend()) == missing
    assert read(MemoryBackend('{"b": "sk-b"}')) == missing


def test_what_is_stored_but_no_credential_is_refused() -> None:
    """As for every source; the text is not repeated."""
    assert isinstance(read(MemoryBackend('{"a": " "}')), Missing)
    found = read(MemoryBackend('{"a": "sk-CANARY\\nx"}'))
    assert isinstance(found, Broken)
    assert "CANARY" not in repr(found)


def test_deleting_forgets_one_and_keeps_the_others() -> None:
    """Deleting twice is the same as once, and writes nothing the second time."""
    backend = MemoryBackend('{"a": "sk-a", "b": "sk-b"}')
    for _ in range(2):
        assert isinstance(delete(backend), Missing)
    assert backend.written == 1
    assert read(backend, "b") == Ready(Secret("sk-b"))


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
def test_every_fault_of_a_store_is_an_answer(fault: Exception, kind: type[Locked | Broken], says: str) -> None:
    """Reading and writing alike; none of them raises, none shows a secret, each has a cure."""
    backend = MemoryBackend()
    backend.fault = fault
    for found in (read(backend), write(backend, "s"), delete(backend)):
        assert isinstance(found, kind)
        assert says in found.reason
        assert found.hint
        assert "CANARY" not in repr(found)


@pytest.mark.parametrize("text", ["not json", "[]", '{"a": 1}'])
def test_an_item_written_by_something_else_is_never_overwritten(text: str) -> None:
    """It may be somebody's only copy."""
    backend = MemoryBackend(text)
    for found in (read(backend), write(backend, "s"), delete(backend)):
        assert isinstance(found, Broken)
        assert "something else" in found.reason
    assert backend.items[SERVICE, ITEM] == text


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


LINUX = [name for name in ALLOWED if not name.endswith("macOS")]


@pytest.mark.skipif(sys.platform == "darwin", reason="the allowed store of macOS is the Keychain only")
def test_the_allowed_store_the_system_prefers_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """By priority; one that says it does not work here is passed over."""
    module_with(monkeypatch, LINUX[0], RuntimeError("no D-Bus"))
    module_with(monkeypatch, LINUX[1], 4.8)
    preferred = module_with(monkeypatch, LINUX[2], 5.1)
    assert type(safest_backend()) is preferred


def test_a_plaintext_store_is_never_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed, configured or named by a variable: only the allowed modules are looked at."""
    for name in ALLOWED:
        module_with(monkeypatch, name, RuntimeError("not here"))
    plain = module_with(monkeypatch, "keyrings.alt.file", 99)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.Keyring")
    vars(sys.modules[ALLOWED[1]])["PlaintextKeyring"] = plain  # even when it is imported there
    with pytest.raises(NoSafeStore):
        safest_backend()


def test_without_a_safe_store_the_answer_names_the_other_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse, never fall back."""
    for name in ALLOWED:
        module_with(monkeypatch, name, RuntimeError("not here"))
    found = perform(Request("write", "a", Secret("sk-a")))
    assert isinstance(found, Broken)
    assert "plaintext" in found.reason
    assert "env" in found.hint
