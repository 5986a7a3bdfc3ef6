"""Where in the text each key path stands, which tomllib does not say.

Used for the line of a problem and for edits that must not touch anything else. It reads only text
that tomllib has already accepted, so it checks nothing: it finds the ends of keys and values.
Rules for editing: keep it a scanner; what a value means is not its business.
"""

import re
import tomllib
from dataclasses import dataclass, field

from msgspec import Struct

Path = tuple[str | int, ...]


class Span(Struct, frozen=True):
    """Offsets into the text: of the key (or the value, in a list), and of the value's two ends."""

    key: int
    start: int
    end: int


BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
SPACE = re.compile(r"[ \t]*")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
ENDS = {
    '"""': re.compile(r'(?:[^\\"]|\\.|"(?!""))*"{3,5}', re.DOTALL),
    "'''": re.compile(r"(?:[^']|'(?!''))*'{3,5}", re.DOTALL),
    '"': re.compile(r'(?:[^\\"]|\\.)*"'),
    "'": re.compile(r"[^']*'"),
}
SCALAR = re.compile(r"[^,\]}#\r\n]*")


@dataclass(slots=True)
class Scanner:
    """One pass over a valid TOML text. `spans` and `headers` are the result."""

    text: str
    spans: dict[Path, Span] = field(default_factory=dict)
    headers: list[tuple[int, Path]] = field(default_factory=list)
    at: int = 0
    table: Path = ()
    counts: dict[Path, int] = field(default_factory=dict)

    def scan(self) -> "Scanner":
        """Read to the end."""
        self._skip(BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                self._header()
            else:
                self._pair(self.table)
            self._skip(BLANK)
        return self

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:  # cannot be in valid TOML; never loop on it
            raise ValueError(f"no TOML at offset {self.at}")
        self.at = found.end()
        return found[0]

    def _header(self) -> None:
        start, double = self.at, self.text.startswith("[[", self.at)
        self.at += 1 + double
        self.table = self._resolved(self._key(), double)
        self.at += 1 + double
        self.spans[self.table] = Span(start, start, self.at)
        self.headers.append((start, self.table))

    def _resolved(self, keys: tuple[str, ...], double: bool) -> Path:
        """The full path of a header: each list of tables on the way stands for its last entry."""
        path: Path = ()
        for depth, key in enumerate(keys, 1):
            path += (key,)
            if double and depth == len(keys):
                self.counts[path] = self.counts.get(path, 0) + 1
                self.spans.setdefault(path, Span(self.at, self.at, self.at))
            if path in self.counts:
                path += (self.counts[path] - 1,)
        return path

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self._skip(SPACE)
            parts.append(self._key_part())
            self._skip(SPACE)
            if self.text[self.at] != ".":
                return tuple(parts)
            self.at += 1

    def _key_part(self) -> str:
        quote = self.text[self.at]
        if quote not in "\"'":
            return self._skip(BARE_KEY)
        start = self.at + 1
        self._string(quote)
        inner = self.text[start : self.at - 1]
        return inner if quote == "'" else _unescaped(inner)

    def _pair(self, table: Path) -> None:
        key = self.at
        path = table + self._key()
        self.at += 1  # the equals sign
        self._skip(SPACE)
        self._value(path, key)

    def _value(self, path: Path, key: int) -> None:
        start, first = self.at, self.text[self.at]
        if first == "[":
            self._list(path)
        elif first == "{":
            self._inline(path)
        elif first in "\"'":
            self._string(first)
        else:
            self.at = start + len(self._skip(SCALAR).rstrip())
        self.spans[path] = Span(key, start, self.at)

    def _string(self, quote: str) -> None:
        opening = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(opening)
        self._skip(ENDS[opening])

    def _list(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._goes_on("]"):
            self._value((*path, index), self.at)
            index += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while self._goes_on("}"):
            self._pair(path)

    def _goes_on(self, closing: str) -> bool:
        """Past what stands between entries: is there another one before `closing`?"""
        self._skip(BLANK)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(BLANK)
        if self.text[self.at] != closing:
            return True
        self.at += 1
        return False


def spans(text: str) -> dict[Path, Span]:
    """Every key path of a valid TOML text and where it stands."""
    return Scanner(text).scan().spans


def line_of(text: str, offset: int) -> int:
    """The line of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1


def nearest_line(text: str, places: dict[Path, Span], path: Path) -> int | None:
    """The line of `path`, or of the table it is missing from."""
    for depth in range(len(path), 0, -1):
        if span := places.get(path[:depth]):
            return line_of(text, span.key)
    return None


def _unescaped(inner: str) -> str:
    return str(tomllib.loads(f'key = "{inner}"')["key"])
