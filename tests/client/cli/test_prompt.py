"""`switchgear prompt`: the hook that is printed, the line that is shown."""

import json
from pathlib import Path

import pytest

from cli_runs import Run, Serve
from switchgear.cli.prompt_hooks import HERE, HOOKS

LINE = {"level": "warn", "text": "Opus 4.6 via B · 5h 62/100 left", "valid_until": 1.0, "session": None}


@pytest.mark.parametrize("shell", HOOKS)
def test_a_hook_reads_the_file_beside_the_socket(shell: str, run: Run, home: Path) -> None:
    """Printed without a daemon, and without a mark that was not filled in."""
    ran = run("prompt", "init", shell)
    assert (ran.code, ran.err) == (0, "")
    assert str(home) in ran.out or shell == "starship"
    assert not [mark for mark in ("@FILE@", "@DIRECTORY@", "@SCRIPT@") if mark in ran.out]


def test_every_file_of_the_package_is_printed_by_a_hook() -> None:
    """Or run by one; none is forgotten."""
    named = {file for hook in HOOKS.values() for file in hook.files}
    there = {path.name for path in Path(HERE).iterdir() if path.is_file() and path.suffix != ".py"}
    assert there == named | {"statusline.sh"}


def test_an_unknown_shell_is_refused_with_the_nearest(run: Run) -> None:
    """And all there are."""
    ran = run("prompt", "init", "fsh")
    assert ran.code == 2
    assert "hint: switchgear prompt init fish" in ran.err
    assert "powerlevel10k" in ran.err


def test_without_a_shell_it_asks_for_one(run: Run) -> None:
    """A usage error."""
    ran = run("prompt", "init")
    assert (ran.code, ran.out) == (2, "")
    assert "for which shell?" in ran.err


def test_the_line_is_shown_as_a_prompt_would(run: Run, serve: Serve) -> None:
    """With a percent sign; of the session that was named."""
    daemon = serve({"prompt/show": LINE})
    ran = run("prompt", "show", "--session", "s-1", "--color", "always")
    assert (ran.code, ran.out) == (0, "\x1b[33mOpus 4.6 via B · 5h 62 % left\x1b[0m\n")
    assert daemon.asked("prompt/show") == {"session": "s-1"}


def test_for_programs_it_is_the_daemons_answer(run: Run, serve: Serve) -> None:
    """Versioned, as everything is."""
    serve({"prompt/show": LINE})
    assert json.loads(run("prompt", "show", "--json").out) == {"v": 1, **LINE}


def test_a_hook_for_programs_is_text_in_json(run: Run) -> None:
    """So that a tool can write it where it belongs."""
    told = json.loads(run("prompt", "init", "fish", "--json").out)
    assert (told["v"], told["shell"]) == (1, "fish")
    assert "function fish_right_prompt" in told["text"]
