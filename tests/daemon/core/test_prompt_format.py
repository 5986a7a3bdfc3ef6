"""Prompt format: fields into one line, and parts that have nothing to say left out."""

import pytest

from switchgeard.core.prompt_format import FORMAT, unknown_field, worded

SAID = {"model": "Opus 4.6", "provider": "Claude Pro", "window": "5h", "left": "62/100 left"}


def test_the_usual_line_leaves_out_what_has_nothing_to_say() -> None:
    """No trouble: no word about it."""
    assert worded(FORMAT, SAID) == "Opus 4.6 via Claude Pro · 5h 62/100 left"


def test_a_part_with_one_empty_field_is_left_out_whole() -> None:
    """A window without its figure says nothing."""
    assert worded(FORMAT, {**SAID, "left": "", "state": "nearly spent"}) == "Opus 4.6 via Claude Pro · nearly spent"


@pytest.mark.parametrize("format", [FORMAT, "ai: · {model}", "{state}"])
def test_a_line_that_would_say_nothing_is_empty(format: str) -> None:
    """Words of the user's alone are no news."""
    assert worded(format, {}) == ""


def test_what_a_field_says_is_no_format() -> None:
    """A model called {provider} stays that."""
    assert worded("{model}", {"model": "{provider}", "provider": "x"}) == "{provider}"


def test_an_unknown_field_is_named() -> None:
    """So that the config can say which."""
    assert unknown_field("{model} {modle}") == "modle"
    assert unknown_field("{}") == ""
    assert unknown_field(FORMAT) is None
