"""A piece: what `connect` put into a file, kept so that it can be found again and taken out.

Rules for editing: a piece never holds a token (`veiled` takes its place), and taking one out changes
nothing else: when it is not there exactly as it was written, NotOurs is raised and nothing is guessed.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

TOKEN = re.compile(r"sgw_(?:[A-Za-z0-9_-]+|\*{4})")  # also as it is shown
VEIL = "sgw_****"


class Unreadable(Exception):
    """A file that is broken, or written in a way we cannot be sure of. `why` names line and column."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotOurs(Exception):
    """What we wrote is no longer there as we wrote it."""


class Piece(NamedTuple):
    """`was` took the place of `wrote`, both as text; `path` leads to the value where the format has paths.

    With a path, `was` is None for a value that was not there, and `made` is how many of the objects
    above it were made for it.
    """

    wrote: str
    was: str | None = ""
    path: tuple[str, ...] = ()
    made: int = 0


def veiled(text: str) -> str:
    """`text` with every door token hidden."""
    return TOKEN.sub(VEIL, text)


def token_in(text: str) -> str | None:
    """The door token a file holds."""
    found = TOKEN.search(text)
    return found[0] if found and found[0] != VEIL else None


def as_json(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [{**piece._asdict(), "wrote": veiled(piece.wrote)} for piece in pieces]


def from_json(stored: list[dict[str, Any]]) -> list[Piece]:
    return [Piece(**{**one, "path": tuple(one["path"])}) for one in stored]


def revert(text: str, pieces: list[Piece]) -> str:
    """`text` without the pieces, where each stands on lines of its own. Raises NotOurs for one that was changed."""
    for piece in reversed(pieces):
        text = _cut(text, piece)
    return text


def line_end(text: str) -> str:
    """What ends a line in this file."""
    return "\r\n" if "\r\n" in text else "\n"


def _cut(text: str, piece: Piece) -> str:
    """`text` with `piece.wrote`, which must be there once and on lines of its own, turned back into `piece.was`."""
    wrote = re.escape(veiled(piece.wrote)).replace(re.escape(VEIL), TOKEN.pattern)
    begins = "" if piece.wrote.startswith(("\r", "\n")) else "(?m:^)"
    found = list(re.finditer(begins + wrote, text))
    if len(found) != 1:
        raise NotOurs
    start, end = found[0].span()
    return text[:start] + (piece.was or "") + text[end:]
