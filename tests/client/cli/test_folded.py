"""Prose that fits the terminal it is said on."""

import re
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from cli_runs import Serve
from on_terminal import on_terminal
from switchgear.cli.screen import Screen, folded
from switchgear_protocol.errors import error
from switchgear_protocol.messages import ConfigChecked, ConfigProblem

QUESTION = "  Use Claude Code (runs your own claude; subject to Anthropic's terms, for personal use)?"


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_long_question_goes_on_below_and_leaves_room_for_the_answer(width: int) -> None:
    """Indented, no word lost."""
    screen = Screen(TextIOWrapper(BytesIO(), "utf-8"), env={"COLUMNS": str(width)})
    screen.terminal = True
    lines = folded(screen, QUESTION, 7)
    assert len(lines) > 1
    assert " ".join(line.strip() for line in lines) == QUESTION.strip()
    assert all(len(line) <= width for line in lines)
    assert len(lines[-1]) + 7 <= width
    assert all(line.startswith("    ") for line in lines[1:])


def test_a_pipe_and_a_wide_terminal_get_one_line() -> None:
    """Nothing to fit into, or room enough."""
    screen = Screen(TextIOWrapper(BytesIO(), "utf-8"), env={"COLUMNS": "120"})
    assert folded(screen, QUESTION, 7) == [QUESTION]
    screen.terminal = True
    assert folded(screen, QUESTION, 7) == [QUESTION]


def test_why_a_command_failed_is_folded_and_its_hint_is_not(home: Path, serve: Serve) -> None:
    """What is to be copied stays one line."""
    hint = "switchgear " + " ".join(["word"] * 30)
    serve({"providers/pause": error("not_found", "no", detail=" ".join(["reason"] * 30), hint=hint)})
    _, shown = on_terminal("pause", "x")
    what, *why, last = shown.splitlines()
    assert (what, last) == ("switchgear: no", f"hint: {hint}")
    assert len(why) > 1
    assert all(line.startswith("  ") for line in why)


def test_a_remark_is_folded_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between words, whatever the terminal's width."""
    monkeypatch.setenv("COLUMNS", "60")
    _, shown = on_terminal("service", "install", "--dry-run", "--manager", "none", "--color", "never")
    assert "commands start the daemon when they need it" in " ".join(shown.split())
    assert [line for line in shown.splitlines() if len(line) > 60] == []


def test_what_is_wrong_with_a_config_is_folded(home: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first word keeps its colour."""
    problem = ConfigProblem(" ".join(["reason"] * 20), 'providers["a"]')
    serve({"config/check": ConfigChecked(True, "/c/config.toml", [], [problem])})
    monkeypatch.setenv("COLUMNS", "60")
    _, shown = on_terminal("config", "check", "--color", "always")
    lines = shown.splitlines()
    assert re.match(r"\x1b\[\d+mwarning\x1b\[0m: providers", lines[0])
    assert max(len(line) for line in lines) <= 60 + len("\x1b[33m\x1b[0m")
    assert shown.count("reason") == 20
