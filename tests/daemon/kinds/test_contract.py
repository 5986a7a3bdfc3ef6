"""What every kind owes: a completion, a stream, a tool call, and errors that mean what its provider means by them.

Through the real daemon and a stand-in on loopback. A new row of KINDS joins by itself, unless it cannot be asked at a
plain address with a plain key: those are in `OTHERWISE`, and have tests of their own.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from kind_errors import ERRORS, KindError
from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Scope
from switchgeard.core.clock import Now
from switchgeard.core.failure import ErrorReply, classify
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.demo.said import Said
from switchgeard.kinds.kind import Kind
from switchgeard.kinds.known import KINDS
from world import CANARY, Heard, World, world

NOW = Now(wall=1_795_000_000.0, boot=1.0)
OTHERWISE = {"bedrock": "it frames its streams in binary"}
PLAIN = [
    name
    for name, kind in KINDS.items()
    if name not in OTHERWISE
    and not (kind.program or kind.refresh)
    and not any(option.required for option in kind.options)
]
TOOL = {"name": "weather", "description": "Says the weather.", "parameters": {"type": "object", "properties": {}}}
HELLO = "Hello from a stand-in provider."
LOCAL = frozenset({"ollama", "lmstudio", "llamacpp", "vllm"})


@pytest.mark.parametrize("name", PLAIN)
async def test_a_kind_answers_whole_streamed_and_with_a_tool_call(tmp_path: Path, name: str) -> None:
    """Each at the path of its wire and with the credential where this kind wants it."""
    kind = KINDS[name]
    async with world(tmp_path, {"a": ["ok", "ok", "ok_tool"]}, kinds={"a": name}) as w:
        whole, streamed = await w.ask(stream=False), await w.ask()
        called = await w.ask(tools=[TOOL])
        assert [whole.answer, streamed.answer, streamed.text] == [HELLO] * 3
        assert called.result is not None
        assert [b["name"] for b in called.result["message"]["content"] if b["type"] == "tool_call"] == ["weather"]
        for asked in w.standins["a"].asked:
            assert asked.path.partition("?")[0].endswith(_tail(kind))
            assert CANARY in " ".join(value for _, value in asked.headers)
            assert CANARY not in asked.path


def _tail(kind: Kind) -> str:
    """How the path of its first wire ends."""
    path = kind.paths[kind.wires[0]].partition("?")[0]
    return path.removeprefix("/v1").replace("{model}", "model-a")


@pytest.mark.parametrize("name", [name for name in PLAIN if len(KINDS[name].wires) > 1])
async def test_a_kind_of_several_dialects_is_asked_in_each(tmp_path: Path, name: str) -> None:
    """A group's `wire` says which."""
    wires = KINDS[name].wires
    more = "".join(
        f'[[models]]\nalias = "w{number}"\ngroup = [{{provider = "a", model = "model-a", wire = "{wire}"}}]\n'
        for number, wire in enumerate(wires)
    )
    async with world(tmp_path, {"a": "ok"}, kinds={"a": name}, more=more) as w:
        for number in range(len(wires)):
            assert (await w.ask(model=f"w{number}")).answer == HELLO
        assert tuple(asked.wire for asked in w.standins["a"].asked) == wires


@pytest.mark.parametrize("name", PLAIN)
async def test_a_refused_credential_is_told_as_such_and_never_shown(tmp_path: Path, name: str) -> None:
    """The provider repeats the key; nobody else does."""

    def refuse(asked: Asked, said: Said) -> Answer:
        return sized(401, b'{"error":{"message":"Incorrect API key provided: %s"}}' % CANARY.encode())

    async with world(tmp_path, {"a": refuse}, kinds={"a": name}) as w:
        heard = await w.ask()
        assert heard.outcomes == [("a", "auth_failed")]
        assert CANARY not in str(heard.error)


@pytest.mark.parametrize("name", PLAIN)
async def test_a_missing_credential_is_never_asked_with(tmp_path: Path, name: str) -> None:
    """Nothing is sent, and the provider says what it lacks."""
    async with world(tmp_path, {"a": "ok"}, kinds={"a": name}) as w:
        path = tmp_path / "config.toml"
        path.write_text(path.read_text().replace('{env = "CANARY"}', '{env = "NOT_SET"}'))
        await w.call("config/reload")
        assert (await w.ask()).result is None
        assert w.hits() == {"a": 0}
        (view,) = (await w.call("providers/list"))["providers"]
        assert (view["health"], bool(view["hint"])) == ("missing_credential", True)


@pytest.mark.parametrize("name", sorted(LOCAL))
async def test_a_local_kind_wants_no_credential(tmp_path: Path, name: str) -> None:
    """Where the config names none, none is sent, and it costs nothing."""
    async with world(tmp_path, {"a": "ok"}, kinds={"a": name}) as w:
        path = tmp_path / "config.toml"
        path.write_text(path.read_text().replace('credential = {env = "CANARY"}', ""))
        await w.call("config/reload")
        assert (await w.ask()).answer == HELLO
        assert w.standins["a"].asked[-1].header("authorization") is None
        (view,) = (await w.call("providers/list"))["providers"]
        assert view["billing"] == "local"


@pytest.mark.parametrize("name", sorted(LOCAL))
def test_a_local_kind_is_given_time_to_load_its_model(name: str) -> None:
    """A cold start takes minutes, and is no fault."""
    assert KINDS[name].timeouts.first_event >= 120


@pytest.mark.parametrize("row", ERRORS, ids=str)
def test_each_literal_error_of_a_kind_has_its_class_scope_and_time(row: KindError) -> None:
    """By the kind's own rules and the tables of all."""
    kind = KINDS[row.kind]
    reply = ErrorReply(
        kind.wires[0], kind.name, row.status, dict(row.headers), row.bytes, "p", row.model, rules=kind.rules
    )
    failure = classify(reply, NOW)
    assert (failure.kind, failure.scope) == (row.means, row.scope)
    assert failure.retry_after == (None if row.retry_after is None else pytest.approx(row.retry_after, abs=1))
    if row.means is K.RATE_LIMITED:
        assert (failure.scope, failure.family) == (Scope.BUCKET, row.model)  # never wider than the evidence


@pytest.mark.parametrize("name", sorted({row.kind for row in ERRORS}))
async def test_each_literal_error_comes_out_of_the_daemon_as_what_it_is(tmp_path: Path, name: str) -> None:
    """A provider per error, all asked at once; what a request is to blame for is not held against the provider."""
    rows = {f"p{number}": row for number, row in enumerate(row for row in ERRORS if row.kind == name)}
    heard: dict[str, Heard] = {}

    async def ask(w: World, provider: str) -> None:
        heard[provider] = await w.ask(model=f"{provider}/model-{provider}")

    scripts = {provider: _answer(row) for provider, row in rows.items()}
    async with world(tmp_path, scripts, kinds=dict.fromkeys(rows, name)) as w:
        async with trio.open_nursery() as nursery:
            for provider in rows:
                nursery.start_soon(ask, w, provider)
        views = {view["id"]: view for view in (await w.call("providers/list"))["providers"]}
    for provider, row in rows.items():
        assert heard[provider].outcomes[-1] == (provider, row.means.value), row
        assert row.scope is not Scope.NONE or views[provider]["health"] == "available", row


def _answer(row: KindError) -> Callable[[Asked, Said], Answer]:
    return lambda asked, said: sized(row.status, row.bytes, row.headers)
