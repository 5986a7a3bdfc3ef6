"""Tool call ids: legal ones stay, others become legal, alike each time and different from each other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.dialects.tool_ids import CLIENT_LIMIT, MARK, nine, original, renamed, safe


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


@given(st.text(max_size=100))
def test_a_client_gets_a_legal_name_and_the_provider_its_own_id_back(id: str) -> None:
    """Unless it is too long to be carried in the name: then it is a name of its own, the same each time."""
    name = renamed(id)
    assert re.fullmatch(r"[a-zA-Z0-9_-]+", name)
    assert len(name) <= CLIENT_LIMIT
    assert renamed(id) == name
    carried = len(id.encode("utf-8", "surrogatepass")) <= 36
    assert original(name) == id or not carried


@given(st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True))
def test_a_legal_id_goes_to_a_client_as_it_is(id: str) -> None:
    """And comes back as it is, unless it looks like a name of ours: that one is carried."""
    assert renamed(id) == id or id.startswith(MARK)
    assert original(renamed(id)) == id or len(id) > 36


@given(st.text(max_size=40).map(lambda text: MARK + text))
def test_a_name_nobody_gave_stays(id: str) -> None:
    """Whatever comes behind the mark; only what `renamed` makes is read back."""
    back = original(id)
    assert back == id or renamed(back) == id


@pytest.mark.parametrize("id", [MARK + "\x80", MARK + "ME", MARK + "m", MARK + "77777777", MARK + "mf"])
def test_a_clients_own_id_that_looks_like_a_name_of_ours_stays(id: str) -> None:
    """Not ASCII, not lower case, not base32, not UTF-8, not the shortest way to write it."""
    assert original(id) == id
