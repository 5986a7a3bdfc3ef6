"""Somebody who has just installed it: two keys in the environment, OpenCode with a config, and no daemon yet."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import trio

from daemon_process import Home
from on_terminal import Person
from standins.standin import StandIn

KEYS = {"OPENAI_API_KEY": "sk-CANARY-setup-openai-1", "ANTHROPIC_API_KEY": "sk-CANARY-setup-anthropic-2"}
MINE = '{\n  // mine\n  "theme": "dark"\n}\n'


@dataclass
class Newcomer:
    """`standins`: OpenAI's and Anthropic's servers."""

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
async def newcomer(path: Path, **environment: str) -> AsyncIterator[Newcomer]:
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
        made.place.env |= {**KEYS, **bases, "PATH": str(program.parent), "OLLAMA_HOST": "127.0.0.1:1", **environment}
        try:
            yield made
        finally:
            with trio.CancelScope(shield=True):
                await made.command("stop")


def gone_through(person: Person, questions: tuple[str, ...], leaving: bool = False) -> int:
    """Enter to every question, but for the last where it is left by Ctrl-C; the exit code."""
    for question in questions[:-1] if leaving else questions:
        assert person.reads(question), person.shown
        person.types("\n")
    if leaving:
        assert person.reads(questions[-1]), person.shown
        person.presses_ctrl_c()
    return person.sees_the_end()
