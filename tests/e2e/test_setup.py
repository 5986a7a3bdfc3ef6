"""`switchgear setup` from nothing to an answer: the real command and daemon, stand-ins for the providers' servers."""

import json
import socket
import subprocess
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trio

from daemon_process import Home
from on_terminal import Person
from switchgeard.demo.standin import StandIn

KEYS = {"OPENAI_API_KEY": "sk-CANARY-setup-openai-1", "ANTHROPIC_API_KEY": "sk-CANARY-setup-anthropic-2"}
MINE = '{\n  // mine\n  "theme": "dark"\n}\n'
QUESTIONS = ("Use OpenAI", "Use Anthropic", "from the environment instead?", "into your config?", "Connect OpenCode?", "for three words")


@dataclass
class Newcomer:
    """A home with two keys in the environment, an OpenCode config, and no daemon yet."""

    place: Home
    standins: list[StandIn]

    @property
    def tool(self) -> Path:
        return self.place.path / ".config/opencode/opencode.jsonc"

    @property
    def config(self) -> Path:
        return self.place.path / "config.toml"

    def files(self) -> dict[str, bytes]:
        """What a person would call his: not the daemon's state."""
        roots = ("run", "state")
        found = [path for path in self.place.path.rglob("*") if path.is_file()]
        return {
            str(path): path.read_bytes()
            for path in found
            if path.relative_to(self.place.path).parts[0] not in roots or "connect" in path.parts
        }

    async def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return await trio.to_thread.run_sync(lambda: self.place.command(*words))

    @contextmanager
    def at_the_terminal(self, *words: str) -> Iterator[Person]:
        person = Person(words, self.place.env | {"TERM": "xterm"})
        try:
            yield person
        finally:
            if person.process.poll() is None:
                person.process.kill()
                person.process.wait()


@asynccontextmanager
async def newcomer(path: Path) -> AsyncIterator[Newcomer]:
    """The daemon that the first command started is gone at the end."""
    standins = [StandIn(), StandIn()]
    async with standins[0].serving() as openai, standins[1].serving() as anthropic:
        made = Newcomer(Home(path), standins)
        program = path / "bin/opencode"
        program.parent.mkdir()
        program.touch(mode=0o700)
        made.tool.parent.mkdir(parents=True)
        made.tool.write_text(MINE)
        bases = {"OPENAI_BASE_URL": f"{openai.url}/v1", "ANTHROPIC_BASE_URL": anthropic.url}
        made.place.env |= {**KEYS, **bases, "PATH": str(program.parent), "OLLAMA_HOST": "127.0.0.1:1"}
        try:
            yield made
        finally:
            with trio.CancelScope(shield=True):
                await made.command("stop")


@pytest.fixture(autouse=True)
def _no_local_server() -> None:
    """LM Studio's port cannot be moved."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 1234)) == 0:
            pytest.skip("something listens on port 1234 of this machine")


async def test_yes_leads_from_nothing_to_an_answer_without_a_keyring(tmp_path: Path) -> None:
    """Keys stay in their variables; the tool is connected; what was set up serves."""
    async with newcomer(tmp_path) as at:
        done = await at.command("setup", "--yes", "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["models"], told["connected"]) == (["claude-opus-4-6", "gpt-5-5"], ["opencode"])
        config = tomllib.loads(at.config.read_text())
        assert {one["credential"]["env"] for one in config["providers"]} == set(KEYS)
        assert at.config.stat().st_mode & 0o777 == 0o600
        assert "switchgear" in at.tool.read_text()
        asked = await at.command("ask", "gpt-5-5", "hello")
        assert asked.returncode == 0, asked.stderr
        assert sum(standin.hits for standin in at.standins) == 2
        everything = done.stdout + done.stderr + "".join(map(str, at.files().values()))
        assert "CANARY" not in everything
        again = await at.command("setup", "--yes", "--no-ask")
        assert again.returncode == 0, again.stderr
        assert "nothing new beside openai, anthropic" in again.stdout


async def test_a_person_needs_six_keystrokes(tmp_path: Path) -> None:
    """Enter to every question."""
    async with newcomer(tmp_path) as at:
        with at.at_the_terminal("setup") as person:

            def sit_through() -> int:
                for question in QUESTIONS:
                    assert person.reads(question), person.shown
                    person.types("\n")
                return person.sees_the_end()

            assert await trio.to_thread.run_sync(sit_through) == 0, person.shown
        assert person.keys <= 6
        assert "Ready: switchgear ask" in person.shown
        assert "CANARY" not in person.shown


@pytest.mark.parametrize("place", range(len(QUESTIONS)))
@pytest.mark.parametrize("before", [None, '# mine\n[spend]\nmetered = "ask"  # careful\n'])
async def test_left_at_any_question_everything_is_as_it_was(tmp_path: Path, place: int, before: str | None) -> None:
    """The config to the byte, the tool's too, and no provider in force."""
    async with newcomer(tmp_path) as at:
        if before is not None:
            at.place.configure(before)
        files = at.files()
        with at.at_the_terminal("setup") as person:

            def leave() -> int:
                for question in QUESTIONS[:place]:
                    assert person.reads(question), person.shown
                    person.types("\n")
                assert person.reads(QUESTIONS[place]), person.shown
                person.presses_ctrl_c()
                return person.sees_the_end()

            assert await trio.to_thread.run_sync(leave) == 130, person.shown
        assert at.files() == files
        assert await trio.to_thread.run_sync(lambda: at.place.call("providers/list")) == {"providers": []}
        assert at.standins[0].hits == at.standins[1].hits == 0
