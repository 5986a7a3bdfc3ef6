"""JSON with comments as a tree of places: where every member and value stands in the text.

Rules for editing: pure and strict: everything JSON allows, and comments and trailing commas, which the
tools that read these files allow too; nothing else. Places are offsets into the text given.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from .piece import Unreadable

BLANK = re.compile(r"(?:[ \t\r\n\ufeff]|//[^\r\n]*|/\*.*?\*/)*", re.S)
STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
WORD = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true\b|false\b|null\b")
DEEPEST = 200


class Member(NamedTuple):
    """One `"key": value`. `comma` is the place of the comma after it, None when there is none."""

    key: str
    start: int
    value: Node
    comma: int | None


class Node(NamedTuple):
    """A value from `start` to `end`; `members` of an object, else None."""

    start: int
    end: int
    value: Any
    members: list[Member] | None = None

    def member(self, key: str) -> Member | None:
        """The one a reader would take: the last of that name."""
        return next((one for one in reversed(self.members or []) if one.key == key), None)


def tree(text: str) -> Node:
    """The one value of the text. Raises Unreadable with line and column."""
    start = _skip(text, 0)
    node = _value(text, start, 0)
    rest = _skip(text, node.end)
    if rest != len(text):
        raise broken(text, rest, "something stands after the end")
    return node


def broken(text: str, at: int, why: str) -> Unreadable:
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return Unreadable(f"line {line}, column {column}: {why}")


def _skip(text: str, at: int) -> int:
    found = BLANK.match(text, at)
    end = found.end() if found else at
    if text.startswith("/*", end):
        raise broken(text, end, "this comment has no end")
    return end


def _value(text: str, at: int, depth: int) -> Node:
    if depth > DEEPEST:
        raise broken(text, at, f"nested deeper than {DEEPEST}")
    first = text[at : at + 1]
    if first == "{":
        return _object(text, at, depth)
    if first == "[":
        return _array(text, at, depth)
    found = STRING.match(text, at) or WORD.match(text, at)
    if found is None:
        raise broken(text, at, "a value was expected here")
    return Node(at, found.end(), _loaded(text, at, found[0]))


def _loaded(text: str, at: int, written: str) -> Any:
    try:
        return json.loads(written)
    except ValueError:
        raise broken(text, at, "this is not valid JSON") from None


def _object(text: str, start: int, depth: int) -> Node:
    members: list[Member] = []
    at = _skip(text, start + 1)
    while text[at : at + 1] != "}":
        found = STRING.match(text, at)
        if found is None:
            raise broken(text, at, 'a "name" or } was expected here')
        colon = _expect(text, _skip(text, found.end()), ":")
        value = _value(text, _skip(text, colon), depth + 1)
        after = _skip(text, value.end)
        comma = after if text[after : after + 1] == "," else None
        members.append(Member(_loaded(text, at, found[0]), at, value, comma))
        at = _next(text, after, comma, "}")
    return Node(start, at + 1, {one.key: one.value.value for one in members}, members)


def _array(text: str, start: int, depth: int) -> Node:
    values: list[Any] = []
    at = _skip(text, start + 1)
    while text[at : at + 1] != "]":
        value = _value(text, at, depth + 1)
        values.append(value.value)
        after = _skip(text, value.end)
        at = _next(text, after, after if text[after : after + 1] == "," else None, "]")
    return Node(start, at + 1, values)


def _next(text: str, after: int, comma: int | None, closing: str) -> int:
    """Where the next member begins, or the closing bracket."""
    if comma is not None:
        return _skip(text, comma + 1)
    if text[after : after + 1] != closing:
        raise broken(text, after, f"a comma or {closing} was expected here")
    return after


def _expect(text: str, at: int, sign: str) -> int:
    if text[at : at + 1] != sign:
        raise broken(text, at, f"{sign} was expected here")
    return at + 1
