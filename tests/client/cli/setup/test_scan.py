"""What is there already: found without a word to anybody, read only when taken."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from switchgear.cli.setup import scan as scanning
from switchgear.cli.setup.scan import scan

KEY = "sk-CANARY-found"
KINDS: list[dict[str, Any]] = [
    {"name": "openai", "label": "OpenAI", "env": ["OPENAI_API_KEY"]},
    {"name": "google", "label": "Google", "env": ["GEMINI_API_KEY", "GOOGLE_API_KEY"]},
    {"name": "anthropic", "label": "Anthropic", "env": ["ANTHROPIC_API_KEY"]},
    {"name": "github-copilot", "label": "GitHub Copilot", "env": []},
    {"name": "claude-cli", "label": "Claude (CLI)", "env": []},
    {"name": "ollama", "label": "Ollama", "env": []},
    {"name": "lmstudio", "label": "LM Studio", "env": []},
]


def written(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


def program(home: Path, name: str) -> str:
    path = home / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o700)
    return str(path.parent)


def test_a_variable_is_one_finding_though_it_has_two_names(tmp_path: Path) -> None:
    """The first name wins; an empty variable is none."""
    environ = {"HOME": str(tmp_path), "GEMINI_API_KEY": KEY, "GOOGLE_API_KEY": "other", "OPENAI_API_KEY": " "}
    found, left = scan(environ, KINDS)
    assert [(one.id, one.where, one.credential, one.label) for one in found] == [
        ("google", "GEMINI_API_KEY", "keyring", "Google")
    ]
    assert found[0].read is not None
    assert (found[0].read(), left) == (KEY, [])
    assert KEY not in repr(found)


def test_a_key_for_another_address_goes_there(tmp_path: Path) -> None:
    """It would be shown to a stranger otherwise; and the address is said."""
    environ = {"HOME": str(tmp_path), "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    [one], _ = scan(environ, KINDS)
    assert (one.base_url, one.words) == ("http://127.0.0.1:9/v1", "at http://127.0.0.1:9/v1, as OPENAI_BASE_URL says")


def test_a_token_of_our_own_door_is_no_key(tmp_path: Path) -> None:
    """Tools are pointed at the door with these very variables."""
    assert scan({"HOME": str(tmp_path), "OPENAI_API_KEY": "sgw_abc"}, KINDS) == ([], [])


def test_opencode_gives_keys_and_keeps_logins(tmp_path: Path) -> None:
    """An OAuth login is OpenCode's own: it is named with what to do instead."""
    login = {"type": "oauth", "refresh": "r-CANARY", "access": "a", "expires": 1}
    path = tmp_path / ".local/share/opencode/auth.json"
    written(
        path, {"openai": {"type": "api", "key": KEY}, "anthropic": login, "unheard-of": {"type": "api", "key": "k"}}
    )
    before = path.read_bytes()
    found, left = scan({"HOME": str(tmp_path)}, KINDS)
    assert [(one.id, one.source) for one in found] == [("openai", "OpenCode")]
    assert found[0].read is not None
    assert found[0].read() == KEY
    assert [one.source for one in left] == ["OpenCode"]
    assert "CANARY" not in repr((found, left))
    assert path.read_bytes() == before


def test_codex_gives_a_key_but_never_its_chatgpt_login(tmp_path: Path) -> None:
    """A refresh token used by two programs is lost to both."""
    written(tmp_path / ".codex/auth.json", {"OPENAI_API_KEY": KEY, "tokens": {"refresh_token": "r-CANARY"}})
    found, left = scan({"HOME": str(tmp_path)}, KINDS)
    assert [(one.id, one.source) for one in found] == [("openai", "Codex")]
    assert "switchgear login chatgpt" in left[0].hint
    assert "r-CANARY" not in repr((found, left))


def test_the_second_key_for_a_provider_has_a_name_of_its_own(tmp_path: Path) -> None:
    """Two accounts are two providers."""
    written(tmp_path / ".codex/auth.json", {"OPENAI_API_KEY": KEY})
    found, _ = scan({"HOME": str(tmp_path), "OPENAI_API_KEY": "other"}, KINDS)
    assert [one.id for one in found] == ["openai", "openai-codex"]


