"""A real client's whole surroundings: stand-in providers, the daemon as a process, its HTTP door, a home.

The client is a process too, with a home of its own, no keys of anybody's, and proxies that lead nowhere: what
it asks beyond loopback fails at once.
"""

import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import trio
from msgspec.structs import replace

from clients.pinned import VENV
from daemon_process import Home, home
from standins.faults import changed
from standins.standin import Line, Script, StandIn
from switchgeard.demo.wires import Said, says
from switchgeard.dialects.sealed import MARK
from world import CANARY

PATIENCE = 90.0  # seconds for one run of a client, on a busy machine
NOWHERE = "http://127.0.0.1:9"
NOTE = "the note says swordfish"
ANSWER = "One line of power after another."

WIRES = {
    "anthropic.messages": ("anthropic", ""),
    "openai.chat": ("openai-compatible", "/v1"),
    "openai.responses": ("openai", "/v1"),
}
"""What a provider speaks -> its kind, and the path of its base URL."""

SETTINGS = """\
[defaults.failover]
max_inline_wait = 0            # an exhausted answer is told at once
retry = {attempts = 0}

[http]
listen = "127.0.0.1:%d"
"""


class Ran(NamedTuple):
    """How a client's run ended. `said`: both its streams, for a failing test's message."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON objects of its output, one a line."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


@dataclass
class Scene:
    """`url` of the door, without a path; `work` is the folder the client runs in, with a note.txt."""

    place: Home
    standins: dict[str, StandIn]
    url: str
    token: str
    work: Path
    environment: dict[str, str]

    async def run(self, *argv: str | Path, **environment: str | Path) -> Ran:
        """The client, to its end. Its input is empty."""
        with trio.fail_after(PATIENCE):
            done = await trio.run_process(
                [str(word) for word in argv],
                env=self.environment | {name: str(value) for name, value in environment.items()},
                cwd=self.work,
                stdin=b"",
                capture_stdout=True,
                capture_stderr=True,
                check=False,
            )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert self.token not in ran.said, "the token is on the screen"
        return ran

    async def switchgear(self, *words: str) -> Ran:
        """Our own command, in the client's home."""
        ours = ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "SWITCHGEAR_CONFIG", "PYTHONPATH")
        argv = (sys.executable, "-m", "switchgear.cli", *words)
        return await self.run(*argv, **{name: self.place.env[name] for name in ours})

    @property
    def user(self) -> Path:
        """The client's home."""
        return self.work.parent

    @property
    def hits(self) -> dict[str, int]:
        return {name: standin.hits for name, standin in self.standins.items()}

    def asked(self, name: str) -> list[dict[str, Any]]:
        """The bodies one provider was sent, in order."""
        return [asked.json for asked in self.standins[name].asked]

    def signed(self, name: str, by: str) -> list[bool]:
        """Whether each body the one provider was sent holds thinking signed by the other. None holds a seal of ours."""
        texts = [json.dumps(body) for body in self.asked(name)]
        assert not any(f'"{MARK}' in text for text in texts)
        return [_signature(by) in text for text in texts]

    async def only(self, name: str) -> None:
        """From now on this provider serves."""
        for other in self.standins:
            done = await self.switchgear("resume" if other == name else "pause", other)
            assert done.code == 0, done.said

    async def sessions(self) -> set[str]:
        """The sessions attempts were counted under; "" for none."""
        reply = await trio.to_thread.run_sync(lambda: self.place.call("usage/query", by=["session"]))
        return {row["key"]["session"] for row in reply["rows"]}


def calls(tool: str, then: Line = "ok", **arguments: str) -> list[Line]:
    """A script: thinking and a call of a tool, then what `then` says, for ever."""
    return [changed(thinking="A tool would know.", text=(), tool=tool, arguments=json.dumps(arguments)), then]


@asynccontextmanager
async def scene(path: Path, scripts: Mapping[str, tuple[str, Script]], alias: str = "m") -> AsyncIterator[Scene]:
    """Providers in order, name -> (what it speaks, its script), and one merged model over all of them."""
    standins = {name: StandIn(script, _said_by(name)) for name, (_, script) in scripts.items()}
    async with trio.open_nursery() as nursery:
        for standin in standins.values():
            await nursery.start(standin.serve)
        for folder in ("gear", "user/work", "user/tmp"):
            (path / folder).mkdir(parents=True)
        (path / "user/work/note.txt").write_text(NOTE + "\n")
        with home(path / "gear") as place:
            text = _config(standins, {name: wire for name, (wire, _) in scripts.items()}, alias)
            url = await trio.to_thread.run_sync(_opened, place, text)
            created = await trio.to_thread.run_sync(lambda: place.call("tokens/create", name="client"))
            user = path / "user"
            yield Scene(place, standins, url, created["token"], user / "work", _nobodys(user))
        _hunt(path / "gear", CANARY, created["token"])
        _hunt(user, CANARY)
        nursery.cancel_scope.cancel()


def _hunt(folder: Path, *secrets: str) -> None:
    """A provider's key is in no file of ours or the client's, the client's token in none of ours."""
    for file in (path for path in folder.rglob("*") if path.is_file()):
        held = file.read_bytes()
        assert not any(secret[4:24].encode() in held for secret in secrets), f"a secret is in {file}"


def _config(standins: Mapping[str, StandIn], wires: Mapping[str, str], alias: str) -> str:
    """With `%d` for the door's port."""
    providers = "".join(_provider(name, wires[name], standin.url) for name, standin in standins.items())
    group = ", ".join(f'{{provider = "{name}", model = "model-{name}"}}' for name in standins)
    return f'{providers}\n[[models]]\nalias = "{alias}"\ngroup = [{group}]\n\n{SETTINGS}'


def _said_by(name: str) -> Said:
    return replace(says(ANSWER), signature=_signature(name))


def _signature(name: str) -> str:
    """What this provider signs its thinking with."""
    return f"signed-by-{name}-"


def _provider(name: str, wire: str, url: str) -> str:
    kind, path = WIRES[wire]
    return (
        f'[[providers]]\nid = "{name}"\nkind = "{kind}"\nwire = "{wire}"\nbase_url = "{url}{path}"\n'
        'credential = {env = "CANARY"}\n'
    )


def _nobodys(user: Path) -> dict[str, str]:
    """An environment with nothing of the machine's user in it."""
    path = os.pathsep.join((os.environ["PATH"], str(VENV / "bin")))  # node may be there
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    loopback = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    folders = {f"XDG_{name}_HOME": str(user / name.lower()) for name in ("CONFIG", "DATA", "CACHE", "STATE")}
    return {"PATH": path, "HOME": str(user), "TMPDIR": str(user / "tmp"), **folders, **nowhere, **loopback}


def _opened(place: Home, text: str) -> str:
    """Starts the daemon with its door at a port that stays, because tools write it down; the door's URL."""
    place.configure(text % _free_port())
    place.start()
    for _ in range(10):  # another program may have taken the port since
        told = str(place.call("status")["http"])
        if told.startswith("http://"):
            return told.partition(" ")[0]
        place.configure(text % _free_port())
        place.call("config/reload")
    raise AssertionError(told)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
