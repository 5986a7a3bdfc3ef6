"""The shell texts as their own checkers read them."""

import re
import subprocess
from pathlib import Path

import pytest

from shell.shells import BARE, needs
from switchgear.cli import completion, prompt_hooks
from switchgear.cli.completion.described import commands

FOLDERS = (Path(prompt_hooks.HERE), Path(completion.HERE))
TEXTS = sorted(path for folder in FOLDERS for path in folder.iterdir() if path.suffix in (".sh", ".bash"))
# set for the prompt to show; single quotes; a pattern from a variable; `test -O`, which every sh there is has
ON_PURPOSE = "SC2034,SC2016,SC2295,SC3067"
FISH_KEEPS = "_|status|pipestatus|history|version|FISH_VERSION|hostname|fish_pid|PWD|SHLVL"  # `_` since fish 4


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_shellcheck_finds_nothing(path: Path) -> None:
    """What is filled in later counts as a word."""
    needs("shellcheck")
    text = path.read_text().replace("@TABLE@", "    ask) options='-m' values='-m=@model' places='@model' ;;")
    shell = "sh" if path.suffix == ".sh" else "bash"
    argv = ["shellcheck", "-s", shell, "-e", ON_PURPOSE, "-"]
    done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == ""


@pytest.mark.parametrize("shell", BARE)
def test_what_is_printed_can_be_parsed(shell: str, tmp_path: Path) -> None:
    """By the shell itself, without running it."""
    needs(shell)
    for text in (prompt_hooks.text(shell, str(tmp_path)), completion.text(shell, str(tmp_path), commands())):
        file = tmp_path / "text"
        file.write_text(text)
        done = subprocess.run([*BARE[shell], "-n", str(file)], capture_output=True, timeout=30, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    "path", sorted(path for folder in FOLDERS for path in folder.glob("*.fish")), ids=lambda path: path.name
)
def test_fish_writes_nothing_that_some_fish_keeps_to_itself(path: Path) -> None:
    """Fish 3.6 lets `read` have `_`; fish 4 fails, and the prompt with it."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    assert [line for line in lines if re.match(rf"(read|set|for)\b[^#]* ({FISH_KEEPS})(?![\w-])", line)] == []


@pytest.mark.parametrize("path", [path for folder in FOLDERS for path in folder.glob("*.*") if path.suffix != ".py"])
def test_a_text_ends_with_a_newline_and_has_no_long_line(path: Path) -> None:
    """They are printed into people's own files."""
    text = path.read_text()
    assert text.endswith("\n")
    assert [line for line in text.splitlines() if len(line) > 120] == []
