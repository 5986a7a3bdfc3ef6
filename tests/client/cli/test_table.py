"""Tables: columns, and lines that go on below."""

from hypothesis import given
from hypothesis import strategies as st

from switchgear.cli.table import wrapped

WORDS = st.lists(st.text("abcd", min_size=1, max_size=8), min_size=1, max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=5), st.integers(12, 40))
def test_wrapping_loses_no_word_and_passes_no_edge(parts: list[list[str]], room: int) -> None:
    """Whatever the words; and no line begins with a comma or a blank."""
    text = ", ".join(" ".join(words) for words in parts)
    lines = wrapped(text, room)
    assert " ".join(lines) == text
    assert all(len(line) <= room and line[0] not in ", " for line in lines)


def test_a_line_is_broken_behind_a_comma_where_that_does_it() -> None:
    """What belongs together stays so."""
    assert wrapped("7 % left, nearly spent, resets in 1 h", 25) == ["7 % left, nearly spent,", "resets in 1 h"]
    assert wrapped("resets in 1 h", 12) == ["resets in 1", "h"]
