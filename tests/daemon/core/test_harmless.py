"""Harmless: what providers call their models cannot act in a prompt, and names behind the Tab key are one word."""

import shlex
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.harmless import KEPT, harmless, is_plain

ACTS = set("%`$\\'\"!#&;|<>*?[]{}^\x1b\x07\n\r\t\x9b")


@given(st.text(max_size=400))
def test_nothing_that_a_shell_or_a_terminal_acts_on_survives(text: str) -> None:
    """No control, direction or format character, nothing that zsh, bash, fish or tmux expand, one line, bounded."""
    shown = harmless(text)
    assert not ACTS & set(shown)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
    assert all(c.isalnum() or c == " " or c in KEPT or unicodedata.category(c)[0] in "LNMSP" for c in shown)
    assert len(shown) <= 80


@given(st.text(max_size=200))
def test_it_is_the_same_when_done_twice(text: str) -> None:
    """So it does not matter how many hands a name passes."""
    assert harmless(harmless(text)) == harmless(text)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Opus 4.6", "Opus 4.6"),
        ("x\x1b[31mred\x1b]0;title\x07", "x31mred0title"),
        ("$(rm -rf ~)`id`", "(rm -rf ~)id"),
        ("%F{red}%n", "Fredn"),
        ("#(touch /tmp/x)", "(touch /tmp/x)"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("e\u0301\u0301\u0301\u0301", "é\u0301"),
        ("Müller's  Qwen\t3", "Müllers Qwen 3"),
        ("模型", "模型"),
        ("a" * 100, "a" * 79 + "…"),
    ],
)
def test_a_name_is_still_known_by_what_is_left(name: str, shown: str) -> None:
    """Letters of every script stay."""
    assert harmless(name) == shown


@given(st.text(max_size=50) | st.from_regex(r"[\w./:@+~=-]{1,30}", fullmatch=True))
def test_a_plain_name_is_one_word_to_a_shell(name: str) -> None:
    """It needs no quotes, names no option, and expands to nothing else."""
    if is_plain(name):
        assert shlex.quote(name) == name
        assert not name.startswith(("-", "~", "="))
        assert name.isascii()


def test_what_models_are_called_is_plain() -> None:
    """Colons and slashes included."""
    assert all(map(is_plain, ("opus-4.6", "google/gemma-3:free", "claude_pro", "a", "@cf/x"[1:])))
    assert not any(map(is_plain, ("", "-m", "~x", "a b", "a\n", "a$b", "a'b", "ü")))
