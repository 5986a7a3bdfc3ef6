"""`switchgear connect TOOL --undo`: everything as it was, and what the user did meanwhile stays his."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli_runs import Run
from connect_world import CONFIG, MINE, OPENCODE, World
from switchgear.cli.connect import record

Says = Callable[[str], list[str]]


@pytest.mark.parametrize("words", [[], ["--undo"]])
def test_a_file_changed_while_the_question_stood_is_not_overwritten(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """What was shown is not what would be written."""
    path = world.write(OPENCODE, "{}")
    if words:
        run("connect", "opencode", "--yes")

    def thinking(question: str) -> str:
        path.write_text('{"mine": 1}')
        return "y"

    monkeypatch.setattr("switchgear.cli.command.connect.asks", lambda: True)
    monkeypatch.setattr("switchgear.cli.command.connect.answer", thinking)
    tokens = dict(world.tokens)
    ran = run("connect", "opencode", *words)
    assert ran.err.splitlines()[0] == f"switchgear: {path} was changed meanwhile"
    assert (path.read_text(), world.tokens) == ('{"mine": 1}', tokens)


def test_what_the_user_changed_since_stays_after_the_undo(run: Run, world: World) -> None:
    """Our part is taken out of the text he has now; his mode stays."""
    path = world.write(OPENCODE, MINE)
    run("connect", "opencode", "--yes")
    path.write_text(path.read_text().replace('"dark"', '"light" /* later */'))
    assert run("connect", "opencode", "--undo", "--yes").code == 0
    assert path.read_text() == MINE.replace('"dark"', '"light" /* later */')


SCHEMA = '"$schema": "https://opencode.ai/config.json"'


@pytest.mark.parametrize("text", [MINE, "{}\n", '{"theme": "dark"}', "{\n  // none yet\n}\n"])
def test_what_opencode_adds_to_a_file_without_it_is_taken_back_too(run: Run, world: World, text: str) -> None:
    """It writes "$schema" behind the first brace of a file that has none, once it is run: ours has one, and goes."""
    path = world.write(OPENCODE, text)
    run("connect", "opencode", "--yes")
    assert path.read_text().count(SCHEMA) == 1
    path.write_text(path.read_text() + "\n")
    assert run("connect", "opencode", "--undo", "--yes").code == 0
    assert path.read_text() == text + "\n"


def test_a_schema_of_the_users_own_stays(run: Run, world: World) -> None:
    """A copy of it on his disk, say."""
    text = '{"$schema": "./config.json"}'
    path = world.write(OPENCODE, text)
    run("connect", "opencode", "--yes")
    assert json.loads(path.read_text())["$schema"] == "./config.json"
    run("connect", "opencode", "--undo", "--yes")
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("tool", "name", "text"),
    [("codex", ".codex/config.toml", "# mine\n"), ("aider", ".aider.conf.yml", "a: 1\n"), ("opencode", OPENCODE, MINE)],
)
def test_what_cannot_be_told_apart_is_refused(run: Run, world: World, tool: str, name: str, text: str) -> None:
    """The difference and the copy from before are shown; nothing is touched, and the copy is the way out."""
    path = world.write(name, text)
    run("connect", tool, "--yes")
    path.write_text(path.read_text().replace(world.door.listen, "127.0.0.1:1"))
    before = world.files()
    ran = run("connect", tool, "--undo", "--yes")
    assert (ran.code, world.files()) == (1, before)
    assert "was changed since" in ran.err
    copy = ran.err.splitlines()[-1].split()[2]
    assert Path(copy).read_text() == text
    path.write_text(text)
    assert run("connect", tool, "--undo", "--yes").code == 0
    assert (path.read_text(), world.tokens) == (text, {})


def test_a_file_that_is_broken_meanwhile_is_named(run: Run, world: World) -> None:
    """Not a traceback."""
    path = world.write(OPENCODE, MINE)
    run("connect", "opencode", "--yes")
    path.write_text(path.read_text() + "}")
    assert "it cannot be read now: line" in run("connect", "opencode", "--undo", "--yes").err


def test_a_provider_of_the_users_own_name_is_replaced_and_comes_back(run: Run, world: World, says: Says) -> None:
    """The diff shows it."""
    says("y")
    text = '{"provider": {"switchgear": {"npm": "my-own"}}}'
    path = world.write(OPENCODE, text)
    assert '-{"provider": {"switchgear": {"npm": "my-own"}}}' in run("connect", "opencode").out
    run("connect", "opencode", "--undo", "--yes")
    assert path.read_text() == text


def test_a_link_stays_a_link(run: Run, world: World) -> None:
    """Dotfiles live elsewhere."""
    real = world.write("dotfiles/opencode.json", MINE)
    link = world.home / OPENCODE
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    run("connect", "opencode", "--yes")
    assert link.is_symlink()
    assert "switchgear" in real.read_text()
    run("connect", "opencode", "--undo", "--yes")
    assert (link.is_symlink(), real.read_text()) == (True, MINE)


def test_the_door_closes_behind_the_last_one(run: Run, world: World) -> None:
    """Whoever else is connected, or has a token made by hand, keeps it open."""
    run("connect", "opencode", "--yes")
    run("connect", "codex", "--yes")
    assert "the door stays open for codex" in run("connect", "opencode", "--undo", "--yes").err
    world.tokens["by-hand"] = "sgw_x"
    assert "the door stays open for token by-hand" in run("connect", "codex", "--undo", "--yes").err
    assert "[http]" in world.config.read_text()
    del world.tokens["by-hand"]
    run("connect", "llm", "--yes")
    run("connect", "llm", "--undo", "--yes")
    assert world.config.read_text() == CONFIG


def test_a_door_the_user_changed_since_is_his(run: Run, world: World) -> None:
    """The tool is undone all the same."""
    run("connect", "opencode", "--yes")
    text = world.config.read_text().replace("127.0.0.1", "localhost")
    world.config.write_text(text)
    assert run("connect", "opencode", "--undo", "--yes", "--json").json["door_closed"] is False
    assert (world.config.read_text(), world.tokens) == (text, {})


def test_a_taken_name_gives_the_next(run: Run, world: World) -> None:
    """And only ours is revoked."""
    world.tokens |= {"opencode": "sgw_a", "opencode-2": "sgw_b"}
    assert run("connect", "opencode", "--yes", "--json").json["token"] == "opencode-3"
    assert run("connect", "opencode", "--undo", "--yes", "--json").json["revoked"] == "opencode-3"
    assert set(world.tokens) == {"opencode", "opencode-2"}


def test_a_token_revoked_by_hand_is_made_anew(run: Run, world: World) -> None:
    """Running it again mends it; undoing minds nothing."""
    run("connect", "opencode", "--yes")
    world.revoke({"name": "opencode"})
    assert run("connect", "opencode", "--yes").out.startswith("OpenCode is connected\n")
    assert world.tokens["opencode"] in (world.home / OPENCODE).read_text()
    world.revoke({"name": "opencode"})
    assert run("connect", "opencode", "--undo", "--yes").code == 0


def test_a_tool_that_writes_its_file_anew_keeps_what_it_added(run: Run, world: World) -> None:
    """Claude Code does so when a setting is changed in it."""
    path = world.write(".claude/settings.json", '{"env": {"A": "b"}} // mine')
    run("connect", "claude-code", "--yes")
    told = json.loads(path.read_text().removesuffix("// mine"))
    path.write_text(json.dumps({"theme": "dark", **told}, indent=2))
    assert run("connect", "claude-code", "--undo", "--yes").code == 0
    assert json.loads(path.read_text()) == {"theme": "dark", "env": {"A": "b"}}


def test_undoing_what_is_not_connected_is_said(run: Run, world: World) -> None:
    """Nothing happens."""
    assert run("connect", "opencode", "--undo").err.startswith("switchgear: opencode is not connected\n")


def test_undo_can_be_looked_at_and_declined(run: Run, world: World, says: Says) -> None:
    """The same ways as connecting."""
    run("connect", "opencode", "--yes")
    before, questions = world.files(), says("n")
    assert f'-listen = "{world.door.listen}"' in run("connect", "opencode", "--undo", "--print").out
    assert run("connect", "opencode", "--undo").code == 1
    assert (world.files(), questions) == (before, ["Undo opencode? [y/N] "])


def test_a_broken_record_is_named(run: Run, world: World) -> None:
    """Not guessed at."""
    run("connect", "opencode", "--yes")
    path = Path(record.folder()) / "opencode.json"
    path.write_text("{}")
    assert run("connect", "opencode", "--undo").err.startswith(f"switchgear: cannot read {path}")
