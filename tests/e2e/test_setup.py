"""`switchgear setup` from nothing to an answer: the real command and daemon, stand-ins for the providers' servers."""

import json
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from newcomer import KEYS, gone_through, newcomer
from one_at_a_time import one_at_a_time
from switchgeard.demo.exchange import Answer, Hang

QUESTIONS = (
    "Use OpenAI",
    "Use Anthropic",
    "Do that?",
    "into your config?",
    "Connect OpenCode?",
    "for three words",
)
BEFORE = [None, '# mine\n[spend]\nmetered = "ask"  # careful\n']


@pytest.fixture
def _door() -> Iterator[None]:
    """The usual ports are this test's alone, which connects a tool."""
    with one_at_a_time("door"):
        yield


@pytest.fixture(autouse=True)
def _no_local_server() -> None:
    """LM Studio's port cannot be moved."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 1234)) == 0:
            pytest.skip("something listens on port 1234 of this machine")


@pytest.mark.usefixtures("_door")
async def test_yes_leads_from_nothing_to_an_answer_without_a_keyring(tmp_path: Path) -> None:
    """Keys stay in their variables; the tool is connected; what was set up serves."""
    async with newcomer(tmp_path) as at:
        done = await at.command("setup", "--yes", "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["models"], told["connected"]) == (["claude-opus-4-6", "gpt-5.5"], ["opencode"])
        config = tomllib.loads(at.config.read_text())
        assert {one["credential"]["env"] for one in config["providers"]} == set(KEYS)
        assert at.config.stat().st_mode & 0o777 == 0o600
        assert "switchgear" in at.tool.read_text()
        assert "so that it always runs: switchgear service install" in done.stderr
        asked = await at.command("ask", "gpt-5.5", "hello")
        assert asked.returncode == 0, asked.stderr
        assert sum(standin.hits for standin in at.standins) == 2
        everything = done.stdout + done.stderr + "".join(map(str, at.files().values()))
        assert "CANARY" not in everything
        again = await at.command("setup", "--yes", "--no-ask")
        assert again.returncode == 0, again.stderr
        assert "nothing new beside openai, anthropic" in again.stdout


@pytest.mark.usefixtures("_door")
async def test_a_person_needs_six_keystrokes(tmp_path: Path) -> None:
    """Enter to every question."""
    async with newcomer(tmp_path) as at:
        with at.at_the_terminal("setup") as person:
            assert await trio.to_thread.run_sync(gone_through, person, QUESTIONS) == 0, person.shown
        assert person.keys <= 6
        assert "Ready: switchgear ask" in person.shown
        assert "CANARY" not in person.shown


@pytest.mark.parametrize("place", range(len(QUESTIONS) - 1))
@pytest.mark.parametrize("before", BEFORE)
async def test_left_at_any_question_everything_is_as_it_was(tmp_path: Path, place: int, before: str | None) -> None:
    """The config to the byte, the tool's too, and no provider in force."""
    await _left(tmp_path, QUESTIONS[: place + 1], before)


@pytest.mark.usefixtures("_door")
@pytest.mark.parametrize("before", BEFORE)
async def test_left_at_the_last_question_everything_is_as_it_was(tmp_path: Path, before: str | None) -> None:
    """Though all was done but the asking."""
    await _left(tmp_path, QUESTIONS, before)


async def _left(path: Path, asked: tuple[str, ...], before: str | None) -> None:
    async with newcomer(path) as at:
        if before is not None:
            at.place.configure(before)
        files = at.files()
        with at.at_the_terminal("setup") as person:
            assert await trio.to_thread.run_sync(gone_through, person, asked, True) == 130, person.shown
        assert at.files() == files
        assert await trio.to_thread.run_sync(lambda: at.place.call("providers/list")) == {"providers": []}
        assert at.standins[0].hits == at.standins[1].hits == 0


async def test_an_import_that_is_left_says_that_nothing_was_changed(tmp_path: Path) -> None:
    """On a line of its own, as the setup does."""
    async with newcomer(tmp_path) as at:
        files = at.files()
        with at.at_the_terminal("import") as person:
            assert await trio.to_thread.run_sync(gone_through, person, QUESTIONS[:1], True) == 130, person.shown
        assert "\nnothing was changed" in person.shown
        assert at.files() == files


async def test_ctrl_d_is_no_yes(tmp_path: Path) -> None:
    """Whoever closes his input has not agreed to anything."""
    async with newcomer(tmp_path) as at:
        files = at.files()
        with at.at_the_terminal("setup") as person:

            def close() -> int:
                assert person.reads(QUESTIONS[0] + " from the environment"), person.shown
                person.types("\x04")
                return person.sees_the_end()

            assert await trio.to_thread.run_sync(close) == 130, person.shown
        assert "nothing was changed" in person.shown
        assert at.files() == files


@pytest.mark.usefixtures("_door")
async def test_the_first_command_leads_to_it(tmp_path: Path) -> None:
    """No config, a terminal: offered, and taken to its end instead of the command."""
    async with newcomer(tmp_path) as at:
        with at.at_the_terminal("status") as person:
            asked = ("Set Switchgear up now?", *QUESTIONS)
            assert await trio.to_thread.run_sync(gone_through, person, asked) == 0, person.shown
        assert "Ready: switchgear ask" in person.shown


async def test_left_while_a_provider_is_silent_everything_is_as_it_was(tmp_path: Path) -> None:
    """In the middle of a request; the daemon asks no longer."""
    async with newcomer(tmp_path) as at:
        at.standins[0].beside = lambda asked: Answer((Hang(),))
        files = at.files()
        with at.at_the_terminal("setup", "--yes") as person:

            def leave() -> int:
                assert person.reads("Providers"), person.shown
                person.presses_ctrl_c()
                return person.sees_the_end()

            assert await trio.to_thread.run_sync(leave) == 130, person.shown
        assert "everything is as it was" in person.shown
        assert at.files() == files
        await at.standins[0].until(lambda standin: standin.open == 0)


async def test_import_alone_makes_providers_and_no_models(tmp_path: Path) -> None:
    """Left at its question it makes none either."""
    async with newcomer(tmp_path) as at:
        files = at.files()
        with at.at_the_terminal("import") as person:
            assert await trio.to_thread.run_sync(gone_through, person, QUESTIONS[:3], True) == 130, person.shown
        assert at.files() == files
        done = await at.command("import", "environment", "--yes")
        assert done.returncode == 0, done.stderr
        config = tomllib.loads(at.config.read_text())
        assert ([one["id"] for one in config["providers"]], "models" in config) == (["openai", "anthropic"], False)
