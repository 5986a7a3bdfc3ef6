"""What we put into a file, found again and taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear.cli.connect.piece import VEIL, NotOurs, Piece, as_json, from_json, revert, token_in, veiled

TOKENS = st.text(alphabet="abcXYZ019_-", min_size=1).map("sgw_".__add__)
LINES = st.text(alphabet="ab =\n", max_size=20)


@given(LINES, TOKENS, LINES)
def test_what_was_written_is_cut_to_the_byte(before: str, token: str, after: str) -> None:
    """Whatever stands around it, and whichever token is in it."""
    wrote = f"key = {token} # ours\n"
    text = before + ("\n" if before and not before.endswith("\n") else "")
    piece = from_json(as_json([Piece(wrote, "was = 1\n")]))[0]
    assert revert(text + wrote + after, [piece]) == f"{text}was = 1\n{after}"


@pytest.mark.parametrize("text", ["", "a = 1\na = 1\n", "b.a = 1\n", "a = 12\n"])
def test_what_is_not_there_once_on_a_line_of_its_own_is_not_ours(text: str) -> None:
    """Absent, twice, or part of something else."""
    with pytest.raises(NotOurs):
        revert(text, [Piece("a = 1\n")])


@given(TOKENS)
def test_a_token_is_found_and_hidden(token: str) -> None:
    """Its veil is none."""
    assert token_in(f'"{token}"') == token
    assert veiled(f'"{token}"') == f'"{VEIL}"'
    assert token_in(f'"{VEIL}"') is None
