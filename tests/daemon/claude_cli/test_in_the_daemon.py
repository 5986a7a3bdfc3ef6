"""Claude Code behind the daemon: planned, run, failed over from and told of like any other provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from door_client import PATHS, post
from switchgeard import clock
from switchgeard.demo import claude
from world import World, world

TOOL = {"name": "weather", "description": "Says the weather.", "parameters": {"type": "object", "properties": {}}}


@asynccontextmanager
async def behind(home: Path, monkeypatch: pytest.MonkeyPatch, *steps: dict[str, Any]) -> AsyncIterator[World]:
    """A world whose model `c` is first at Claude Code, then at a provider with a key."""
    place = home / "claude-home"
    program = claude.install(place, *steps)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(place))
    more = (
        f'[[providers]]\nid = "plan"\nkind = "claude-cli"\nprogram = "{program}"\n'
        '[[models]]\nalias = "c"\ngroup = [{provider = "plan", model = "claude-opus-5-5"}, '
        '{provider = "keyed", model = "model-keyed"}]\n'
    )
    async with world(home, {"keyed": "ok"}, more=more, door=True) as w:
        yield w


async def test_it_answers_whole_and_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an included provider, before the one that is paid by the token."""
    async with behind(tmp_path, monkeypatch, *claude.good()) as w:
        whole, streamed = await w.ask(model="c", stream=False), await w.ask(model="c")
        assert [whole.answer, streamed.answer, streamed.text] == ["Hello there."] * 3
        assert whole.outcomes == [("plan", None)]
        assert w.hits() == {"keyed": 0}


@pytest.mark.parametrize("dialect", PATHS)
async def test_it_answers_clients_of_every_dialect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    """Its own included: what it says is always told anew."""
    async with behind(tmp_path, monkeypatch, *claude.good()) as w:
        reply = await post(w, dialect, model="c")
        assert reply.status_code == 200
        assert reply.headers["x-switchgear-provider"] == "plan"
        assert "Hello there." in reply.text


@pytest.mark.parametrize(
    "asked",
    [
        {"tools": [TOOL]},
        {"response_format": {"type": "json_schema", "schema": {"type": "object"}}},
        {"stop": ["END"]},
        {"top_k": 5},
    ],
    ids=lambda asked: next(iter(asked)),
)
async def test_a_request_for_what_it_cannot_do_passes_it_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]
) -> None:
    """It is an agent with tools of its own, not an endpoint: it is not started for what it would leave out."""
    async with behind(tmp_path, monkeypatch, *claude.good()) as w:
        assert (await w.ask(model="c", **asked)).outcomes == [("keyed", None)]


async def test_a_spent_window_moves_on_and_is_known_until_its_reset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next request does not ask it again."""
    info = claude.limited("rejected", 1.0, clock.now().wall + 3600)
    event = claude.say("rate_limit_event", rate_limit_info=info)
    refused = claude.refused("rate_limit", "You've hit your 5-hour limit", api_error_status=429)
    async with behind(tmp_path, monkeypatch, event, *refused) as w:
        assert (await w.ask(model="c")).outcomes == [("plan", "quota_exceeded"), ("keyed", None)]
        assert (await w.ask(model="c")).outcomes == [("keyed", None)]


async def test_a_cut_answer_that_was_heard_is_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its second try would be another answer: a client that cannot begin anew is not given it."""
    again = claude.whole("All anew.", id="msg_2")
    steps = [*claude.begun(), claude.delta("Half an "), again, claude.result()]
    async with behind(tmp_path, monkeypatch, *steps) as w:
        heard = await w.ask(model="c")
        assert (heard.kind, heard.text) == ("interrupted", "Half an ")


async def test_who_is_not_logged_in_is_passed_over_and_told_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is Claude Code's own login."""
    async with behind(tmp_path, monkeypatch, {"complain": "Please run /login"}, {"exit": 1}) as w:
        heard = await w.ask(model="c")
        assert heard.outcomes == [("plan", "auth_failed"), ("keyed", None)]
        assert "/login" in str(heard.result)
