"""`switchgear setup`: asks, writes at the end, and leaves nothing half-written."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cli_runs import Run, Serve
from on_terminal import on_terminal
from switchgear.cli import first_run
from switchgear.cli.command import setup
from switchgear.cli.invocation import Invocation
from switchgear.cli.options import parse
from switchgear.cli.setup import question

KEY = "sk-CANARY-setup"
KINDS = [{"name": "openai", "label": "OpenAI", "billing": "metered", "login": "paste", "env": ["OPENAI_API_KEY"]}]
OFFERS = [{"provider": "openai", "model": "gpt-6-sol", "billing": "metered", "why": "curated"}]
PROPOSAL = {"alias": "gpt-6-sol", "label": "GPT-6 Sol", "offers": OFFERS, "new": ["openai/gpt-6-sol"], "exists": False}
REPLY = {
    "message": {"role": "assistant", "content": [{"type": "text", "text": "Hello from here."}]},
    "served_by": {"provider": "openai", "model": "gpt-6-sol", "label": "GPT-6 Sol (via OpenAI)"},
}


def answers(home: Path, **more: Any) -> Mapping[str, Any]:
    """A daemon that takes everything, and writes the config as the real one does."""
    path = home / "config.toml"

    def add(params: Any) -> Any:
        path.write_text(f'[[providers]]\nid = "{params["id"]}"\nkind = "{params["kind"]}"\n')
        return {
            "id": params["id"],
            "label": "OpenAI",
            "kind": params["kind"],
            "billing": "metered",
            "health": "available",
        }

    usual: dict[str, Any] = {
        "config/check": {"ok": True, "path": str(path), "problems": [], "warnings": []},
        "config/reload": {"path": str(path), "revision": 2, "ok": True},
        "kinds/list": {"kinds": KINDS},
        "providers/list": lambda params: {"providers": [{"id": "openai"}] if path.exists() else []},
        "providers/add": add,
        "providers/probe": {"provider": "openai", "ok": True, "asked": "api.openai.com", "models": 61},
        "credentials/set": {"provider": "openai", "source": "keyring", "state": "ok"},
        "credentials/delete": {"provider": "openai", "source": "keyring", "state": "missing"},
        "credentials/test": {"ok": True, "milliseconds": 130.0},
        "models/propose": {"proposals": [PROPOSAL], "listings": [], "auto": "propose"},
        "models/accept": {"aliases": ["gpt-6-sol"], "config": {"path": str(path), "revision": 3, "ok": True}},
        "models/list": {"models": [{"alias": "gpt-6-sol"}]},
        "completion/create": REPLY,
    }
    return usual | more


def test_yes_takes_everything_to_an_answer(home: Path, run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key goes from the variable to the daemon and is never shown."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    daemon = serve(answers(home))
    ran = run("setup", "--yes")
    assert ran.code == 0, ran.err
    assert daemon.asked("credentials/set") == {"provider": "openai", "secret": KEY}
    assert daemon.asked("models/accept") == {"aliases": ["gpt-6-sol"]}
    assert "GPT-6 Sol (via OpenAI)" in ran.out
    assert KEY not in ran.out + ran.err


def test_every_answer_is_also_a_flag(home: Path, run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing found is taken, nothing is connected, nobody is asked."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    serve(answers(home))
    ran = run("setup", "--import", "none", "--models", "none", "--connect", "none", "--no-ask")
    assert ran.code == 0, ran.err
    assert not (home / "config.toml").exists()


def test_a_name_that_is_not_there_is_refused(
    home: Path, run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is written."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    serve(answers(home))
    ran = run("setup", "--import", "opena", "--yes")
    assert ran.code == 2
    assert "--import: no 'opena'" in ran.err
    assert not (home / "config.toml").exists()


def test_without_a_terminal_it_says_how_to_answer(
    home: Path, run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script must not hang on a question."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    serve(answers(home))
    ran = run("setup")
    assert ran.code == 2
    assert "switchgear setup --yes" in ran.err


TROUBLE = {"ok": False, "reason": "no keyring service runs", "hint": "install gnome-keyring", "milliseconds": 5.0}


def test_without_a_keyring_a_variable_is_read_where_it_is(
    home: Path, run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what that means is said; no key is sent anywhere."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    daemon = serve(answers(home, **{"credentials/test": TROUBLE}))
    ran = run("setup", "--yes")
    assert ran.code == 0, ran.err
    assert daemon.asked("providers/add")["credential"] == {"env": "OPENAI_API_KEY"}
    assert "credentials/set" not in [method for method, _ in daemon.requests]
    assert "no keyring service runs" in ran.out
    assert "key read from $OPENAI_API_KEY" in ran.out


@pytest.mark.parametrize("keys", ["keyring", None])
def test_a_keyring_that_cannot_keep_a_key_stops_before_anything_is_written(
    home: Path, run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, keys: str | None
) -> None:
    """With the reason and the cure: it has to be the keyring, or the key is in another program's file."""
    if keys:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
    else:
        (home / ".codex").mkdir()
        (home / ".codex/auth.json").write_text(json.dumps({"OPENAI_API_KEY": KEY}))
    serve(answers(home, **{"credentials/test": TROUBLE}))
    ran = run("setup", "--yes", *(["--keys", keys] if keys else []))
    assert ran.code == 4
    assert "no keyring service runs" in ran.err
    assert "hint: install gnome-keyring" in ran.err
    assert not (home / "config.toml").exists()


