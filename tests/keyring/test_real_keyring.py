"""The keyring store against a real gnome-keyring, started by run.sh on a D-Bus session of its own.

Skipped elsewhere: a developer's own keyring is never touched by tests.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import trio

from switchgeard.credentials.keyring_backend import ITEM, SERVICE, safest_backend
from switchgeard.credentials.keyring_store import KeyringStore
from switchgeard.credentials.secret import Answer, Broken, Locked, Missing, Ready, Secret

PLAINTEXT = os.environ.get("SWITCHGEAR_REAL_KEYRING")  # the folder where run.sh put keyrings.alt

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.skipif(not PLAINTEXT, reason="needs a real keyring of its own: tests/keyring/run.sh"),
]


@pytest.fixture
def collection() -> Iterator[Any]:
    """The keyring's default collection."""
    import secretstorage

    connection = secretstorage.dbus_init()
    yield secretstorage.get_default_collection(connection)
    connection.close()


async def within(seconds: float, store: KeyringStore) -> Answer:
    with trio.fail_after(seconds):
        return await store.read("a")


async def test_a_real_keyring_stores_and_returns_a_credential(collection: Any) -> None:
    """In one item, visible under our name; another process reads it; deleted means gone."""
    store = KeyringStore()
    assert await store.write("a", Secret("sk-REAL-1")) == Ready(Secret("sk-REAL-1"))
    await store.write("b", Secret("sk-REAL-2"))
    assert await KeyringStore().read("a") == Ready(Secret("sk-REAL-1"))
    items = list(collection.search_items({"service": SERVICE, "username": ITEM}))
    assert [item.get_secret() for item in items] == [b'{"a":"sk-REAL-1","b":"sk-REAL-2"}']
    assert isinstance(await store.delete("a"), Missing)
    assert isinstance(await store.read("a"), Missing)
    assert await store.read("b") == Ready(Secret("sk-REAL-2"))


async def test_with_plaintext_stores_installed_the_real_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when a variable asks for the plaintext one."""
    monkeypatch.syspath_prepend(PLAINTEXT)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    backend = await trio.to_thread.run_sync(safest_backend)
    assert type(backend).__module__ == "keyring.backends.SecretService"


TEMPTED = f"""
import sys
sys.path.insert(0, {PLAINTEXT!r})
import keyring
assert type(keyring.get_keyring()).__module__ == "keyrings.alt.file", keyring.get_keyring()
from switchgeard.credentials.keyring_child import main
sys.exit(main())
"""


async def test_with_only_plaintext_stores_the_credential_is_refused() -> None:
    """Where the keyring library itself, in the very child, would write a plaintext file, we write nothing."""
    nowhere = os.environ | {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
    for store in (KeyringStore(nowhere), KeyringStore(nowhere, argv=(sys.executable, "-P", "-c", TEMPTED))):
        found = await store.write("a", Secret("sk-CANARY-1"))
        assert isinstance(found, Broken), found
        assert "plaintext ones are never used" in found.reason
    home = os.environ["HOME"]
    grep = subprocess.run(["grep", "-rl", "CANARY", home], capture_output=True, text=True, timeout=60)  # noqa: ASYNC221
    assert grep.stdout == ""


async def test_a_locked_keyring_is_locked_within_the_deadline(collection: Any) -> None:
    """Nobody is there to unlock it; the answer comes all the same, and says what to do."""
    store = KeyringStore()
    await store.write("a", Secret("sk-REAL-1"))
    collection.lock()
    found = await within(20, store)
    assert isinstance(found, Locked), found
    assert "unlock" in found.hint
    assert isinstance(await store.write("a", Secret("x")), Locked | Broken)
