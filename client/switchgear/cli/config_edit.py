"""`config edit`: a copy is edited and checked before it takes the file's place.

Rules for editing: the file in force is only ever replaced whole (rename), keeps its mode, and a
link to it stays a link. What the user typed is never lost: a refused copy is named.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from .config_text import problem_lines, read_config
from .failed import FAILURE, OK, CommandError, usage
from .terminal import answer, asks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import Invocation

EDITORS = ("vi", "nano")
TEMPLATE = """\
# Switchgear: your providers, and the models they serve together. Take the # away where it fits.
# Keys are not written here: run `switchgear login PROVIDER`, or name where one comes from:
#   credential = {env = "ANTHROPIC_API_KEY"}, {file = "..."}, {command = ["op", "read", "..."]}, "none"

# [[providers]]
# id = "claude_api"                # your name for it
# kind = "anthropic"               # anthropic, openai, google, openai-compatible
# billing = "metered"              # included (a subscription), local, prepaid, metered

# [[providers]]
# id = "openrouter"
# kind = "openai-compatible"
# base_url = "https://openrouter.ai/api/v1"

# [[models]]
# alias = "opus-4.6"               # what you select
# group = [                        # who serves it, in your order
#   {provider = "claude_api", model = "claude-opus-4-6"},
#   {provider = "openrouter", model = "anthropic/claude-opus-4.6"},
# ]
"""
CHOICES = "(e)dit again, (k)eep the old config, (s)ave it anyway? [e] "


def edit(invocation: Invocation, path: Path) -> int:
    """Lets the user edit until the config is sound or they choose; exit code."""
    before = read_config(path)
    copy = _copy(before or TEMPLATE)
    try:
        return _edited(invocation, path, before, copy)
    except CommandError as error:
        if _untouched(copy, before or TEMPLATE):
            copy.unlink()
        else:
            error.why = f"{error.why}\nyour edit is in {copy}".lstrip()
        raise


def _untouched(copy: Path, text: str) -> bool:
    try:
        return copy.read_bytes() == text.encode()
    except OSError:
        return False


def _edited(invocation: Invocation, path: Path, before: str, copy: Path) -> int:
    while True:
        _open_editor(copy)
        text = read_config(copy)
        if text == before or (not before and text == TEMPLATE):
            copy.unlink()
            invocation.note("no change")
            return OK
        if _is_sound(invocation, text) or (answer := _choice()) == "s":
            return _save(invocation, path, copy, text)
        if answer == "k":
            invocation.note(f"kept the old config; your edit is in {copy}")
            return FAILURE


def _copy(text: str) -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix="switchgear-", suffix=".toml")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        why = f"{tempfile.gettempdir()}: {error.strerror}"
        raise CommandError("cannot make a copy to edit", why, "set TMPDIR to a directory with room") from None
    return Path(name)


def _open_editor(path: Path) -> None:
    command = [*_editor(), str(path)]
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise CommandError(f"cannot run {command[0]}", str(error.strerror), "export EDITOR=nano") from None
    if code != 0:
        raise CommandError("the editor failed", f"{command[0]} ended with {code}")


def _editor() -> list[str]:
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if chosen:
        return _words(chosen)
    import shutil

    if not asks():
        raise usage("no terminal to edit on", "switchgear config path", "$EDITOR would be asked, but it is not set")
    for name in EDITORS:
        if shutil.which(name):
            return [name]
    raise usage("no editor found", "export EDITOR=nano", "neither VISUAL nor EDITOR is set")


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise usage("cannot read $VISUAL or $EDITOR", "export EDITOR=nano", f"{command}: {error}") from None
    if not words:
        raise usage("$VISUAL or $EDITOR is blank", "export EDITOR=nano")
    return words


def _is_sound(invocation: Invocation, text: str) -> bool:
    checked = invocation.call("config/check", text=text)
    for line in problem_lines(invocation.err, checked):
        invocation.err.line(line)
    return bool(checked["ok"])


def _choice() -> str:
    """e, k or s; without a terminal to ask, the old config is kept."""
    if not asks():
        return "k"
    while True:
        said = answer(CHOICES)
        if said is None:
            return "k"
        if (choice := said[:1] or "e") in "eks":
            return choice


def _save(invocation: Invocation, path: Path, copy: Path, text: str) -> int:
    replace(path, text)
    copy.unlink()
    state = invocation.call("config/reload")
    if invocation.args.json:
        return invocation.emit(state)
    if not state["ok"]:
        invocation.note(f"saved {path}, but it is broken: the last good config stays in force")
        return FAILURE
    invocation.out.line(f"saved and loaded {path}")
    return OK


def replace(path: Path, text: str) -> None:
    """Puts `text` in the place of the file that `path` leads to, whole or not at all."""
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CommandError(f"cannot save {path}", str(error.strerror), f"ls -ld {target.parent}") from None
