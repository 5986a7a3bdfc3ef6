"""`switchgear config`: path, show, check, edit."""

from __future__ import annotations

from pathlib import Path

from switchgear.cli.failed import FAILURE, OK, CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.screen import Screen
    from switchgear.cli.wire import Json


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


def read_config(path: Path) -> str:
    """The file's text; "" when there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise CommandError(f"cannot read {path}", why, f"ls -l {path}") from None


def problem_lines(screen: Screen, checked: Json) -> Iterable[str]:
    """One line per problem with its place, then its hint; warnings after."""
    for style, word, problems in (("bad", "error", "problems"), ("busy", "warning", "warnings")):
        for problem in checked.get(problems, []):
            yield from _one_problem(screen, problem, screen.paint(style, word))


def _one_problem(screen: Screen, problem: Json, word: str) -> Iterable[str]:
    from switchgear.cli.screen import clean

    line = f"line {problem['line']}" if problem.get("line") else ""
    place = ", ".join(part for part in (line, problem.get("key", "")) if part)
    yield f"{word}: {clean(f'{place}: ' if place else '')}{clean(problem['message'])}"
    if problem.get("hint"):
        yield screen.paint("dim", f"  hint: {clean(problem['hint'])}")


def _path(invocation: Invocation) -> int:
    path = str(config_file())
    if invocation.args.json:
        return invocation.emit({"path": path})
    invocation.out.line(path)
    return OK


def _show(invocation: Invocation) -> int:
    path = config_file()
    if not path.exists():
        raise CommandError("there is no config yet", f"{path} does not exist", "switchgear config edit")
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
        invocation.out.line(f"{checked['path']} is sound")
    return OK if checked["ok"] else FAILURE
