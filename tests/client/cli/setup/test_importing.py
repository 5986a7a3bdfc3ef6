"""`switchgear import`: what is there already becomes providers, and nothing else is touched."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli_runs import Run, Serve
from json_shapes import documented
from scripted_daemon import ScriptedDaemon
from switchgear_protocol.errors import error

KEY = "sk-CANARY-import"
KINDS = [
    {"name": "openai", "label": "OpenAI", "env": ["OPENAI_API_KEY"]},
    {"name": "claude-cli", "label": "Claude Code", "env": []},
]


@pytest.fixture
def daemon(home: Path, serve: Serve) -> ScriptedDaemon:
    """It takes everything, and has one provider called `had`."""
    added: list[str] = []

    def add(params: Any) -> Any:
        added.append(params["id"])
        return {"id": params["id"], "label": "OpenAI"}

    return serve(
        {
            "config/check": {"ok": True, "path": str(home / "config.toml")},
            "config/reload": {"ok": True},
            "kinds/list": {"kinds": KINDS},
            "providers/list": lambda params: {"providers": [{"id": name} for name in ["had", *added]]},
            "providers/add": add,
            "providers/probe": lambda params: {"ok": True, "asked": "api.openai.com", "models": 1},
            "credentials/set": {"state": "ok"},
            "credentials/delete": {"state": "missing"},
            "credentials/test": {"ok": True, "milliseconds": 130.0},
        }
    )


def codex_key(home: Path, key: str = KEY) -> Path:
    path = home / ".codex/auth.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"OPENAI_API_KEY": key}))
    return path


def methods(daemon: ScriptedDaemon) -> list[str]:
    return [method for method, _ in daemon.requests]


def test_a_key_goes_from_its_file_to_the_keyring(home: Path, run: Run, daemon: ScriptedDaemon) -> None:
    """The file stays as it is, and the key is not shown."""
    path = codex_key(home)
    before = path.read_bytes()
    ran = run("import", "--yes")
    assert ran.code == 0, ran.err
    assert daemon.asked("credentials/set") == {"provider": "openai", "secret": KEY}
    assert "openai: 1 model (api.openai.com)" in ran.out
    assert KEY not in ran.out + ran.err
    assert path.read_bytes() == before


def test_a_dry_run_changes_nothing(home: Path, run: Run, daemon: ScriptedDaemon) -> None:
    """It asks nothing either; paths are short."""
    codex_key(home)
    ran = run("import", "--dry-run")
    assert ran.code == 0, ran.err
    assert "Codex: ~/.codex/auth.json" in ran.out
    assert methods(daemon) == ["kinds/list", "providers/list"]


def test_a_dry_run_shows_only_what_is_named(
    home: Path, run: Run, daemon: ScriptedDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the run without it would take only that."""
    monkeypatch.setenv("OPENAI_API_KEY", "other")
    codex_key(home)
    ran = run("import", "--only", "openai-codex", "--dry-run")
    assert [line.split()[0] for line in ran.out.splitlines()] == ["openai-codex"]
    told = documented(run("import", "--only", "openai-codex", "--dry-run", "--json").out, "import")
    assert [one["id"] for one in told["found"]] == ["openai-codex"]
    path = home / ".local/share/opencode/auth.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"anthropic": {"type": "oauth"}}))
    assert run("import", "--only", "openai-codex", "--dry-run").err == ""
    everything = run("import", "--only", "none", "--dry-run")
    assert (len(everything.out.splitlines()), "not taken: OpenCode" in everything.err) == (2, True)


def test_a_name_that_is_not_there_is_told_before_anything_is_shown(
    home: Path, run: Run, daemon: ScriptedDaemon
) -> None:
    """With the nearest one, also where nothing is taken."""
    codex_key(home)
    ran = run("import", "--only", "opnai", "--dry-run")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "switchgear: --only: no 'opnai'",
        "  there are: openai",
        "hint: switchgear import --only openai",
    ]