@pytest.mark.parametrize("before", [None, "# mine\n"])
def test_cut_short_everything_is_as_it_was(
    home: Path, run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    """The config to the byte, and the key that was stored is deleted."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    path = home / "config.toml"
    if before is not None:
        path.write_text(before)
    daemon = serve(answers(home, **{"providers/list": {"providers": []}, "models/propose": KeyboardInterrupt}))
    monkeypatch.setattr("switchgear.cli.command.setup._models", leaves)
    assert run("setup", "--yes").code == 130
    assert (path.read_text() if path.exists() else None) == before
    assert daemon.asked("credentials/delete") == {"provider": "openai"}


def leaves(*told: object) -> list[str]:
    raise KeyboardInterrupt


def test_with_nothing_at_all_it_says_what_to_do(home: Path, run: Run, serve: Serve) -> None:
    """And is not content with itself."""
    nothing: dict[str, Any] = {"models/propose": {"proposals": []}, "models/list": {"models": []}}
    daemon = serve(answers(home, **nothing))
    ran = run("setup", "--yes", "--connect", "none")
    assert ran.code == 1
    assert "nothing new; looked at" in ran.out
    assert "No merged model yet" in ran.out
    assert ran.err.startswith("hint: put a key into a variable such as OPENAI_API_KEY")
    daemon.answers = {**daemon.answers, "providers/list": {"providers": [{"id": "openai"}]}}
    assert run("setup", "--yes", "--connect", "none").err.endswith("or write one: switchgear config edit\n")


def test_a_new_provider_joins_a_model_of_the_config(
    home: Path, run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run again without anything new, what the user left out is left out."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    daemon = serve(answers(home, **{"models/propose": {"proposals": [PROPOSAL | {"exists": True}]}}))
    ran = run("setup", "--yes", "--connect", "none", "--no-ask")
    assert ran.code == 0, ran.err
    assert "gpt-6-sol   in your config; openai joins it" in ran.out
    accepted = [params for method, params in daemon.requests if method == "models/accept"]
    assert run("setup", "--yes", "--connect", "none", "--no-ask").code == 0
    assert accepted == [params for method, params in daemon.requests if method == "models/accept"]


def test_with_nothing_to_merge_the_newest_few_are_proposed(home: Path, run: Run, serve: Serve) -> None:
    """Somebody with one provider is to have an answer too."""
    (home / "config.toml").write_text("")
    many = [PROPOSAL | {"alias": f"old-{n}"} for n in range(20)] + [PROPOSAL]
    models: list[Any] = []

    def accept(params: Any) -> Any:
        models.extend(params["aliases"])
        return {"aliases": models}

    told: dict[str, Any] = {
        "models/propose": lambda params: {"proposals": many if params.get("single") else []},
        "models/list": lambda params: {"models": [{"alias": alias} for alias in models]},
        "models/accept": accept,
    }
    serve(answers(home, **told))
    ran = run("setup", "--yes", "--connect", "none", "--no-ask")
    assert ran.code == 0, ran.err
    assert models == ["old-19", "old-18", "old-17", "old-16", "old-15", "old-14"]
    assert "No model is at two of your providers yet" in ran.out


def test_what_nobody_can_serve_is_not_proposed(home: Path, run: Run, serve: Serve) -> None:
    """The first answer would be a refusal."""
    (home / "config.toml").write_text("")
    refused = {"provider": "openai", "ok": False, "asked": "api.openai.com", "reason": "the key was refused"}
    serve(answers(home, **{"providers/probe": refused, "models/list": {"models": []}}))
    ran = run("setup", "--yes", "--connect", "none")
    assert ran.code == 1
    assert "the key was refused" in ran.out
    assert "gpt-6-sol" not in ran.out


def test_with_json_the_end_is_one_object(home: Path, run: Run, serve: Serve) -> None:
    """What a person reads on the way goes to stderr."""
    serve(answers(home))
    ran = run("setup", "--yes", "--connect", "none", "--json")
    assert (ran.json["models"], ran.json["served_by"]["provider"]) == (["gpt-6-sol"], "openai")
    assert "Ready: switchgear ask" in ran.err


@pytest.mark.parametrize("code", [0, 1])
def test_the_setup_that_ran_in_a_commands_place_says_how_it_went(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """The command did not run: without a model at the end it has failed, as the setup itself has."""
    parsed = parse(["models"])
    assert parsed is not None
    monkeypatch.setattr(question, "answered", lambda text: True)
    monkeypatch.setattr(setup, "run", lambda invocation: code)
    with Invocation(parsed[1]) as invocation:
        assert first_run.offered(invocation) == code
        monkeypatch.setattr(question, "answered", lambda text: False)
        assert first_run.offered(invocation) is None


def test_the_first_command_at_a_terminal_offers_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No config: one question, and no is an answer."""
    monkeypatch.delenv("SWITCHGEAR_SOCKET")
    code, shown = on_terminal("models", typed=(b"Set Switchgear up now?", b"n\n"))
    assert "There is no config yet." in shown
    assert "later: switchgear setup" in shown
    assert code == 3  # then the command itself, which has no daemon here
