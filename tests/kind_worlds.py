"""How a provider of each kind is set up in a world: its table in the config, its credential, and how it talks.

Rules for editing: every kind of KINDS can be asked for; a row of SETUPS says what of it is not as most have it. A line
of a script is a name of FAULTS or a function of what was asked, as any stand-in's; here it becomes what that provider
would say.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio
from msgspec import Struct, structs

import frames
from literal.error_row import KindError
from standins.copilot import copilot
from standins.faults import FAULTS
from switchgeard.credentials.keyring_store import KeyringStore
from switchgeard.credentials.secret import Answer as Found
from switchgeard.credentials.secret import Missing, Ready, Secret
from switchgeard.demo import claude, wires
from switchgeard.demo.copilot import kind_at
from switchgeard.demo.copilot_wire import GITHUB_TOKEN
from switchgeard.demo.exchange import EVENT_STREAM, Answer, Asked, Header, chunked, sized
from switchgeard.demo.github import GitHub
from switchgeard.demo.said import Said
from switchgeard.demo.standin import Line, StandIn
from switchgeard.kinds import chatgpt
from switchgeard.kinds.bundle import Bundle, spelled
from switchgeard.kinds.known import KINDS
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.eventstream import CONTENT_TYPE
from world import CANARY, World, world

HELLO = "Hello from a stand-in provider."
PAIR = "AKIDEXAMPLE0000000:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
OLD, NEW = "at-old-0000000000000000", "at-new-0000000000000000"  # of a ChatGPT plan, before and after its renewal
ISSUED = "tid="  # how the tokens begin that GitHub gives for another


class Setup(Struct, frozen=True):
    """`lines`: of its table in the config. `carried`: what some header of a completion holds, `hidden`: what none
    does. `speaks`: a line of a script in its own tongue. `home`: what the config's location and project are."""

    lines: str = 'base_url = "{url}/v1"\ncredential = {env = "CANARY"}\n'
    carried: str = CANARY
    hidden: str = "sk-none"
    speaks: Callable[[Line], Line] = lambda line: line
    places: Mapping[str, str] = {}


class EmptyKeyring(KeyringStore):
    """A keyring nobody has put anything in."""

    async def read(self, provider: str) -> Found:
        await trio.lowlevel.checkpoint()
        return Missing("nothing is stored", f"switchgear login {provider}")


class MemoryKeyring(KeyringStore):
    """A keyring that holds a ChatGPT login for every provider: an account each, for one's quota is all its own."""

    def __init__(self) -> None:
        super().__init__()
        self.logins: dict[str, str] = {}

    async def read(self, provider: str) -> Found:
        await trio.lowlevel.checkpoint()
        begun = spelled(Bundle(OLD, "rt-0", 1.0, None, "issued", account=f"{provider}@x.org"))
        return Ready(Secret(self.logins.setdefault(provider, begun)))

    async def write(self, provider: str, secret: Secret) -> Found:
        await trio.lowlevel.checkpoint()
        self.logins[provider] = secret.reveal()
        return Ready(secret)


# Bedrock

BEGUN = frames.event("messageStart", {"role": "assistant"})
USED = {"inputTokens": 11, "outputTokens": 4, "totalTokens": 15}
CALL: dict[str, Any] = {"toolUseId": "t1", "name": "weather"}


def in_frames(line: Line) -> Line:
    """Bedrock's own: frames where it streams, its own object where not."""
    if line not in ("ok", "ok_tool"):
        return line

    def answer(asked: Asked, said: Said) -> Answer:
        if asked.path.endswith("/converse-stream"):
            return chunked(_framed(line == "ok_tool"), content_type=CONTENT_TYPE)
        block = {"toolUse": CALL | {"input": {}}} if line == "ok_tool" else {"text": HELLO}
        stop = "tool_use" if line == "ok_tool" else "end_turn"
        whole = {"output": {"message": {"role": "assistant", "content": [block]}}, "stopReason": stop, "usage": USED}
        return sized(200, json.dumps(whole).encode())

    return answer


def _framed(tool: bool) -> list[bytes]:
    start = frames.event("contentBlockStart", {"contentBlockIndex": 0, "start": {"toolUse": CALL}})
    delta: dict[str, Any] = {"toolUse": {"input": "{}"}} if tool else {"text": HELLO}
    return [
        BEGUN,
        *([start] if tool else []),
        frames.event("contentBlockDelta", {"contentBlockIndex": 0, "delta": delta}),
        frames.event("contentBlockStop", {"contentBlockIndex": 0}),
        frames.event("messageStop", {"stopReason": "tool_use" if tool else "end_turn"}),
        frames.event("metadata", {"usage": USED}),
    ]


# errors


def answering(row: KindError) -> Line:
    """An answer that is this error, with its status or inside a stream."""
    if row.status is not None:
        status = row.status
        return lambda asked, said: sized(status, row.bytes, row.headers)
    wire = row.wire or KINDS[row.kind].wires[0]
    if wire == "bedrock.converse":
        pieces, content_type = [BEGUN, frames.exception(*next(iter(json.loads(row.bytes).items())))], CONTENT_TYPE
    else:
        begun = wires.stream(Said(), wire, "m")[:1] if wire in ("openai.chat", "anthropic.messages") else []
        pieces, content_type = [wires.frame(text, wire) for text in (*begun, row.bytes.decode())], EVENT_STREAM
    return lambda asked, said: chunked(pieces, content_type=content_type)


# Vertex


