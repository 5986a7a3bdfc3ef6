"""Keys and list items put into YAML text, and taken out again; the user's text around them stays.

Rules for editing: pure, and cautious: only the block style people write config in is edited. What the
scanner is not sure of (flow style where we would write, several documents, anchors there ...) is
refused with its line. Text goes in and out in whole lines, so comments and order stay.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import NamedTuple

from .piece import Piece, Unreadable, line_end
from .piece import revert as revert

KEY = re.compile(r"""(?P<key>[A-Za-z0-9_.-]+|"[^"\\]*"|'[^']*'):(?:[ \t]+(?P<value>.*))?$""")
ENTRY = re.compile(r"-(\s|$)")
QUOTED = re.compile(r"""(?:'(?:[^']|'')*'(?!')|"(?:[^"\\]|\\.)*")""")
AFTER = r"\s*(?:\s#.*)?\Z"
CLOSED = {
    "'": re.compile(QUOTED.pattern + AFTER, re.S),
    '"': re.compile(QUOTED.pattern + AFTER, re.S),
    "[": re.compile(r".*\]" + AFTER, re.S),
    "{": re.compile(r".*\}" + AFTER, re.S),
}
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*$")
UNPRINTABLE = {number: f"\\u{number:04x}" for number in (*range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF)}  # to YAML
WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}  # which some readers take for values


class Key(NamedTuple):
    """`name: value` at the top."""

    name: str
    value: str


class Items(NamedTuple):
    """Entries of the list under the top key `under`, or of the list the file is (None).

    Entries that are there already and hold the text `mark` are replaced by these.
    """

    under: str | None
    items: list[dict[str, object]]
    mark: str


class Line(NamedTuple):
    start: int
    end: int
    text: str  # without its newline

    @property
    def blank(self) -> bool:
        return not self.text.strip() or self.text.lstrip().startswith("#")

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" "))

    @property
    def key(self) -> str | None:
        found = KEY.match(self.text)
        return found["key"].strip("\"'") if found else None

    @property
    def written(self) -> str:
        """What follows the key on its line, as it stands there."""
        found = KEY.match(self.text)
        return (found["value"] or "").strip() if found else ""

    @property
    def value(self) -> str:
        """The same, the comment taken away."""
        quoted = QUOTED.match(self.written)
        return quoted[0] if quoted else re.sub(r"(?:^|\s)#.*", "", self.written).strip()


def check(text: str) -> None:
    """Raises Unreadable with the line when the text is broken, or not certain to be understood."""
    lines = _lines(text)
    names: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        _check_line(line, number)
        if line.key and line.key in names:
            raise _at(number, f"{line.key} stands here again (first on line {names[line.key]})")
        if line.key:
            names[line.key] = number
    _check_ends(lines)
    first = next((number for number, line in enumerate(lines, 1) if not line.blank and line.text != "---"), None)
    if first and lines[first - 1].indent and not ENTRY.match(lines[first - 1].text.lstrip()):
        raise _at(first, "the whole file is indented: this is not edited here")


def apply(text: str, wants: list[Key | Items]) -> tuple[str, list[Piece]]:
    """`text` with every wanted key and item, and the pieces that undo it. Raises Unreadable."""
    check(text)
    pieces = []
    for want in wants:
        start, end, wrote = _key_place(text, want) if isinstance(want, Key) else _items_place(text, want)
        pieces.append(Piece(wrote, text[start:end]))
        text = text[:start] + wrote + text[end:]
    check(text)
    return text, pieces


def top_value(text: str, name: str) -> str | None:
    """The plain value of a top key, its quotes taken away; None when it is not there."""
    return next((line.value.strip("\"'") for line in _lines(text) if line.key == name), None)


# --- places ------------------------------------------------------------------------------------


def _key_place(text: str, want: Key) -> tuple[int, int, str]:
    """(start, end, what to write there)."""
    wrote = f"{want.name}: {scalar(want.value)}{line_end(text)}"
    lines = _lines(text)
    for number, line in enumerate(lines):
        if line.key == want.name:
            if _extent(lines, number) != number + 1 or line.value[:1] in tuple("|>&*!"):
                raise _at(number + 1, f"{want.name} has a value of several lines or of a kind that is not edited here")
            return line.start, line.end, wrote
    _check_has_keys(lines)
    return _end_of(text, wrote)


def _check_has_keys(lines: list[Line]) -> None:
    said = [number for number, line in enumerate(lines, 1) if not line.blank and line.text != "---"]
    if said and not any(line.key for line in lines):
        raise _at(said[0], "the file is a list; keys were expected")


