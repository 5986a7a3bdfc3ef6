"""Telling: what is said on the way. With --json stdout is the one object's, and this goes to stderr."""

from __future__ import annotations

from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from switchgear.cli.invocation import Invocation


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
    from switchgear.cli.screen import folded

    invocation.out.line()
    for line in folded(invocation.out, text):
        invocation.out.line(invocation.out.paint("bold", line))


def say(invocation: Invocation, text: str) -> None:
    from switchgear.cli.screen import folded

    for line in folded(invocation.out, text):
        invocation.out.line(line)


def good(invocation: Invocation) -> str:
    return invocation.out.paint("good", invocation.out.glyph("good"))


def bad(invocation: Invocation) -> str:
    return invocation.out.paint("bad", invocation.out.glyph("bad"))
