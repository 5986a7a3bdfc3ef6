"""`switchgear config`: path, show, check, edit."""

from __future__ import annotations

from pathlib import Path

from switchgear.cli.config_text import problem_lines, read_config
from switchgear.cli.failed import FAILURE, OK, CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.usage = "switchgear config (path | show | check | edit) [options]"
    parser.description = """\
path   prints where the config is
show   prints it (it holds no secrets)
check  checks it without loading it; exit code 1 when something is wrong
edit   opens it in $VISUAL or $EDITOR, checks it afterwards and loads it; a
       broken edit never replaces the file in force unless you say so"""
    parser.add_argument("action", choices=("path", "show", "check", "edit"))


def run(invocation: Invocation) -> int:
    if invocation.args.action == "edit":
        from switchgear.cli.config_edit import edit

        return edit(invocation, config_file())
    return {"path": _path, "show": _show, "check": _check}[invocation.args.action](invocation)


def config_file() -> Path:
    from switchgear_protocol.paths import config_path

    return Path(config_path())


def _path(invocation: Invocation) -> int:
    path = str(config_file())
    if invocation.args.json:
        return invocation.emit({"path": path})
    invocation.out.line(path)
    return OK


def _show(invocation: Invocation) -> int:
    path = config_file()
    if not path.exists():
        raise CommandError("there is no config yet", f"{path} does not exist", "switchgear setup")
    text = read_config(path)
    if invocation.args.json:
        return invocation.emit({"path": str(path), "text": text})
    invocation.out.write(text)
    return OK


def _check(invocation: Invocation) -> int:
    checked = invocation.call("config/check")
    if invocation.args.json:
        invocation.emit(checked)
        return OK if checked["ok"] else FAILURE
    for line in problem_lines(invocation.out, checked):
        invocation.out.line(line)
    if checked["ok"]:
        invocation.out.line(f"{checked['path']} is sound" if not checked.get("warnings") else "nothing is broken")
    return OK if checked["ok"] else FAILURE
