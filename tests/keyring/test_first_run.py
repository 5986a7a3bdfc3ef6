"""`switchgear setup` with a real keyring: keys go there, come from there, and are gone when it is left.

Before the other tests of a real keyring, by its name: those leave it locked.
"""

import os
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio

from clients import quiet
from clients.pinned import here, program
from newcomer import KEYS, Newcomer, gone_through, newcomer
from switchgeard.credentials.keyring_backend import ITEM, SERVICE
from switchgeard.credentials.keyring_store import KeyringStore
from switchgeard.credentials.secret import Secret

BUS = "DBUS_SESSION_BUS_ADDRESS"
QUESTIONS = ("Use OpenAI", "Use Anthropic", "into your config?", "Connect OpenCode?", "for three words")

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.skipif(
        not os.environ.get("SWITCHGEAR_REAL_KEYRING"), reason="needs a real keyring of its own: tests/keyring/run.sh"
    ),
]


@pytest.fixture
def collection() -> Iterator[Any]:
    """The keyring's default collection, empty of ours before and after."""
    import secretstorage

    connection = secretstorage.dbus_init()
    found = secretstorage.get_default_collection(connection)
    _empty(found)
    yield found
    _empty(found)
    connection.close()


def _empty(collection: Any) -> None:
    for item in collection.search_items({"service": SERVICE, "username": ITEM}):
        item.delete()


def kept(collection: Any) -> list[bytes]:
    return [bytes(item.get_secret()) for item in collection.search_items({"service": SERVICE, "username": ITEM})]


async def real_opencode(at: Newcomer) -> "subprocess.CompletedProcess[str]":
    """One answer through what the setup has connected."""
    argv = [str(program("opencode", "opencode-ai")), "run", "--title", "t", "-m", "switchgear/gpt-5.5", "hello"]
    env = {"HOME": at.place.env["HOME"], "PATH": os.environ["PATH"]} | quiet.OPENCODE
    return await trio.to_thread.run_sync(
        lambda: subprocess.run(
            argv, env=env, cwd=at.place.path, capture_output=True, text=True, check=False, timeout=90
        )
    )


async def test_yes_leads_to_an_answer_with_keys_from_the_keyring(tmp_path: Path, collection: Any) -> None:
    """Nothing is left in files; another daemon, without the variables, is served from there too; so is OpenCode."""
    async with newcomer(tmp_path, **{BUS: os.environ[BUS]}) as at:
        done = await at.command("setup", "--yes")
        assert done.returncode == 0, done.stderr
        assert "keyring: written, read back and deleted" in done.stdout
        config = tomllib.loads(at.config.read_text())
        assert {one.get("credential", "keyring") for one in config["providers"]} == {"keyring"}
        [item] = kept(collection)
        assert all(key.encode() in item for key in KEYS.values())
        assert not any(b"CANARY" in data for data in at.files().values())
        assert "CANARY" not in done.stdout + done.stderr
        await at.command("stop")
        for name in KEYS:
            del at.place.env[name]
        asked = await at.command("ask", "gpt-5.5", "hello")
        assert asked.returncode == 0, asked.stderr
        if here("opencode-ai"):
            ran = await real_opencode(at)
            assert ran.returncode == 0, ran.stderr
            assert at.standins[0].hits >= 2


async def test_a_person_needs_five_keystrokes(tmp_path: Path, collection: Any) -> None:
    """Where the keyring works there is one question less."""
    async with newcomer(tmp_path, **{BUS: os.environ[BUS]}) as at:
        with at.at_the_terminal("setup") as person:
            assert await trio.to_thread.run_sync(gone_through, person, QUESTIONS) == 0, person.shown
        assert person.keys == 5
        assert len(kept(collection)) == 1


@pytest.mark.parametrize("place", range(len(QUESTIONS)))
async def test_left_at_any_question_the_keyring_is_as_it_was(tmp_path: Path, collection: Any, place: int) -> None:
    """And so are the config and the tool's; what another provider keeps there stays."""
    await KeyringStore().write("mine", Secret("sk-REAL-before"))
    before = kept(collection)
    async with newcomer(tmp_path, **{BUS: os.environ[BUS]}) as at:
        files = at.files()
        with at.at_the_terminal("setup") as person:
            asked = QUESTIONS[: place + 1]
            assert await trio.to_thread.run_sync(gone_through, person, asked, True) == 130, person.shown
        assert at.files() == files
        assert kept(collection) == before
