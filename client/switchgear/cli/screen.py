"""What may be printed and how: colour, unicode, width, and the cleaning of foreign text.

Rules for editing: names, reasons and answers come from providers, so everything shown passes
`clean` (no escape sequences reach a terminal). Colour never carries meaning alone.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

CODES = {"good": "32", "busy": "33", "bad": "31", "dim": "2", "bold": "1", "": ""}
GLYPHS = {  # name: (unicode, ascii)
    "good": ("●", "*"),
    "busy": ("◐", "~"),
    "bad": ("○", "!"),
    "dim": ("·", "-"),
    "full": ("█", "#"),
    "empty": ("░", "."),
    "arrow": ("→", "->"),
    "ellipsis": ("…", "..."),
}
USUAL_WIDTH = 100
NARROWEST = 24  # columns in which a table still says something
ENDLESS = 10_000
LEAST = 12  # columns a folded text has behind its indent, however narrow the terminal
PLAIN = "\u0300"  # every letter before this takes one column
OWN = frozenset("".join(glyph for pair in GLYPHS.values() for glyph in pair))  # as do these
NO_COLUMN = ("Mn", "Me", "Cf")  # categories of what sits on the letter before it, or is not seen
LETTERS = 4  # of a name are looked at per column, for it may be endless
INVISIBLE = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)]
)
ONE_LINE = {**INVISIBLE, 0x09: " ", 0x0A: " ", 0x2028: " ", 0x2029: " "}
IN_JSON = {number: f"\\u{number:04x}" for number in INVISIBLE if number >= 0x7F}  # below, JSON escapes them itself
ANSWER = {number: None for number in INVISIBLE if number not in (0x09, 0x0A)}


def clean(text: object) -> str:
    """One printable line: no control bytes, no direction overrides."""
    return str(text).translate(ONE_LINE)


def short(path: str) -> str:
    """A path below the home as people write it."""
    home = os.environ.get("HOME") or os.path.expanduser("~")
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path


def clean_answer(text: str) -> str:
    """An answer for a terminal: newlines and tabs stay, escape sequences cannot act."""
    return text.translate(ANSWER)


def json_line(value: object) -> str:
    """One line of JSON, exact for programs and harmless on a terminal: 0x9B begins an escape sequence too."""
    import json

    text = json.dumps(value, ensure_ascii=False).translate(IN_JSON)
    return text if text.isascii() or _encodable(text) else json.dumps(value)


def _encodable(text: str) -> bool:
    """False for half a character, as an argument that is no text brings it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def cells(text: str) -> int:
    """Columns the text takes on a terminal."""
    if text.isascii() or all(letter < PLAIN or letter in OWN for letter in text):  # ours must not cost an import
        return len(text)
    from unicodedata import category, east_asian_width

    seen = [letter for letter in text if category(letter) not in NO_COLUMN]
    return len(seen) + sum(east_asian_width(letter) in "WF" for letter in seen)


class Screen:
    """One output stream and what it can show."""

    __slots__ = ("_stream", "colour", "redraws", "terminal", "unicode", "width")

    def __init__(self, stream: TextIO, color: str = "auto", env: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        self.terminal = _is_terminal(stream)
        self.redraws = self.terminal and env.get("TERM") != "dumb"  # what was written can be taken back
        self.colour = _wants_colour(color, self.terminal, env)
        self.unicode = _can_unicode(stream, env)
        self.width = _width(self.terminal, env)

    def glyph(self, name: str) -> str:
        return GLYPHS[name][0 if self.unicode else 1]

    def paint(self, style: str, text: str) -> str:
        code = CODES[style]
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text

    def line(self, text: str = "") -> None:
        print(text, file=self._stream)

    def write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()

    def measure(self) -> int:
        """Takes the terminal's present width, as it may have been resized; its height in lines."""
        self.width, height = _size()
        return height

    def clip(self, text: str, room: int) -> str:
        """`text` in at most `room` columns, with an ellipsis where it was cut."""
        if cells(text) <= room:
            return text
        end = self.glyph("ellipsis")
        text = text[: LETTERS * room]
        while text and cells(text) > room - len(end):
            text = text[:-1]
        return text + end


def folded(screen: Screen, text: str, room: int = 0) -> list[str]:
    """The lines of a text, indented as it begins and a little more below; `room`: columns kept behind the last one."""
    from textwrap import wrap

    if not screen.terminal or len(text) + room <= screen.width:
        return [text]
    indent = " " * (len(text) - len(text.lstrip(" ")))
    columns = max(screen.width - room, len(indent) + LEAST)
    folding = wrap(text, columns, subsequent_indent=f"{indent}  ", break_on_hyphens=False, break_long_words=False)
    return folding or [text]


def standard_output(color: str) -> Screen:
    return Screen(_forgiving(sys.stdout), color)


def standard_error(color: str) -> Screen:
    return Screen(_forgiving(sys.stderr), color)


def _forgiving(stream: TextIO) -> TextIO:
    """A letter the encoding lacks is shown as `?`, never a traceback."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return stream


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _wants_colour(color: str, terminal: bool, env: Mapping[str, str]) -> bool:
    """The flag beats the environment; NO_COLOR beats the forcing variables."""
    if color != "auto":
        return color == "always"
    if env.get("NO_COLOR"):
        return False
    if env.get("FORCE_COLOR", "0") not in ("", "0") or env.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return terminal and env.get("TERM") != "dumb"


def _can_unicode(stream: TextIO, env: Mapping[str, str]) -> bool:
    """Python coerces LC_CTYPE to C.UTF-8 in the C locale, so that value says nothing about the terminal."""
    ctype = env.get("LC_CTYPE", "")
    said = env.get("LC_ALL") or ("" if ctype.startswith("C.") else ctype) or env.get("LANG") or "unsaid"
    return said not in ("C", "POSIX") and (stream.encoding or "").lower().startswith("utf")


def _width(terminal: bool, env: Mapping[str, str]) -> int:
    if env.get("COLUMNS", "").isdecimal():
        return max(int(env["COLUMNS"]), NARROWEST)
    return _size()[0] if terminal else USUAL_WIDTH


def _size() -> tuple[int, int]:
    """(columns, lines) of the terminal; a serial line or a bare pty says 0, which is no size."""
    try:
        columns, lines = os.get_terminal_size()
    except OSError:
        columns, lines = 0, 0
    return max(columns or USUAL_WIDTH, NARROWEST), lines or ENDLESS
