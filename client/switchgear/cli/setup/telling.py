"""Telling: what is said on the way. With --json stdout is the one object's, and this goes to stderr."""

from __future__ import annotations

import os
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.screen import Screen


LEAST = 12  # columns a folded text has behind its indent, however narrow the terminal


@contextmanager
def beside_json(invocation: Invocation) -> Iterator[None]:
    out = invocation.out
    if invocation.args.json:
        invocation.out = invocation.err
    try:
        yield
    finally:
        invocation.out = out


def title(invocation: Invocation, text: str) -> None:
    invocation.out.line()
    for line in folded(invocation.out, text):
        invocation.out.line(invocation.out.paint("bold", line))


def say(invocation: Invocation, text: str) -> None:
    for line in folded(invocation.out, text):
        invocation.out.line(line)


def folded(screen: Screen, text: str, room: int = 0) -> list[str]:
    """The lines of a text, indented as it begins and a little more below; `room`: columns kept behind the last one."""
    from textwrap import wrap

    if not screen.terminal or len(text) + room <= screen.width:
        return [text]
    indent = " " * (len(text) - len(text.lstrip(" ")))
    columns = max(screen.width - room, len(indent) + LEAST)
    folding = wrap(text, columns, subsequent_indent=f"{indent}  ", break_on_hyphens=False, break_long_words=False)
    return folding or [text]


def good(invocation: Invocation) -> str:
    return invocation.out.paint("good", invocation.out.glyph("good"))


def bad(invocation: Invocation) -> str:
    return invocation.out.paint("bad", invocation.out.glyph("bad"))


def short(path: str) -> str:
    """A path below the home as people write it."""
    home = os.environ.get("HOME") or os.path.expanduser("~")
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path
