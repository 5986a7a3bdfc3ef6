"""Pass-through: Claude Code keeps its own login, and our token goes beside it."""

import json

import msgspec
import pytest

from cli_runs import Run
from connect_world import PLAIN, World
from sample_world import OPUS, PRO
from switchgear_protocol.messages import Models

PATH = ".claude/settings.json"
MINE = '{"env": {"ANTHROPIC_CUSTOM_HEADERS": "x-team: infra\\nx-secret: sk-mine-1234567890"}}'


@pytest.fixture
def taking(world: World) -> World:
    """A config with a provider that takes what a tool brings."""
    world.providers.append({"id": "github_copilot", "credential": "passthrough"})
    return world


def env(world: World) -> dict[str, str]:
    found: dict[str, str] = json.loads((world.home / PATH).read_text())["env"]
    return found


def test_where_a_provider_takes_it_claude_code_keeps_its_login(run: Run, taking: World) -> None:
    """No ANTHROPIC_AUTH_TOKEN, which would outrank it; undone, all is as it was."""
    before = taking.files()
    ran = run("connect", "claude-code", "--yes")
    assert ran.code == 0, ran.err
    told = env(taking)
    assert told["ANTHROPIC_CUSTOM_HEADERS"] == f"x-switchgear-token: {taking.tokens['claude-code']}"
    assert "ANTHROPIC_AUTH_TOKEN" not in told
    assert "it keeps its own login" in ran.out
    assert run("connect", "claude-code", "--yes").out.splitlines()[0] == "Claude Code is already connected"
    assert run("connect", "claude-code", "--undo", "--yes").code == 0
    assert (taking.files(), taking.tokens) == (before, {})


def test_the_model_it_uses_is_one_that_such_a_provider_serves(run: Run, taking: World) -> None:
    """Though another comes first; unless another is said."""
    assert taking.daemon is not None
    models = Models([msgspec.structs.replace(OPUS, offers=[PRO]), PLAIN])
    taking.daemon.answers = {**taking.daemon.answers, "models/list": models}
    run("connect", "claude-code", "--yes")
    assert env(taking)["ANTHROPIC_MODEL"] == "plain"
    run("connect", "claude-code", "--yes", "--model", "opus-4.6")
    assert env(taking)["ANTHROPIC_MODEL"] == "opus-4.6"


def test_headers_of_the_users_own_stay_and_are_not_shown(run: Run, taking: World) -> None:
    """Ours comes after them; refreshed it is still there once, and undone it is gone."""
    path = taking.write(PATH, MINE)
    shown = run("connect", "claude-code", "--print").out
    assert "sk-mine" not in shown
    for _ in range(2):
        assert run("connect", "claude-code", "--yes").code == 0
    *mine, ours = env(taking)["ANTHROPIC_CUSTOM_HEADERS"].splitlines()
    assert mine == ["x-team: infra", "x-secret: sk-mine-1234567890"]
    assert ours == f"x-switchgear-token: {taking.tokens['claude-code']}"
    run("connect", "claude-code", "--undo", "--yes")
    assert path.read_text() == MINE


def test_who_wants_our_providers_alone_says_so_once(run: Run, taking: World) -> None:
    """An option that is not given again keeps what was chosen."""
    for words in (["--no-passthrough"], []):
        assert run("connect", "claude-code", "--yes", *words).code == 0
        assert env(taking)["ANTHROPIC_AUTH_TOKEN"] == taking.tokens["claude-code"]
        assert "ANTHROPIC_CUSTOM_HEADERS" not in env(taking)


def test_without_such_a_provider_it_says_what_to_write(run: Run, world: World) -> None:
    """And changes nothing."""
    before = world.files()
    ran = run("connect", "claude-code", "--yes", "--passthrough")
    assert ran.code == 1
    assert 'credential = "passthrough"' in ran.err
    assert "hint: switchgear config edit" in ran.err
    assert world.files() == before


def test_a_tool_that_cannot_is_named(run: Run, taking: World) -> None:
    """No other can bring two credentials."""
    ran = run("connect", "opencode", "--yes", "--passthrough")
    assert (ran.code, "OpenCode cannot keep a login of its own" in ran.err) == (2, True)


def test_a_broken_file_is_refused_with_its_place(run: Run, taking: World) -> None:
    """As for any other connection."""
    taking.write(PATH, '{"env": ')
    ran = run("connect", "claude-code", "--yes")
    assert (ran.code, "line 1" in ran.err) == (1, True)
