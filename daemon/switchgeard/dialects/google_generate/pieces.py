"""Arguments of a call that come in pieces: each names its place by a JSON path, texts grow where they stand.

Only clients that ask for it are streamed arguments, and ours are among them: what passes through is decoded too.
"""

import re
from itertools import pairwise
from typing import Any

import msgspec
from msgspec import Struct

from switchgeard.dialects.fault import Garbled

MOST_STEPS = 64  # of one path
WIDEST_GAP = 16  # places of a list that nobody filled

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d{1,6})\]|\['((?:[^'\\]|\\.)*)'\]|\[\"((?:[^\"\\]|\\.)*)\"\]")


class Piece(Struct, gc=False, rename="camel"):
    """One of `partialArgs`: the value it has a member for."""

    json_path: str = "$"
    string_value: str | None = None
    number_value: Any = None
    bool_value: bool | None = None

    @property
    def value(self) -> Any:
        given = (self.string_value, self.number_value, self.bool_value)
        return next((value for value in given if value is not None), None)


class Growing:
    """The arguments of one call."""

    __slots__ = ("_root",)

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}

    def add(self, piece: Piece) -> None:
        """Raises Garbled for a path that leads nowhere."""
        steps = _steps(piece.json_path)
        last = steps[-1]
        at: Any = self._root
        for step, following in pairwise(steps):
            inner = _get(at, step)
            at = inner if inner is not None else _set(at, step, [] if isinstance(following, int) else {})
        before = _get(at, last)
        value = piece.value
        _set(at, last, before + value if isinstance(before, str) and isinstance(value, str) else value)

    def json(self) -> str:
        return msgspec.json.encode(self._root).decode()


def _steps(path: str) -> list[str | int]:
    found: list[str | int] = []
    at = 1
    while at < len(path) and (step := _STEP.match(path, at)) is not None:
        at = step.end()
        found.append(_step(step))
    if not found or at < len(path) or len(found) > MOST_STEPS:
        raise Garbled("a piece of a call's arguments has a path that cannot be followed")
    return found


def _step(step: re.Match[str]) -> str | int:
    if step[2] is not None:
        return int(step[2])
    return step[1] or re.sub(r"\\(.)", r"\1", step[3] or step[4] or "")


def _get(at: Any, step: str | int) -> Any:
    if isinstance(at, list) and isinstance(step, int):
        return at[step] if step < len(at) else None
    return at.get(step) if isinstance(at, dict) and isinstance(step, str) else None


def _set(at: Any, step: str | int, value: Any) -> Any:
    if isinstance(at, dict) and isinstance(step, str):
        at[step] = value
    elif isinstance(at, list) and isinstance(step, int) and step < len(at) + WIDEST_GAP:
        at += [None] * (step + 1 - len(at))
        at[step] = value
    else:
        raise Garbled("a piece of a call's arguments does not fit those before it")
    return value
