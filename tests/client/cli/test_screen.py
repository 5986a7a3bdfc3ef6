"""Cleaning of foreign text, widths and tables."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.cli.screen import Screen, cells, clean, clean_answer, json_line
from switchgear.cli.table import rows


@given(st.text())
def test_cleaned_text_is_one_harmless_line(text: str) -> None:
    """No control byte, no direction override, nothing else lost."""
    cleaned = clean(text)
    assert not any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
    assert clean(cleaned) == cleaned


@given(st.text())
def test_an_answer_keeps_its_lines_and_tabs(text: str) -> None:
    """But no escape."""
    cleaned = clean_answer(text)
    assert cleaned.count("\n") == text.count("\n")
    assert "\x1b" not in cleaned


def test_width_counts_columns_not_letters() -> None:
    """Wide and combining letters."""
    assert (cells("abc"), cells("日本"), cells("●░"), cells("e\u0301日")) == (3, 4, 2, 3)


def test_rows_align_whatever_is_in_them() -> None:
    """Short rows, styles and wide letters."""
    screen = Screen(io.StringIO(), "always", {"COLUMNS": "80"})
    assert list(rows(screen, [["a", ("good", "日本"), "x"], ["bbb", "c", ""], ["d"]])) == [
        "  a     \x1b[32m日本\x1b[0m   x",
        "  bbb   c",
        "  d",
    ]


def test_a_terminal_without_a_size_is_not_taken_for_a_tiny_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare pty says 0 x 0."""
    monkeypatch.setattr("os.get_terminal_size", lambda: (0, 0))
    screen = Screen(io.StringIO(), "never", {})
    assert (screen.measure(), screen.width) == (10_000, 100)


def test_a_long_last_cell_is_cut_to_the_terminal() -> None:
    """With an ellipsis, so that one row is one line."""
    screen = Screen(io.StringIO(), "never", {"COLUMNS": "40"})
    screen.terminal = True
    (line,) = rows(screen, [["name", "x" * 99]])
    assert cells(line) == 40
    assert line.endswith(screen.glyph("ellipsis"))


@given(st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
def test_json_for_programs_is_exact_and_harmless_on_a_terminal(value: object) -> None:
    """No control characters, no direction overrides; half a character does not break it either."""
    shown = json_line(value)
    assert json.loads(shown) == value
    assert clean(shown) == shown
    assert json.loads(json_line("\udcff\x9b31m")) == "\udcff\x9b31m"


@pytest.mark.parametrize("letter", ["\x9b", "\x7f", "\u061c", "\u2028", "\u2029", "\u202e", "\u2066"])
def test_what_acts_on_a_terminal_is_not_shown(letter: str) -> None:
    """Neither in a line nor in an answer; a separator of lines is no line's end."""
    assert clean(f"a{letter}b").replace(" ", "") == clean_answer(f"a{letter}b") == "ab"