def test_one_source_is_looked_at_alone(
    home: Path, run: Run, daemon: ScriptedDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others have is not even shown."""
    monkeypatch.setenv("OPENAI_API_KEY", "other")
    codex_key(home)
    told = documented(run("import", "codex", "--yes", "--json").out, "import")
    assert [(one["id"], one["source"]) for one in told["found"]] == [("openai-codex", "Codex")]
    assert (told["imported"], told["working"]) == (["openai-codex"], ["openai-codex"])


def test_with_json_stdout_is_the_one_object(home: Path, run: Run, daemon: ScriptedDaemon) -> None:
    """What a person reads goes to stderr; a script is not asked."""
    codex_key(home)
    refused = run("import", "--json")
    assert (refused.code, refused.json["error"]["hint"]) == (2, "switchgear import --yes")
    ran = run("import", "--yes", "--json")
    assert documented(ran.out, "import")["known"] == []
    assert "Codex" in ran.err


def test_the_same_key_in_two_places_is_one_provider(
    home: Path, run: Run, daemon: ScriptedDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two providers of one account would be believed to have two quotas."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    codex_key(home)
    ran = run("import", "--only", "all")
    assert ran.code == 0, ran.err
    assert methods(daemon).count("providers/add") == 1
    assert "openai-codex: the key is openai's, and is not taken twice" in ran.err


def test_claude_is_taken_only_by_name(
    home: Path, run: Run, daemon: ScriptedDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a program to run; no file of it is opened, and no key of it is stored."""
    program = home / "bin/claude"
    program.parent.mkdir()
    program.touch(mode=0o700)
    monkeypatch.setenv("PATH", str(program.parent))
    assert run("import", "--yes").code == 0
    assert "providers/add" not in methods(daemon)
    assert run("import", "--only", "claude-cli").code == 0
    assert daemon.asked("providers/add")["credential"] == "none"
    assert "credentials/set" not in methods(daemon)


def test_what_is_in_the_config_already_is_not_taken_again(
    run: Run, daemon: ScriptedDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says which."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert run("import", "--yes").code == 0
    ran = run("import", "environment", "--yes")
    assert ran.code == 0
    assert "nothing new beside openai; looked at variables" in ran.out


def test_an_unknown_source_is_named_with_those_there_are(run: Run, daemon: ScriptedDaemon) -> None:
    """Before anything is looked at."""
    ran = run("import", "cursor")
    assert ran.code == 2
    assert "there are: environment, opencode, codex, gh, claude, local" in ran.err


def test_left_half_way_nothing_is_kept(
    home: Path, run: Run, daemon: ScriptedDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of two keys cannot be stored: the first is taken out again."""
    monkeypatch.setenv("OPENAI_API_KEY", "other")
    codex_key(home)
    stored: list[Any] = []

    def set_(params: Any) -> Any:
        stored.append(params["provider"])
        return {"state": "ok"} if len(stored) == 1 else error("credential_store", "the keyring went away")

    daemon.answers = {**daemon.answers, "credentials/set": set_}
    ran = run("import", "--yes")
    assert ran.code != 0
    assert "everything is as it was" in ran.err
    assert [params["provider"] for method, params in daemon.requests if method == "credentials/delete"] == [
        "openai-codex",
        "openai",
    ]


def test_without_a_keyring_what_needs_none_is_taken(
    home: Path, run: Run, daemon: ScriptedDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is in another program's file is left there, and that is said; alone it stops the import."""
    codex_key(home)
    program = home / "bin/claude"
    program.parent.mkdir()
    program.touch(mode=0o700)
    monkeypatch.setenv("PATH", str(program.parent))
    daemon.answers = {**daemon.answers, "credentials/test": {"ok": False, "reason": "none works", "hint": "get one"}}
    ran = run("import", "--only", "all")
    assert ran.code == 0, ran.err
    assert daemon.asked("providers/add")["id"] == "claude-cli"
    assert "left out: openai, whose key could only be copied to a keyring" in ran.err
    alone = run("import", "--only", "openai")
    assert (alone.code, "hint: get one" in alone.err) == (4, True)
    assert methods(daemon).count("providers/add") == 1


def test_a_login_of_another_program_is_named_with_what_to_do_instead(
    home: Path, run: Run, daemon: ScriptedDaemon
) -> None:
    """A line each: where, why, how."""
    path = home / ".local/share/opencode/auth.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"anthropic": {"type": "oauth", "refresh": "r-CANARY"}}))
    assert run("import", "--dry-run").err.splitlines() == [
        "  not taken: OpenCode, ~/.local/share/opencode/auth.json",
        "    its login for anthropic was given to OpenCode, and only it may refresh it",
        "    hint: log in to Claude Code yourself, then: switchgear import --only claude-cli",
    ]
