"""What every kind owes: a completion, a stream, a tool call, and errors that mean what its provider means by them.

Through the real daemon and a stand-in on loopback. A new row of KINDS joins by itself; how it is set up, where that is
not an address and a key, is in kind_worlds.py. What a kind has no such thing of is named here with its reason.
"""

import re
from pathlib import Path

import pytest
import trio

from door_client import post
from kind_worlds import HELLO, SETUPS, answering, kind_world, setup_of
from literal.error_row import KindError
from literal.kind_errors import ERRORS
from literal.plan_errors import CLAUDE, Printed
from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Scope
from switchgeard import clock
from switchgeard.core.clock import Now
from switchgeard.core.error_reply import ErrorReply, classify
from switchgeard.demo import claude
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.demo.said import Said
from switchgeard.dialects.known import DIALECTS
from switchgeard.kinds.known import KINDS
from world import CANARY, Heard, World, world

NOW = Now(wall=1_795_000_000.0, boot=1.0)
ALL = sorted(KINDS)
TOOLLESS = {"claude-cli": "it is an agent with tools of its own, and takes none of a client's"}
KEYLESS = {"claude-cli": "the program keeps its own login", "chatgpt": "its login is renewed, not pasted"}
ASKED = [name for name in ALL if not KINDS[name].program]
TOOL = {"name": "weather", "description": "Says the weather.", "parameters": {"type": "object", "properties": {}}}
LOCAL = frozenset({"ollama", "lmstudio", "llamacpp", "vllm"})


def test_what_a_kind_lacks_is_said_of_kinds_there_are() -> None:
    """Every kind is in the table; an exception names one of them, and agrees with what the kind says of itself."""
    assert len(ALL) == 20
    assert set(TOOLLESS) == {name for name in ALL if not KINDS[name].features.tools}
    assert set(KEYLESS) < set(ALL) > set(SETUPS)
    assert {name for name in ALL if "many_stops" in KINDS[name].carries} == LOCAL


