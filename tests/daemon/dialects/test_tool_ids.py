"""Tool call ids: legal ones stay, others become legal, alike each time and different from each other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.dialects.tool_ids import nine, safe


@pytest.mark.parametrize("id", ["toolu_01Abc-_", "call_1", "x" * 64])
def test_a_legal_id_stays(id: str) -> None:
    """A transcript that never moves never changes."""
    assert safe(id, 64) == id
    assert nine("gSIMJiOkT") == "gSIMJiOkT"


@given(st.text(max_size=100), st.integers(20, 64))
def test_any_id_becomes_legal(id: str, limit: int) -> None:
    """On a wire with a limit, and on the one that wants nine; the legal form is its own."""
    assert re.fullmatch(r"[a-zA-Z0-9_-]+", safe(id, limit))
    assert len(safe(id, limit)) <= limit
    assert safe(safe(id, limit), limit) == safe(id, limit)
    assert re.fullmatch(r"[a-zA-Z0-9]{9}", nine(id))
    assert nine(nine(id)) == nine(id)


@given(st.lists(st.text(max_size=80), unique=True, max_size=50))
def test_different_ids_stay_different(ids: list[str]) -> None:
    """A result may not find another call."""
    assert len({safe(key, 40) for key in ids}) == len({nine(key) for key in ids}) == len(ids)
