"""The shell: the line of the prompt, kept by the daemon, and whether a hook shows it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from switchgear_protocol.paths import runtime_dir

from .finding import Finding, ok, skipped, warn

HOOK = "switchgear prompt init"
STARTED_BY = {
    "bash": (".bashrc", ".bash_profile", ".profile"),
    "zsh": (".zshrc", ".zprofile", ".config/zsh/.zshrc"),
    "fish": (".config/fish/config.fish",),
}
"""Shell -> the files it reads, below the home directory."""
LARGEST = 1024 * 1024  # bytes of one that are looked at


def shell(now: float, daemon_runs: bool) -> Iterable[Finding]:
    """`now`: epoch seconds."""
    hooked = [name for name, files in STARTED_BY.items() if any(_mentions(file) for file in files)]
    name = os.path.basename(os.environ.get("SHELL", ""))
    if not hooked:
        hint = f"switchgear prompt init {name if name in STARTED_BY else 'bash'}"
        yield skipped("shell", "no shell of yours shows the prompt's line", hint)
        return
    path = f"{runtime_dir()}/prompt"
    until = _until(path)
    if daemon_runs and (until is None or until < now):
        told = "is not there" if until is None else "has aged out"
        yield warn(
            "shell", f"{', '.join(hooked)} would show a line, but {runtime_dir()}/prompt {told}", "switchgear stop"
        )
        return
    yield ok("shell", f"{', '.join(hooked)} show{'s' if len(hooked) == 1 else ''} the line of {path}")


def _mentions(file: str) -> bool:
    try:
        with open(os.path.expanduser(f"~/{file}"), "rb") as opened:
            return HOOK.encode() in opened.read(LARGEST)
    except OSError:
        return False


def _until(path: str) -> float | None:
    """The moment up to which the line is kept; None where there is no line."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return float(file.read(64).partition("\t")[0])
    except (OSError, ValueError):
        return None
