"""A whole world in one process: stand-in providers, the real daemon on a real socket, real clients.

Everything but the process boundary is real. Time is real too, so tests wait for events, never sleep.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import trio

from rpc_client import Client
from standins.faults import FAULTS
from switchgear_protocol.limits import DEFAULT, Limits
from switchgeard import clock
from switchgeard.app import Places, build, build_door, open_door
from switchgeard.clock import Clock
from switchgeard.demo.standin import Script, StandIn
from switchgeard.methods.daemon import Daemon
from switchgeard.serving.listening import bind_socket
from switchgeard.store import Store

CANARY = "sk-CANARY-7f3a9b2c1d4e5f60718293a4b5c6d7e8"


@dataclass
class Heard:
    """One completion as the client saw it."""

    values: list[dict[str, Any]] = field(default_factory=list)
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The text streamed since the last restart."""
        text = ""
        for value in self.values:
            if value["type"] == "restarted":
                text = ""
            elif value["type"] == "text_delta":
                text += value["text"]
        return text

    @property
    def answer(self) -> str:
        """The text of the result."""
        assert self.result is not None, self.error
        return "".join(block.get("text", "") for block in self.result["message"]["content"] if block["type"] == "text")

    @property
    def kind(self) -> str | None:
        return None if self.error is None else str(self.error["data"]["kind"])

    @property
    def types(self) -> list[str]:
        return [value["type"] for value in self.values if value["type"] != "routing"]

    @property
    def outcomes(self) -> list[tuple[str, str | None]]:
        """(provider, kind of failure) of each attempt."""
        told = self.result or (self.error or {}).get("data", {})
        return [(attempt["provider"], attempt.get("kind")) for attempt in told.get("attempts") or []]


@dataclass
class World:
    standins: dict[str, StandIn]
    daemon: Daemon
    socket: str
    home: Path
    door_url: str = ""  # where its HTTP door is, for worlds made with `door=True`
    token: str = ""  # opens it

    async def client(self) -> Client:
        sock = trio.socket.socket(trio.socket.AF_UNIX)
        await sock.connect(self.socket)
        return Client(sock)

    async def call(self, method: str, **params: Any) -> Any:
        """One request on a connection of its own; the result, or the error object under "error"."""
        client = await self.client()
        with client.sock:
            await client.send({"id": 1, "method": method, "params": params})
            reply = await client.hear()
            return reply.get("result", reply)

    async def ask(self, **params: Any) -> Heard:
        """One completion of `m`, streamed unless told otherwise."""
        client = await self.client()
        with client.sock:
            await self.put(client, 1, **params)
            return await self.listen(client, 1)

    async def crowd(self, many: int, **params: Any) -> list[Heard]:
        """So many completions at once, each on a connection of its own."""
        heard: list[Heard] = []

        async def one() -> None:
            heard.append(await self.ask(**params))

        async with trio.open_nursery() as nursery:
            for _ in range(many):
                nursery.start_soon(one)
        return heard

    async def put(self, client: Client, id: int, **params: Any) -> None:
        asked = {"model": "m", "messages": [{"role": "user", "content": "hello"}]} | params
        await client.send({"id": id, "method": "completion/create", "params": asked})

    async def listen(self, client: Client, id: int) -> Heard:
        heard = Heard()
        while heard.result is None and heard.error is None:
            message = await client.hear()
            assert message, f"the daemon hung up: {heard}"
            if message.get("method") == "$/progress" and message["params"]["token"] == id:
                heard.values.append(message["params"]["value"])
            elif message.get("id") == id:
                heard.result, heard.error = message.get("result"), message.get("error")
        return heard

    def hits(self) -> dict[str, int]:
        return {name: standin.hits for name, standin in self.standins.items()}

    async def rows(self) -> int:
        """Attempts in the ledger."""
        reply = await self.call("usage/query", by=["provider"])
        return sum(row["attempts"] for row in reply["rows"])


def config(
    standins: Mapping[str, StandIn],
    kinds: Mapping[str, str],
    model: str = "",
    more: str = "",
    timeouts: str | None = None,
    lines: Mapping[str, str] | None = None,
) -> str:
    """A config with one provider per stand-in, in order, and one merged model `m` over all of them.

    `model`: further keys of the model's table; `more`: further tables; `lines`: provider -> what its table says beside
    id, kind and timeouts, where that is not the usual (`{url}` stands for its stand-in's).
    """
    providers = "".join(
        _provider(n, kinds.get(n, "anthropic"), s, timeouts or timeouts_of(s), (lines or {}).get(n))
        for n, s in standins.items()
    )
    group = ", ".join(f'{{provider = "{name}", model = "model-{name}"}}' for name in standins)
    return f'{providers}\n[[models]]\nalias = "m"\ngroup = [{group}]\n{model}\n{more}\n'


