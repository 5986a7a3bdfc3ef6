"""Telling: what is said on the way. With --json stdout is the one object's, and this goes to stderr."""

from __future__ import annotations

import os
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.screen import Screen


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
    invocation.out.line(f"\n{invocation.out.paint('bold', text)}")


def folded(screen: Screen, text: str, room: int = 0) -> list[str]:
    """The lines of a text, indented as it begins and a little more below; `room`: columns kept behind the last one."""
    from switchgear.cli.table import wrapped

    words = text.lstrip(" ")
    indent = " " * (len(text) - len(words))
    if not screen.terminal or len(text) + room <= screen.width:
        return [text]
    first, *rest = wrapped(words, screen.width - len(indent) - 2 - room)
    return [indent + first, *(f"{indent}  {line}" for line in rest)]


def good(invocation: Invocation) -> str:
    return invocation.out.paint("good", invocation.out.glyph("good"))


def bad(invocation: Invocation) -> str:
    return invocation.out.paint("bad", invocation.out.glyph("bad"))


def short(path: str) -> str:
    """A path below the home as people write it."""
    home = os.environ.get("HOME") or os.path.expanduser("~")
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path
