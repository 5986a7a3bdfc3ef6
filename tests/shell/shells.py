"""Real shells, run without anybody's own start-up files; a test is skipped, visibly, where one is not installed."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from switchgear.cli.prompt_hooks import text

HOME = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TERM": "xterm"}
BARE: Mapping[str, Sequence[str]] = {
    "bash": ("bash", "--norc", "--noprofile"),
    "zsh": ("zsh", "-f"),
    "fish": ("fish", "--no-config"),
}
SHOWN = {
    "bash": "PS1=; {strict}; eval \"$HOOK\"; eval \"$HOOK\"; __switchgear_prompt; printf %s \"${{PS1@P}}\"",
    "zsh": "{strict}; eval \"$HOOK\"; eval \"$HOOK\"; _switchgear_precmd; print -nP -- \"$RPROMPT\"",
    "fish": "printf %s $HOOK | source; printf %s $HOOK | source; fish_right_prompt",
}  # fmt: skip
"""Evaluates the hook twice, as a shell that reads its file again does, and prints the prompt as the shell draws it."""


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: apt-get install {program}")


def run(shell: str, script: str, folder: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    """A script in a shell whose home is `folder`."""
    needs(shell)
    settings = {**HOME, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), **env}
    argv = [*BARE[shell], "-c", script]
    return subprocess.run(argv, env=settings, cwd=folder, capture_output=True, text=True, timeout=30, check=False)


def shown(shell: str, folder: Path, strict: str = ":", **env: str) -> str:
    """What the shell's prompt shows for the file in `folder`; nothing may be said on stderr."""
    done = run(shell, SHOWN[shell].format(strict=strict), folder, HOOK=text(shell, str(folder)), **env)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