def _provider(name: str, kind: str, standin: StandIn, timeouts: str, lines: str | None) -> str:
    path = "" if kind == "anthropic" else "/v1"
    usual = f'base_url = "{{url}}{path}"\ncredential = {{env = "CANARY"}}\n{OWN.get(kind, "")}'
    own = (usual if lines is None else lines).replace("{url}", standin.url)
    return f'[[providers]]\nid = "{name}"\nkind = "{kind}"\ntimeouts = {{{timeouts}}}\n{own}\n'


OWN = {"bedrock": 'region = "us-east-1"'}
"""Keys without which a kind is no provider."""


PATIENT = 'connect = "30s", first_event = "60s", idle = "60s"'
HASTY = 'connect = "2s", first_event = "1s", idle = "1s", whole = "1s"'


def timeouts_of(standin: StandIn) -> str:
    """How long it is waited for: a second where no answer comes, else longer than a busy machine takes."""
    lines = standin.script if isinstance(standin.script, list | tuple) else [standin.script]
    hangs = any(isinstance(line, str) and line.startswith(("hang", "pings")) for line in lines)
    return HASTY if hangs else PATIENT


@asynccontextmanager
async def world(
    home: Path,
    scripts: Mapping[str, Script | StandIn],
    *,
    kinds: Mapping[str, str] | None = None,
    model: str = "",
    more: str = "",
    limits: Limits = DEFAULT,
    timeouts: str | None = None,
    door: bool = False,
    now: Clock = clock.now,
    lines: Mapping[str, str] | None = None,
) -> AsyncIterator[World]:
    """The world, while the block runs.

    `kinds`: provider -> kind, anthropic unless named. `limits`: of its server. `timeouts`: of every
    provider, when those of `timeouts_of` do not fit. `door`: with its HTTP door on loopback and a token.
    `now`: the daemon's clock. `lines`: see `config`.
    """
    if door:
        more += '\n[http]\nlisten = "127.0.0.1:0"\n'
    standins = {n: s if isinstance(s, StandIn) else StandIn(s, answers=FAULTS) for n, s in scripts.items()}
    async with trio.open_nursery() as nursery:
        for standin in standins.values():
            if not standin.url:
                await nursery.start(standin.serve)
        path = home / "config.toml"
        path.write_text(config(standins, kinds or {}, model, more, timeouts, lines))
        path.chmod(0o600)
        async with _daemon(home, path, nursery, limits, now) as (daemon, socket), _door(daemon, socket, door) as url:
            token = (await daemon.at.store.tokens.create("test")).token if door else ""
            yield World(standins, daemon, socket, home, url, token)
        for standin in standins.values():
            standin.release.set()
        nursery.cancel_scope.cancel()
    _hunt(home)


def _hunt(home: Path) -> None:
    """The credential came through the environment: no file of the daemon may hold it, or most of it."""
    for path in home.rglob("*"):
        assert not path.is_file() or CANARY[10:30].encode() not in path.read_bytes(), f"the canary is in {path}"


@asynccontextmanager
async def _door(daemon: Daemon, socket: str, wanted: bool) -> AsyncIterator[str]:
    """The URL of the daemon's HTTP door; "" when none is wanted."""
    if not wanted:
        yield ""
        return
    door, listeners = build_door(Places(socket, "", ""), daemon)
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(door.serve)
            open_door(daemon, listeners)
            yield listeners.url or ""
            nursery.cancel_scope.cancel()
    finally:
        listeners.close()


@asynccontextmanager
async def _daemon(
    home: Path, path: Path, nursery: trio.Nursery, limits: Limits, now: Clock
) -> AsyncIterator[tuple[Daemon, str]]:
    state = home / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    os.environ["CANARY"] = CANARY
    listening = bind_socket(str(home / "run" / "s.sock"))
    store = Store.open(state / "state.db", now)
    try:
        daemon, server = build(Places(listening.path, str(path), str(state)), str(state), store, limits, now)
        await daemon.configuration.reload()
        assert daemon.configuration.view().ok, msgspec.json.encode(daemon.configuration.view())
        serving = trio.CancelScope()
        ended = trio.Event()

        async def serve(*, task_status: trio.TaskStatus[None]) -> None:
            with serving:
                await server.serve(listening.sock, task_status=task_status)
            ended.set()

        await nursery.start(serve)
        try:
            yield daemon, listening.path
        finally:
            serving.cancel()
            with trio.CancelScope(shield=True):
                await ended.wait()
                await daemon.at.transport.aclose()
    finally:
        listening.remove()
        store.close()
