"""What a provider's JSON says, member by member, whatever it is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.kinds import reply

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'"a"', b"7", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused_or_empty(body: bytes) -> None:
    """As the reader asks for it."""
    with pytest.raises(ValueError, match="the reply is no"):
        reply.members(body)
    assert reply.members_if_any(body) == {}


@given(JSON)
def test_what_is_no_such_thing_was_not_said(value: object) -> None:
    """A member of another sort or size is as good as none."""
    row = {"m": value}
    assert reply.text(row, "m") in (None, value)
    assert all(text and text.isprintable() for text in reply.texts(row, "m"))
    assert isinstance(reply.inner(row, "m"), dict)
    assert (found := reply.count(row, "m")) is None or found >= 0
    assert (price := reply.usd(row, "m")) is None or 0 <= price <= reply.DEAREST


@pytest.mark.parametrize(
    ("value", "price"),
    [
        ("0.000003", 3.0),
        (0.00000125, 1.25),
        ("0", 0.0),
        ("-1", None),
        ("x", None),
        (True, None),
        (None, None),
        (1e9, None),
    ],
)
def test_a_price_per_token_is_one_per_million_or_none(value: object, price: float | None) -> None:
    """A negative price is a router's "it depends"; a preposterous one is a slip of the unit."""
    assert reply.usd({"p": value}, "p", 1e6) == price


@pytest.mark.parametrize(
    ("value", "amount"),
    [("12.50", 12.5), (3, 3.0), ("-0.5", 0.0), (-7, 0.0), ("x", None), ("nan", None), (None, None), (True, None)],
)
def test_what_is_owed_is_nothing_left(value: object, amount: float | None) -> None:
    """A balance below zero is an empty one; what is no amount was not said."""
    assert reply.left({"m": value}, "m") == amount


def test_an_ability_is_said_in_several_ways() -> None:
    """A bare truth value, or an object that holds one; anything else says nothing."""
    row = {"a": True, "b": {"supported": False}, "c": "yes", "d": {"x": 1}}
    assert [reply.flag(row, name) for name in "abcde"] == [True, False, None, None, None]
