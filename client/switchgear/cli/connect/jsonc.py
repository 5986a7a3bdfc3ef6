"""Values put into JSON with comments, and taken out again; comments, order and indentation stay.

Rules for editing: pure. A want is (path, value). Every edit is one insertion or one replacement at
places `json_tree` gives; nothing is printed anew that the user wrote.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .json_tree import Member, Node, broken, tree
from .piece import NotOurs, Piece, line_end, veiled

Want = tuple[tuple[str, ...], Any]


def check(text: str) -> None:
    """Raises Unreadable unless the text is JSON with comments whose top is an object (or nothing at all)."""
    _root(text)


def apply(text: str, wants: list[Want]) -> tuple[str, list[Piece]]:
    """`text` with every wanted value in its place, and the pieces that undo it. Raises Unreadable."""
    text = text if text.strip("\ufeff \t\r\n") else text + "{}\n"
    pieces = []
    for path, value in wants:
        text, piece = _put(text, path, value)
        pieces.append(piece)
    return text, pieces


def revert(text: str, pieces: list[Piece]) -> str:
    """`text` without the pieces. Raises NotOurs when one is no longer as it was written."""
    for piece in reversed(pieces):
        node: Node | None = _root(text)
        for key in piece.path:
            member = node.member(key) if node else None
            node = member.value if member else None
        if node is None:
            continue  # the user took it out himself
        if _compact(node.value) != _compact(json.loads(piece.wrote)):
            raise NotOurs
        text = _taken(text, piece, node)
    return text


def value_at(text: str, path: tuple[str, ...]) -> Any:
    """The value there, None when there is none."""
    value = _root(text).value
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _root(text: str) -> Node:
    if not text.strip("\ufeff \t\r\n"):
        return tree("{}")
    root = tree(text)
    if root.members is None:
        raise broken(text, root.start, "an object { } was expected here")
    return root


def _put(text: str, path: tuple[str, ...], value: Any) -> tuple[str, Piece]:
    node = _root(text)
    for depth, key in enumerate(path):
        if node.members is None:
            raise broken(text, node.start, f"{'.'.join(path[:depth])} should be an object {{ }}")
        member = node.member(key)
        if member is None:
            return _inserted(text, node, path, depth, value)
        node = member.value
    piece = Piece(json.dumps(value), text[node.start : node.end], path)
    if json.dumps(node.value, sort_keys=True) == json.dumps(value, sort_keys=True):
        return text, piece
    written = _written(text, value, _depth_of(text, node.start))
    return text[: node.start] + written + text[node.end :], piece


def _inserted(text: str, node: Node, path: tuple[str, ...], depth: int, value: Any) -> tuple[str, Piece]:
    """A new last member of `node`, with the objects that lead to the value."""
    for key in reversed(path[depth + 1 :]):
        value = {key: value}
    made = len(path) - depth - 1
    wrote = json.dumps(_at_end(value, made))
    return _with_member(text, node, path[depth], value), Piece(wrote, None, path, made)


def _at_end(value: Any, levels: int) -> Any:
    for _ in range(levels):
        value = next(iter(value.values()))
    return value


def _with_member(text: str, node: Node, key: str, value: Any) -> str:
    assert node.members is not None
    close = node.end - 1
    last = node.members[-1] if node.members else None
    if last and "\n" not in text[node.start : node.end] and not isinstance(value, dict | list):
        return _on_the_line(text, last, key, value)
    indent = _member_indent(text, node)
    at = len(text[:close].rstrip(" \t\r\n"))
    member = f"{json.dumps(key, ensure_ascii=False)}: {_written(text, value, indent)}"
    tail = "," if last and last.comma is not None else ""
    if "\n" not in text[at:close]:
        tail += line_end(text) + _depth_of(text, node.start)
    added = text[:at] + line_end(text) + indent + member + tail + text[at if "\n" in text[at:close] else close :]
    if last is None or last.comma is not None:
        return added
    return added[: last.value.end] + "," + added[last.value.end :]


def _on_the_line(text: str, last: Member, key: str, value: Any) -> str:
    comma = last.comma is not None
    at = (last.comma or 0) + 1 if comma else last.value.end
    member = f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
    return f"{text[:at]}{'' if comma else ','} {member}{',' if comma else ''}{text[at:]}"


def _taken(text: str, piece: Piece, node: Node) -> str:
    if piece.was is not None:
        return text[: node.start] + piece.was + text[node.end :]
    path = piece.path
    for _ in range(piece.made):
        if len(_parent(text, path).members or []) != 1:
            break
        path = path[:-1]
    return _without(text, _parent(text, path), path[-1])


def _parent(text: str, path: tuple[str, ...]) -> Node:
    node = _root(text)
    for key in path[:-1]:
        member = node.member(key)
        assert member is not None, "the caller has walked here"
        node = member.value
    return node


def _without(text: str, parent: Node, key: str) -> str:
    """`text` without this member, its line and the one comma too many."""
    members = parent.members or []
    member = next(one for one in reversed(members) if one.key == key)
    before = members[members.index(member) - 1] if members.index(member) else None
    start = len(text[: member.start].rstrip(" \t"))
    start = len(text[:start].removesuffix("\n").removesuffix("\r")) if text[:start].endswith("\n") else start
    end = member.value.end if member.comma is None else member.comma + 1
    before_us = text[parent.start : start]
    if member is members[-1] and "\n" not in before_us and "//" not in before_us:
        end = len(text) - len(text[end:].lstrip(" \t\r\n"))  # the object was on one line
    text = text[:start] + text[end:]
    if member.comma is None and before is not None and before.comma is not None:
        text = text[: before.comma] + text[before.comma + 1 :]
    return text


def _member_indent(text: str, node: Node) -> str:
    """The indentation of the members that are there, else one level more than the object's own line."""
    for member in node.members or []:
        line = text[text.rfind("\n", 0, member.start) + 1 : member.start]
        if not line.strip(" \t"):
            return line
    return _depth_of(text, node.start) + _unit(text)


def _depth_of(text: str, at: int) -> str:
    """The indentation of the line that `at` is on."""
    found = re.match(r"[ \t]*", text[text.rfind("\n", 0, at) + 1 :])
    return found[0] if found else ""


def _unit(text: str) -> str:
    """One level of indentation as this file has it; two spaces when it has none."""
    found = re.search(r"^([ \t]+)\S", text, re.M)
    return found[1] if found else "  "


def _written(text: str, value: Any, indent: str) -> str:
    lines = json.dumps(value, indent=_unit(text), ensure_ascii=False).split("\n")
    return (line_end(text) + indent).join(lines)


def _compact(value: Any) -> str:
    return veiled(json.dumps(value, sort_keys=True))