def raw_predicting(line: Line) -> Line:
    """Anthropic's models at Vertex: asked by path, answering as Anthropic does."""

    def answer(asked: Asked, said: Said) -> Answer:
        if asked.path.endswith("awPredict"):
            body = asked.json
            assert (body.pop("anthropic_version"), "model" in body) == ("vertex-2023-10-16", False)
            body["model"] = asked.path.rpartition("/")[2].partition(":")[0]
            asked = structs.replace(asked, path="/v1/messages", body=msgspec.json.encode(body))
        return (FAULTS[line] if isinstance(line, str) else line)(asked, said)

    return answer


# ChatGPT


def by_plan(line: Line) -> Line:
    """A plan knows the renewed token alone."""

    def answer(asked: Asked, said: Said) -> Answer:
        if asked.header("authorization") != f"Bearer {NEW}":
            return sized(401, b'{"detail":{"error_code":"invalid_token"}}')
        return (FAULTS[line] if isinstance(line, str) else line)(asked, said)

    return answer


def issuing(asked: Asked) -> Answer | None:
    """The issuer of a plan's tokens, and nothing else."""
    if asked.path != "/oauth/token":
        return None
    assert b"refresh_token=rt-" in asked.body
    granted = {"access_token": NEW, "refresh_token": "rt-1", "expires_in": 3600, "scope": chatgpt.PLAN}
    return sized(200, json.dumps(granted).encode())


def _plan_at(url: str) -> Any:
    """The real kind, but for its issuer's address."""
    refresh = chatgpt.KIND.refresh
    assert refresh is not None

    def call(bundle: Bundle, options: Mapping[str, str]) -> HTTPCall:
        made = refresh.call(bundle, options)
        return structs.replace(made, url=f"{url}/oauth/token")

    return structs.replace(chatgpt.KIND, refresh=structs.replace(refresh, call=call))


VERTEX = {"project": "my-project", "location": "europe-west1"}

SETUPS: dict[str, Setup] = {
    "anthropic": Setup('base_url = "{url}"\ncredential = {env = "CANARY"}\n'),
    "bedrock": Setup(
        'base_url = "{url}"\ncredential = {env = "AWS_PAIR"}\nregion = "us-east-1"\n',
        "Credential=AKIDEXAMPLE0000000/",
        "wJalrXUtnFEMI",
        in_frames,
    ),
    "vertex": Setup(
        'base_url = "{url}"\ncredential = {command = ["printenv", "CANARY"]}\nproject = "my-project"\n'
        'location = "europe-west1"\n',
        speaks=raw_predicting,
        places=VERTEX,
    ),
    "github-copilot": Setup('base_url = "{url}"\ncredential = {env = "GITHUB"}\n', ISSUED, "ghu_"),
    "chatgpt": Setup('base_url = "{url}/v1"\ncredential = "keyring"\n', NEW, OLD, by_plan),
    "claude-cli": Setup('program = "{home}/claude"\n', ""),
}
"""Kinds that are not set up as most are."""

USUAL = Setup()


def setup_of(kind: str) -> Setup:
    return SETUPS.get(kind, USUAL)


@asynccontextmanager
async def kind_world(
    kind: str,
    home: Path,
    patch: pytest.MonkeyPatch,
    scripts: Mapping[str, Sequence[Line]],
    beside: Callable[[Asked], Answer | None] = lambda asked: None,
    spoken: Mapping[str, str] | None = None,
    headers: Callable[[float], Sequence[Header]] = lambda wall: (),
    setup: Setup | None = None,
    account: GitHub | None = None,
    keyring: type[KeyringStore] = MemoryKeyring,
    **more: Any,
) -> AsyncIterator[World]:
    """A world whose providers are all of this kind. `beside`: what their stand-ins say to anything but a completion.
    `spoken`: provider -> the dialect it is asked in, where that is not its kind's first. `headers`: on every answer, by
    the clock. `setup`: in place of the kind's own; `account`: GitHub's side of a Copilot."""
    setup, account = setup or setup_of(kind), account or GitHub()
    patch.setenv("AWS_PAIR", PAIR)
    patch.setenv("GITHUB", GITHUB_TOKEN)
    patch.setattr("switchgeard.app.KeyringStore", keyring)
    standins = {name: _standin(kind, lines, account, beside) for name, lines in scripts.items()}
    for standin in standins.values():
        standin.headers = headers
    told = {name: _lines(setup, home / name, (spoken or {}).get(name)) for name in scripts}
    async with world(home, standins, kinds=dict.fromkeys(scripts, kind), lines=told, **more) as w:
        url = next(iter(standins.values())).url
        if kind == "github-copilot":
            patch.setitem(KINDS, kind, kind_at(url))
        elif kind == "chatgpt":
            patch.setitem(KINDS, kind, _plan_at(url))
        yield w


def _standin(kind: str, lines: Sequence[Line], account: GitHub, beside: Callable[[Asked], Answer | None]) -> StandIn:
    if kind == "github-copilot":
        standin, _ = copilot(lines, account)
        usual = standin.beside
        standin.beside = lambda asked: beside(asked) or usual(asked)
        return standin
    script = [setup_of(kind).speaks(line) for line in lines]

    def either(asked: Asked) -> Answer | None:
        return beside(asked) or (issuing(asked) if kind == "chatgpt" else None)

    return StandIn(script, answers=FAULTS, beside=either)


def _lines(setup: Setup, place: Path, wire: str | None) -> str:
    """Its lines of the config; a program is put in place."""
    if "{home}" in setup.lines:
        claude.install(place, *claude.good(HELLO))
    return setup.lines.replace("{home}", str(place)) + (f'wire = "{wire}"\n' if wire else "")
