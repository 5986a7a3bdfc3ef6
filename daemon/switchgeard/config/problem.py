"""Problem: one thing wrong in the config, said so that it can be put right without a manual.

`message` says what is wrong and what is allowed, `key` is the path in the file
(`models["opus-4.6"].group[2].provider`), `hint` a command or the likely spelling, `line` counts
from 1. It is the wire's own struct, so nothing has to be mapped for `config/check` and `status`.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from switchgear_protocol.messages import ConfigProblem as Problem

EDIT = "switchgear config edit"
SETUP = "switchgear setup"  # where there is nothing to edit yet


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known spelling closest to `word`, if any is close."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def meant(word: str, known: Iterable[str]) -> str | None:
    """The hint for a misspelt word: `did you mean "anthropic"?`, or None."""
    close = nearest(word, known)
    return f'did you mean "{close}"?' if close else None


def listed(words: Iterable[str]) -> str:
    """Words in a row for a sentence: `"a", "b" or "c"`."""
    quoted = [f'"{word}"' for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def shown(word: str) -> str:
    """A name the user wrote, with a space after it, when it is surely no secret; else nothing."""
    return f'"{word}" ' if re.fullmatch(r"[a-z][a-z0-9._-]{0,30}", word) else ""


def sentence(problem: Problem) -> str:
    """One line for a terminal or a log: `line 12, providers[1].kind: unknown kind "antropic"; ...`."""
    place = ", ".join(part for part in (f"line {problem.line}" if problem.line else "", problem.key) if part)
    return f"{place}: {problem.message}" if place else problem.message


__all__ = ["EDIT", "SETUP", "Problem", "listed", "meant", "nearest", "sentence", "shown"]