@pytest.mark.parametrize("name", ALL)
async def test_a_kind_answers_whole_streamed_and_with_a_tool_call(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each at the path of its wire and with the credential where this kind wants it."""
    async with kind_world(name, tmp_path, monkeypatch, {"a": ["ok", "ok", "ok_tool"]}) as w:
        whole, streamed = await w.ask(stream=False), await w.ask()
        called = await w.ask(tools=[TOOL])
        assert [whole.answer, streamed.answer, streamed.text] == [HELLO] * 3
        assert _tools(called) == ([] if name in TOOLLESS else ["weather"])
        if name in TOOLLESS:
            assert called.error is not None
            assert "tools" in str(called.error)
        assert w.hits() == {"a": 3 if name in ASKED else 0}
        for asked in w.standins["a"].asked:
            _well_asked(asked, name, KINDS[name].wires[0])


def _tools(heard: Heard) -> list[str]:
    content = heard.result["message"]["content"] if heard.result else []
    return [block["name"] for block in content if block["type"] == "tool_call"]


def _well_asked(asked: Asked, name: str, wire: str, stream: bool = True) -> None:
    """At the wire's path, with its credential and nothing that it keeps to itself."""
    kind, setup = KINDS[name], setup_of(name)
    path = kind.paths[wire] if stream else kind.whole_paths.get(wire, kind.paths[wire])
    end = path.partition("?")[0].removeprefix("/v1").format(model="model-a", **setup.places)
    assert asked.path.partition("?")[0].endswith(end)
    told = " ".join(value for _, value in asked.headers)
    assert setup.carried in told
    assert setup.hidden not in told + asked.path
    assert CANARY not in asked.path


@pytest.mark.parametrize("name", [name for name in ALL if len(KINDS[name].wires) > 1])
async def test_a_kind_of_several_dialects_is_asked_in_each(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group's `wire` says which; streamed, whole and with a tool call."""
    wires = KINDS[name].wires
    more = "".join(
        f'[[models]]\nalias = "w{number}"\ngroup = [{{provider = "a", model = "model-a", wire = "{wire}"}}]\n'
        for number, wire in enumerate(wires)
    )
    async with kind_world(name, tmp_path, monkeypatch, {"a": ["ok", "ok", "ok_tool"] * len(wires)}, more=more) as w:
        for number in range(len(wires)):
            assert (await w.ask(model=f"w{number}")).answer == HELLO
            assert (await w.ask(model=f"w{number}", stream=False)).answer == HELLO
            assert _tools(await w.ask(model=f"w{number}", tools=[TOOL])) == ["weather"]
        for number, asked in enumerate(w.standins["a"].asked):
            _well_asked(asked, name, wires[number // 3])


@pytest.mark.parametrize("name", [name for name in ALL if KINDS[name].wires[0] in DIALECTS])
async def test_a_tool_of_a_kinds_own_dialect_hears_it_whole_and_streamed(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passed on as the tool said it: what it wants whole is asked for whole, where this kind can be."""
    wire, kind = KINDS[name].wires[0], KINDS[name]
    async with kind_world(name, tmp_path, monkeypatch, {"a": ["ok"]}, door=True) as w:
        whole, streamed = await post(w, wire), await post(w, wire, stream=True)
        assert (whole.status_code, streamed.status_code) == (200, 200)
        assert HELLO in whole.text
        assert "provider." in streamed.text
        for asked, stream in zip(w.standins["a"].asked, [kind.streams_only, True], strict=name in ASKED):
            _well_asked(asked, name, wire, stream)


@pytest.mark.parametrize("name", [name for name in ASKED if name not in KEYLESS])
async def test_a_refused_credential_is_told_as_such_and_never_shown(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider repeats the key; nobody else does."""

    def refuse(asked: Asked, said: Said) -> Answer:
        return sized(401, b'{"error":{"message":"Incorrect API key provided: %s"}}' % CANARY.encode())

    async with kind_world(name, tmp_path, monkeypatch, {"a": [refuse]}) as w:
        heard = await w.ask()
        assert heard.outcomes[-1] == ("a", "auth_failed")
        assert CANARY not in str(heard.error)
        (view,) = (await w.call("providers/list"))["providers"]
        assert (view["health"], bool(view["hint"])) == ("auth_failed", True)


@pytest.mark.parametrize("name", [name for name in ASKED if name not in KEYLESS])
async def test_a_missing_credential_is_never_asked_with(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent, and the provider says what it lacks."""
    async with kind_world(name, tmp_path, monkeypatch, {"a": ["ok"]}) as w:
        path = tmp_path / "config.toml"
        path.write_text(re.sub(r"credential = \{.*\}", 'credential = {env = "NOT_SET"}', path.read_text()))
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


@pytest.mark.parametrize("row", [row for row in ERRORS if row.status is not None], ids=str)
def test_each_literal_error_of_a_kind_has_its_class_scope_and_time(row: KindError) -> None:
    """By the kind's own rules and the tables of all, in whichever dialect it was asked."""
    kind = KINDS[row.kind]
    for wire in [row.wire] if row.wire else kind.wires:
        reply = ErrorReply(wire, kind.name, row.status, dict(row.headers), row.bytes, "p", row.model, rules=kind.rules)
        failure = classify(reply, NOW)
        assert (failure.kind, failure.scope) == (row.means, row.scope)
        assert failure.retry_after == (None if row.retry_after is None else pytest.approx(row.retry_after, abs=1))
        if row.means is K.RATE_LIMITED:
            assert (failure.scope, failure.family) == (Scope.BUCKET, row.model)  # never wider than the evidence


SPOKEN = [(name, wire) for name in sorted({row.kind for row in ERRORS}) for wire in KINDS[name].wires]


def said_in(row: KindError, name: str, wire: str) -> bool:
    """Whether this error of the kind can be said in that dialect; inside a stream it has the words of one alone."""
    first = KINDS[name].wires[0] == wire
    return row.kind == name and (row.wire == wire or (not row.wire and (first or row.status is not None)))


@pytest.mark.parametrize(("name", "wire"), SPOKEN)
async def test_each_literal_error_comes_out_of_the_daemon_as_what_it_is(
    tmp_path: Path, name: str, wire: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A provider per error, all asked at once; what a request is to blame for is not held against the provider."""
    rows = {f"p{number}": row for number, row in enumerate(row for row in ERRORS if said_in(row, name, wire))}
    heard: dict[str, Heard] = {}

    async def ask(w: World, provider: str) -> None:
        heard[provider] = await w.ask(model=f"{provider}/model-{provider}")

    scripts = {provider: [answering(row)] for provider, row in rows.items()}
    async with kind_world(name, tmp_path, monkeypatch, scripts, spoken=dict.fromkeys(rows, wire)) as w:
        async with trio.open_nursery() as nursery:
            for provider in rows:
                nursery.start_soon(ask, w, provider)
        views = {view["id"]: view for view in (await w.call("providers/list"))["providers"]}
    wrong = [(row.said, heard[p].outcomes, row.means) for p, row in rows.items() if _last(heard[p]) != row.means.value]
    assert wrong == []
    blamed = [row.said for p, row in rows.items() if row.scope is Scope.NONE and views[p]["health"] != "available"]
    assert blamed == []


def _last(heard: Heard) -> str | None:
    return heard.outcomes[-1][1] if heard.outcomes else None


@pytest.mark.parametrize("row", CLAUDE, ids=str)
async def test_what_claude_code_prints_means_what_it_says(
    tmp_path: Path, row: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its words for the API's errors; a window that is spent is known until its reset."""
    reset = clock.now().wall + 3600
    event = [claude.told("rejected", 1.0, reset)] if row.spent else []
    async with kind_world("claude-cli", tmp_path, monkeypatch, {"a": ["ok"]}) as w:
        claude.set_steps(tmp_path / "a", *event, *row.steps)
        heard = await w.ask()
        (view,) = (await w.call("providers/list"))["providers"]
    assert _last(heard) == row.means.value
    assert row.scope is not Scope.NONE or view["health"] == "available"
    if row.spent:
        assert view["until"] == pytest.approx(reset, abs=90)


REQUEST, ACCOUNT = {K.CONTEXT_LENGTH, K.CONTENT_POLICY, K.INVALID_REQUEST}, {K.AUTH_FAILED, K.PERMISSION}
ELSEWHERE = {
    "claude-cli": "it prints lines and answers no request: CLAUDE has its rows",
}


def test_every_kind_has_literal_errors() -> None:
    """Of the request's fault, of the account's, of its own; but for kinds of which nobody has documented any."""
    assert {row.kind for row in ERRORS} == set(ALL) - set(ELSEWHERE)
    for name in set(ALL) - set(ELSEWHERE) - LOCAL:
        classes = {row.means for row in ERRORS if row.kind == name}
        assert classes & REQUEST, name
        assert classes & ACCOUNT, name
        assert K.OVERLOADED in classes, name
        assert classes & {K.RATE_LIMITED, K.QUOTA_EXCEEDED}, name