def test_gh_is_asked_each_time_and_nothing_is_copied(tmp_path: Path) -> None:
    """Only where somebody is logged in there."""
    path = program(tmp_path, "gh")
    assert scan({"HOME": str(tmp_path), "PATH": path}, KINDS)[0] == []
    written(tmp_path / ".config/gh/hosts.yml", {})
    found, _ = scan({"HOME": str(tmp_path), "PATH": path}, KINDS)
    assert [(one.kind, one.credential, one.read) for one in found] == [
        ("github-copilot", {"command": [f"{path}/gh", "auth", "token"]}, None)
    ]


def test_a_login_of_gh_without_gh_is_named_with_what_is_missing(tmp_path: Path) -> None:
    """Its token is gh's to give; without a login there is nothing to say."""
    environ = {"HOME": str(tmp_path), "PATH": "/nonexistent", "GH_CONFIG_DIR": str(tmp_path / "gh")}
    assert scan(environ, KINDS) == ([], [])
    hosts = written(tmp_path / "gh/hosts.yml", {})
    found, [left] = scan(environ, KINDS)
    assert (found, left.source, left.where) == ([], "gh", str(hosts))
    assert "no gh on your PATH" in left.why
    assert "switchgear import gh" in left.hint


def test_claude_itself_is_only_taken_by_somebody_who_says_so(tmp_path: Path) -> None:
    """Its terms are the user's to judge, and its files are never opened."""
    found, _ = scan({"HOME": str(tmp_path), "PATH": program(tmp_path, "claude")}, KINDS)
    assert [(one.kind, one.credential, one.wary) for one in found] == [("claude-cli", "none", True)]


def test_a_local_server_is_found_by_its_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection is opened and closed; nothing is asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(scanning, "SERVERS", (("ollama", port), ("lmstudio", 1)))
        found, _ = scan({"HOME": str(tmp_path)}, KINDS)
    assert [(one.kind, one.credential, one.where) for one in found] == [("ollama", "none", f"127.0.0.1:{port}")]


@pytest.mark.parametrize("told", ["127.0.0.1:%d", ":%d", "0.0.0.0:%d", "http://localhost:%d/"])
def test_ollama_is_looked_for_where_its_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    """And is asked there from then on."""
    monkeypatch.setattr(scanning, "SERVERS", (("ollama", 1),))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found, _ = scan({"HOME": str(tmp_path), "OLLAMA_HOST": told % port}, KINDS)
    assert [(one.where, one.base_url) for one in found] == [(f"127.0.0.1:{port}", f"http://127.0.0.1:{port}")]


@pytest.mark.parametrize("told", ["192.168.1.2:1", "nonsense", "127.0.0.1:99999", "127.0.0.1:x"])
def test_another_machine_is_not_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    """The usual port of this one is looked at instead."""
    monkeypatch.setattr(scanning, "SERVERS", (("ollama", 1),))
    assert scan({"HOME": str(tmp_path), "OLLAMA_HOST": told}, KINDS) == ([], [])


@pytest.mark.parametrize("text", ["", "[]", "nonsense", '{"openai": 3}', '{"openai": {"type": "api"}}', "[" * 9999])
def test_a_file_that_is_none_is_not_there(tmp_path: Path, text: str) -> None:
    """Another tool's file may be anything."""
    path = tmp_path / ".local/share/opencode/auth.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert scan({"HOME": str(tmp_path)}, KINDS) == ([], [])


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: Path(path).symlink_to("/dev/zero")])
def test_what_is_no_file_of_a_tool_holds_nobody_up(tmp_path: Path, make: Callable[[str], None]) -> None:
    """A pipe would be waited for, a device has no end."""
    (tmp_path / ".codex").mkdir()
    make(str(tmp_path / ".codex" / "auth.json"))
    assert scan({"HOME": str(tmp_path)}, KINDS) == ([], [])