def _items_place(text: str, want: Items) -> tuple[int, int, str]:
    lines = _lines(text)
    head = next((number for number, line in enumerate(lines) if line.key and line.key == want.under), None)
    if want.under is not None and head is None:
        _check_has_keys(lines)
        return _end_of(text, f"{want.under}:{line_end(text)}" + _block(want.items, "  ", text))
    if want.under is not None and lines[head or 0].value:
        return _after_an_empty_list(text, lines[head or 0], head or 0, want)
    first, last = (0, len(lines)) if head is None else (head + 1, _extent(lines, head))
    if head is None and any(line.key for line in lines):
        raise _at(1, "a list was expected here")
    entries = _entries(lines, first, last)
    indent = " " * lines[entries[0][0]].indent if entries else "" if head is None else "  "
    wrote = _block(want.items, indent, text)
    mine = [span for span in entries if want.mark in text[lines[span[0]].start : lines[span[1] - 1].end]]
    if mine:
        return _over(text, lines, mine, wrote)
    if not entries and head is None:
        return _end_of(text, wrote)
    at = lines[entries[-1][1] - 1].end if entries else lines[first - 1].end
    return (at, at, wrote) if text[:at].endswith("\n") else (at, at, line_end(text) + wrote)


def _after_an_empty_list(text: str, line: Line, number: int, want: Items) -> tuple[int, int, str]:
    """`models: []` becomes a block; any other value on the key's line is not edited."""
    if line.value not in ("[]", "null", "~"):
        raise _at(number + 1, f"{want.under} is written on one line; write it as a list with a line for each entry")
    return line.start, line.end, f"{want.under}:{line_end(text)}" + _block(want.items, "  ", text)


def _over(text: str, lines: list[Line], mine: list[tuple[int, int]], wrote: str) -> tuple[int, int, str]:
    """In place of entries that are there; they must stand together, or undoing would be guesswork."""
    for (_, end), (start, _) in pairwise(mine):
        if end != start:
            raise _at(start + 1, "entries for Switchgear stand in several places; remove them first")
    return lines[mine[0][0]].start, lines[mine[-1][1] - 1].end, wrote


def _entries(lines: list[Line], first: int, last: int) -> list[tuple[int, int]]:
    """(first line, line after the last) of every list entry between two lines; blanks belong to none."""
    inside = [number for number in range(first, last) if not lines[number].blank and lines[number].text != "---"]
    if not inside:
        return []
    indent = lines[inside[0]].indent
    starts = [number for number in inside if lines[number].indent == indent]
    for number in starts:
        if not ENTRY.match(lines[number].text[indent:]):
            raise _at(number + 1, "a list with a line for each entry was expected here")
    ends = [max(number for number in inside if number < end) + 1 for end in [*starts[1:], last]]
    return list(zip(starts, ends))


def _extent(lines: list[Line], number: int) -> int:
    """The line after a top key's last one: what is deeper, and list entries that may stand at its own depth."""
    end = number + 1
    for at in range(number + 1, len(lines)):
        line = lines[at]
        if line.blank:
            continue
        if not (line.indent or ENTRY.match(line.text)):
            break
        end = at + 1
    return end


def _end_of(text: str, wrote: str) -> tuple[int, int, str]:
    gap = line_end(text) if text and not text.endswith("\n") else ""
    return len(text), len(text), gap + wrote


# --- writing -----------------------------------------------------------------------------------


def scalar(value: object) -> str:
    """As YAML writes it: plain where nobody can take it for anything else, else as JSON does."""
    if isinstance(value, str) and PLAIN.match(value) and value.lower() not in WORDS:
        return value
    return json.dumps(value, ensure_ascii=False).translate(UNPRINTABLE)


def _block(items: list[dict[str, object]], indent: str, text: str) -> str:
    lines = []
    for item in items:
        for place, (key, value) in enumerate(item.items()):
            lines.append(f"{indent}{'  ' if place else '- '}{key}: {_inline(value)}")
    newline = line_end(text)
    return "".join(line + newline for line in lines)


def _inline(value: object) -> str:
    """Lists and mappings in flow style, which keeps every entry's line its own."""
    if isinstance(value, list):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_inline(one)}" for key, one in value.items()) + "}"
    return scalar(value)


# --- reading -----------------------------------------------------------------------------------


def _lines(text: str) -> list[Line]:
    found, at = [], 0
    for whole in re.findall(r"[^\n]*\n|[^\n]+$", text):
        found.append(Line(at, at + len(whole), whole.rstrip("\r\n")))
        at += len(whole)
    return found


def _check_line(line: Line, number: int) -> None:
    if re.match(r" *\t", line.text) and line.text.strip():
        raise _at(number, "a tab cannot indent YAML", line.text.index("\t") + 1)
    if line.blank or line.indent or line.key or ENTRY.match(line.text):
        return
    if line.text.strip() == "---" and number == 1:
        return
    raise _at(number, "neither `key: value` nor `- entry`: this is not edited here")


def _check_ends(lines: list[Line]) -> None:
    """A quote or a bracket that is opened as a value must be closed before the next key."""
    for number, line in enumerate(lines):
        if line.written[:1] not in CLOSED:
            continue
        whole = "\n".join([line.written, *(part.text for part in lines[number + 1 : _extent(lines, number)])])
        if not CLOSED[line.written[:1]].match(whole):
            raise _at(number + 1, f"this {line.written[:1]} is never closed")


def _at(number: int, why: str, column: int = 1) -> Unreadable:
    return Unreadable(f"line {number}, column {column}: {why}")
