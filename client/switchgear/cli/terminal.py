"""The person at the terminal: whether there is one to ask, and what they say."""

from __future__ import annotations

import sys


def asks() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty()


def answer(question: str) -> str | None:
    """What they say, in lower case; None for Ctrl-D, which is no answer."""
    try:
        return input(question).strip().lower()
    except EOFError:
        return None
