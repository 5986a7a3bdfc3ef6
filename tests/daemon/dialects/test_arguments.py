"""Arguments of a call as text, as an object, and as free text."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.dialects.arguments import BEGINS, ENDS, as_object, escaped, free_text, of_free_text, read


def test_an_object_stays_as_the_model_wrote_it() -> None:
    """No arguments are an empty one; anything else is wrapped."""
    assert msgspec.json.encode(as_object('{ "a":1.0}')) == b'{ "a":1.0}'
    assert msgspec.json.encode(as_object("")) == b"{}"
    assert as_object("[1]") == {"arguments": "[1]"}


@pytest.mark.parametrize("text", ["[1]", '"a"', "{", "null", "[" * 100_000])
def test_what_is_no_object_is_read_as_none(text: str) -> None:
    """However deep."""
    assert read(text) is None
    assert free_text(text) == text


@given(st.text())
def test_free_text_comes_back(text: str) -> None:
    """Whole or in pieces."""
    assert free_text(of_free_text(text)) == text
    half = len(text) // 2
    assert json.loads(BEGINS + escaped(text[:half]) + escaped(text[half:]) + ENDS) == {"input": text}


def test_what_holds_no_text_is_handed_over_as_it_is() -> None:
    """For the client to refuse."""
    assert free_text('{"input":1}') == '{"input":1}'
    assert free_text("{}") == "{}"
