"""Keys and tables put into TOML text, and taken out again; the user's text around them stays as it is.

Rules for editing: pure. Places are found by a scanner that knows strings and brackets only, so every
edit is read back: when the result does not say exactly what was wanted (an inline table, dotted
keys ...), Unreadable is raised and nothing is written.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

from .piece import Piece, Unreadable, line_end
from .piece import revert as revert

SIGNS = re.compile(
    r'"""(?:[^\\]|\\.)*?"""+|\'\'\'.*?\'\'\'+|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[{]|[\]}]|\n', re.S
)
BARE = re.compile(r"[A-Za-z0-9_-]+")


class Key(NamedTuple):
    """`name = value` in the table `table` (() is the top)."""

    table: tuple[str, ...]
    name: str
    value: str | int | bool


class Table(NamedTuple):
    """The whole table `path`, with these plain values and nothing else."""

    path: tuple[str, ...]
    values: dict[str, str | int | bool]


class Line(NamedTuple):
    """One statement with all its lines: `text[start:end]`, the newline included."""

    start: int
    end: int
    text: str

    @property
    def header(self) -> str | None:
        """ "a.b" of `[a.b]`, quotes and blanks taken away; "" of `[[a]]`; None when this is no header."""
        stripped = self.text.strip()
        if not stripped.startswith("["):
            return None
        found = re.match(r"\[([^\[\]]*)\]", stripped)
        return re.sub(r"[\s\"']", "", found[1]) if found else ""

    @property
    def key(self) -> str | None:
        found = re.match(r"\s*([\"']?)([A-Za-z0-9_-]+)\1\s*=", self.text)
        return found[2] if found else None

    @property
    def blank(self) -> bool:
        return not self.text.strip() or self.text.lstrip().startswith("#")


def check(text: str) -> None:
    """Raises Unreadable with line and column unless the text is TOML."""
    _read(text)


def apply(text: str, wants: list[Key | Table]) -> tuple[str, list[Piece]]:
    """`text` with every wanted key and table, and the pieces that undo it. Raises Unreadable."""
    pieces = []
    for want in wants:
        expected = _with(_read(text), want)
        place = _key_place(text, want) if isinstance(want, Key) else _table_place(text, want)
        start, end, wrote = place
        pieces.append(Piece(wrote, text[start:end]))
        text = text[:start] + wrote + text[end:]
        if _read(text) != expected:
            raise Unreadable(f"it says {_name(want)} in a way this command does not edit")
    return text, pieces


def value_at(text: str, path: tuple[str, ...]) -> Any:
    """The value there, None when there is none."""
    value: Any = _read(text)
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(str(error)) from None
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None


def _with(document: dict[str, Any], want: Key | Table) -> dict[str, Any]:
    """What the document is to say."""
    path: tuple[str, ...] = want.table if isinstance(want, Key) else want.path
    values = {want.name: want.value} if isinstance(want, Key) else want.values
    if not path:
        return {**document, **values}
    first, deeper = path[0], path[1:]
    inner = document.get(first, {})
    if not isinstance(inner, dict):
        raise Unreadable(f"{first} should be a table")
    if deeper:
        rest = Key(deeper, want.name, want.value) if isinstance(want, Key) else Table(deeper, values)
        return {**document, first: _with(inner, rest)}
    return {**document, first: {**inner, **values} if isinstance(want, Key) else values}


def _name(want: Key | Table) -> str:
    return ".".join((*want.table, want.name) if isinstance(want, Key) else want.path)


def _key_place(text: str, want: Key) -> tuple[int, int, str]:
    """(start, end, what to write there)."""
    newline = line_end(text)
    wrote = f"{want.name} = {_value(want.value)}{newline}"
    section = _section(text, want.table)
    if section is None:
        return _at_the_end(text, f"[{_path(want.table)}]{newline}{wrote}")
    for line in section:
        if line.key == want.name:
            return line.start, line.end, wrote
    said = [line for line in section if not line.blank]
    if said:
        end = said[-1].end
        return (end, end, wrote) if text[:end].endswith("\n") else (end, end, newline + wrote)
    at = _before_the_tables(text)
    if at == len(text):
        return (at, at, wrote) if text[:at].endswith("\n") or not text else (at, at, newline + wrote)
    return at, at, wrote + newline


def _table_place(text: str, want: Table) -> tuple[int, int, str]:
    newline = line_end(text)
    body = "".join(f"{name} = {_value(value)}{newline}" for name, value in want.values.items())
    wrote = f"[{_path(want.path)}]{newline}{body}"
    section = _section(text, want.path)
    if not section:
        return _at_the_end(text, wrote)
    said = [line for line in section if not line.blank]
    return section[0].start, said[-1].end, wrote


def _section(text: str, path: tuple[str, ...]) -> list[Line] | None:
    """The lines of a table, its header first (of the top: all before the first header); None without one."""
    lines = list(_lines(text))
    heads = [number for number, line in enumerate(lines) if line.header is not None]
    if not path:
        return lines[: heads[0]] if heads else lines
    for place, number in enumerate(heads):
        if lines[number].header == ".".join(path):
            return lines[number : heads[place + 1] if place + 1 < len(heads) else len(lines)]
    return None


def _before_the_tables(text: str) -> int:
    """Where the first key of the top goes: before the first header and the comment that belongs to it."""
    lines = list(_lines(text))
    at = next((number for number, line in enumerate(lines) if line.header is not None), len(lines))
    if at == len(lines):
        return len(text)
    while at and lines[at - 1].text.lstrip().startswith("#"):
        at -= 1
    return lines[at].start


def _at_the_end(text: str, wrote: str) -> tuple[int, int, str]:
    newline = line_end(text)
    gap = newline if text.strip() else ""
    if text and not text.endswith("\n"):
        gap += newline
    return len(text), len(text), gap + wrote


def _lines(text: str) -> Iterator[Line]:
    """Statements: a line, with the further lines its strings and brackets take."""
    start = depth = 0
    for found in SIGNS.finditer(text):
        sign = found[0]
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign == "\n" and depth <= 0:
            yield Line(start, found.end(), text[start : found.end()])
            start, depth = found.end(), 0
    if start < len(text):
        yield Line(start, len(text), text[start:])


def _path(path: tuple[str, ...]) -> str:
    return ".".join(part if BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False) for part in path)


def _value(value: str | int | bool) -> str:
    """As TOML writes it; a JSON string without raw letters beyond the basic plane is one of TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
