"""The config as the command reads it, and its problems as a person reads them."""

from __future__ import annotations

import os
import stat

from switchgear.cli.failed import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from switchgear.cli.screen import Screen
    from switchgear.cli.wire import Json


READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a FIFO in its place must not block us


def read_config(path: Path) -> str:
    """The file's text; "" when there is none."""
    try:
        with open(os.open(path, READ), encoding="utf-8") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise CommandError(f"cannot read {path}", "it is not a regular file", f"ls -ld {path}")
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise CommandError(f"cannot read {path}", why, f"ls -l {path}") from None


def problem_lines(screen: Screen, checked: Json) -> Iterable[str]:
    """One line per problem with its place, then its hint; warnings after."""
    for style, word, problems in (("bad", "error", "problems"), ("busy", "warning", "warnings")):
        for problem in checked.get(problems, []):
            yield from _one_problem(screen, problem, style, word)


def _one_problem(screen: Screen, problem: Json, style: str, word: str) -> Iterable[str]:
    from switchgear.cli.screen import clean, folded

    line = f"line {problem['line']}" if problem.get("line") else ""
    place = ", ".join(part for part in (line, problem.get("key", "")) if part)
    first, *more = folded(screen, f"{word}: {clean(f'{place}: ' if place else '')}{clean(problem['message'])}")
    yield screen.paint(style, word) + first.removeprefix(word)
    yield from more
    if problem.get("hint"):
        yield screen.paint("dim", f"  hint: {clean(problem['hint'])}")
