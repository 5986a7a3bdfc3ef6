"""Harmless: foreign names made fit to stand in a shell's prompt, on a status line, or behind a Tab key. Pure.

Model names and labels come from providers and are shown by programs that expand what they show: zsh `%` and, with
prompt_subst, `$` and backquotes, bash backslashes, tmux `#(...)`, terminals escape sequences. So this is a list of
what may stay, never of what must go. Rules for editing: add a character only when no shell, tmux or terminal gives
it a meaning.
"""

import re
import unicodedata
from functools import lru_cache

LONGEST = 80  # characters of one text
MARKS = 1  # combining marks on one letter
KEPT = frozenset(".,:/@+=~()_·…•")
FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters or signs by category, yet nothing is seen of them
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,199}")


@lru_cache(maxsize=512)  # of labels that hardly ever change, asked for with every answer
def harmless(text: str, longest: int = LONGEST) -> str:
    """`text` on one line with letters, digits, spaces and a few signs; what is too long ends in "…"."""
    kept = "".join(_stays(letter) for letter in unicodedata.normalize("NFC", text[: 4 * longest]))
    words = " ".join(_few_marks(kept).split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def is_plain(name: str) -> bool:
    """Whether a shell takes the name for one word as it is: what Tab may put on a command line."""
    return PLAIN.fullmatch(name) is not None


def _stays(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter in FILLERS:
        return ""
    if kind[0] in "LNM" or kind in ("So", "Pd") or letter in KEPT:
        return letter
    return " " if kind == "Zs" or letter in "\t\n" else ""


def _few_marks(text: str) -> str:
    """At most `MARKS` combining marks in a row: towers of them reach into other lines."""
    kept, row = [], MARKS
    for letter in text:
        row = row + 1 if unicodedata.category(letter)[0] == "M" else 0
        if row <= MARKS:
            kept.append(letter)
    return "".join(kept)
