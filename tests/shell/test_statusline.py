"""The script for status bars, in the system's own sh: Claude Code's session, tmux's line of all."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from shell.shells import HOME
from shell.test_hooks import DRAWN, put, words
from switchgear.cli.prompt_hooks import SCRIPT, text

SESSION = "4f1c0f9e-6e0b-4a0e-9a53-2f6c0c0f8f11"


def bar(folder: Path, kind: str, stdin: str = "", **env: str) -> str:
    argv = ["sh", SCRIPT, str(folder), kind]
    done = subprocess.run(
        argv, input=stdin, env={**HOME, **env}, cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def asked(session: object = SESSION, **more: object) -> str:
    """As Claude Code tells it, shortened."""
    return json.dumps({"hook_event_name": "Status", "session_id": session, "model": {"id": "x"}, **more})


@pytest.mark.parametrize("indent", [None, 2])
def test_claude_code_sees_the_line_of_its_own_session(indent: int | None, tmp_path: Path) -> None:
    """Not that of another one, however its JSON is laid out."""
    put(tmp_path, "somebody else's")
    put(tmp_path, name=f"sessions/{SESSION}")
    told = json.dumps(json.loads(asked()), indent=indent)
    assert words(bar(tmp_path, "claude-code", told)) == DRAWN


@pytest.mark.parametrize(
    "stdin",
    ["", "{}", asked("other"), asked(""), asked("../prompt"), asked("a b"), asked("$(touch hit)"),
     asked(None), "x" * 9000],
)  # fmt: skip
def test_of_an_unknown_session_nothing_is_said(stdin: str, tmp_path: Path) -> None:
    """The line of all would be untrue there; and no name leads out of the directory."""
    put(tmp_path)
    put(tmp_path, name=f"sessions/{SESSION}")
    assert bar(tmp_path, "claude-code", stdin) == ""
    assert not (tmp_path / "hit").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_another_user_left_there_is_not_told(tmp_path: Path) -> None:
    """As at the prompt."""
    put(tmp_path)
    os.chown(tmp_path / "prompt", 54321, 54321)
    assert bar(tmp_path, "tmux") == ""


def test_tmux_sees_the_line_of_all_in_its_own_colours(tmp_path: Path) -> None:
    """Its styles, not escape sequences."""
    put(tmp_path, level="warn")
    assert bar(tmp_path, "tmux") == f"#[fg=yellow]{DRAWN}#[default]\n"
    put(tmp_path)
    assert bar(tmp_path, "tmux") == f"{DRAWN}\n"


@pytest.mark.parametrize("kind", ["tmux", "claude-code"])
def test_nothing_is_said_of_what_ran_out_or_is_hidden(kind: str, tmp_path: Path) -> None:
    """As at the prompt."""
    put(tmp_path, age=2.0)
    put(tmp_path, age=2.0, name=f"sessions/{SESSION}")
    assert bar(tmp_path, kind, asked()) == ""
    put(tmp_path)
    put(tmp_path, name=f"sessions/{SESSION}")
    assert bar(tmp_path, kind, asked(), SWITCHGEAR_PROMPT="0") == ""
    assert words(bar(tmp_path, kind, asked(), NO_COLOR="1")) == DRAWN


def test_the_settings_printed_for_claude_code_run_it(tmp_path: Path) -> None:
    """The command of the snippet, as Claude Code would run it, in a home with a hard name."""
    folder = tmp_path / "a 'b' \"c\" $d"
    folder.mkdir()
    put(folder, name=f"sessions/{SESSION}")
    command = json.loads(text("claude-code", str(folder)))["statusLine"]["command"]
    done = subprocess.run(
        command, shell=True, input=asked(), env=HOME, capture_output=True, text=True, timeout=30, check=True
    )
    assert words(done.stdout) == DRAWN
