"""The person at the terminal."""

import pytest

from switchgear.cli.terminal import answer


def test_what_they_say_is_taken_without_its_blanks_and_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enter alone is an answer: the default of whoever asked."""
    said = iter([" Yes ", ""])
    monkeypatch.setattr("builtins.input", lambda question: next(said))
    assert [answer("Sure?"), answer("Sure?")] == ["yes", ""]


def test_ctrl_d_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it Enter."""

    def leave(question: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", leave)
    assert answer("Sure?") is None
