"""Writing and running, each step said; with `dry` only said."""

from __future__ import annotations

import os
import shlex
import subprocess

from switchgear.cli.failed import CommandError

from .written import ABSENT, CHANGED, SAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .written import File

LONGEST = 120.0  # seconds: a stop drains
SHOWN = 5  # lines of a failed command's words


class Steps:
    """`say` gets each line; `done` has them all."""

    def __init__(self, say: Callable[[str], None], env: Mapping[str, str], dry: bool) -> None:
        self._say = say
        self._env = env
        self._dry = dry
        self.done: list[str] = []

    def tell(self, past: str, would: str, what: str) -> None:
        line = f"would {would} {what}" if self._dry else f"{past} {what}"
        self.done.append(line)
        self._say(line)

    def write(self, file: File) -> bool:
        """Put the file there; whether anything changed. What was somebody's own is kept beside it."""
        state = file.state()
        if state == SAME:
            self.tell("kept", "keep", file.path)
            return False
        if not self._dry:
            if state in CHANGED:
                os.replace(file.path, f"{file.path}.old")
            _replace(file.path, file.text)
        self.tell("wrote", "write", file.path)
        return True

    def remove(self, file: File) -> bool:
        """Take the file away, unless it is not there; whether it was."""
        state = file.state()
        if state == ABSENT:
            return False
        if not self._dry:
            os.replace(file.path, f"{file.path}.old") if state in CHANGED else os.unlink(file.path)
        self.tell("removed", "remove", file.path)
        return True

    def run(self, commands: Sequence[Sequence[str]]) -> None:
        """One after the other. CommandError with its own words when one fails."""
        for argv in commands:
            if not self._dry:
                _run(argv, self._env)
            self.tell("ran", "run", shlex.join(argv))


def _run(argv: Sequence[str], env: Mapping[str, str]) -> None:
    failed = f"`{shlex.join(argv)}` failed"
    hint = "switchgear service logs"
    try:
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        raise CommandError(failed, f"it did not end within {LONGEST:g} s", hint) from None
    except OSError as error:
        raise CommandError(failed, error.strerror or str(error), "switchgear service status") from None
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-SHOWN:])
        raise CommandError(failed, said or f"it ended with {done.returncode}", hint)


def _replace(path: str, text: str) -> None:
    """Whole or not at all."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        fresh = f"{path}.{os.getpid()}.tmp"
        with open(fresh, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(fresh, path)
    except OSError as error:
        why = error.strerror or str(error)
        raise CommandError(f"cannot write {path}", why, "switchgear service install --print") from None
