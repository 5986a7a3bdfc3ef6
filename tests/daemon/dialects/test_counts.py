"""Counts that come from outside: whatever stands there, a number comes out."""

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Usage
from switchgeard.dialects.counts import Counts, added, charged, inner, money, number, output

JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())


@pytest.mark.parametrize("value", [None, True, False, "7", [], {}, -1, 0, nan, inf, 1e12])
def test_what_is_no_count_is_zero(value: object) -> None:
    """Nor is a yes a one."""
    assert number(value) == 0


def test_the_first_count_is_taken() -> None:
    """In whole tokens."""
    assert number(None, 0, 7.9, 8) == 7


@given(st.lists(JUNK))
def test_any_values_give_a_count(values: list[object]) -> None:
    """Never negative, never a float."""
    assert type(number(*values)) is int
    assert number(*values) >= 0


def test_an_object_within_is_always_one() -> None:
    """Absent, null and text are empty objects."""
    assert inner({"a": {"b": 1}}, "a") == {"b": 1}
    assert inner({"a": None}, "a") == inner({"a": "b"}, "a") == inner({}, "a") == {}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((10, 5, 15, 3), 5),  # within, as the total says
        ((10, 5, 18, 3), 8),  # beside
        ((10, 5, 0, 3), 5),  # no total: within, for there is room for it
        ((10, 5, 0, 8), 13),  # no total: more than was written cannot be within
    ],
)
def test_reasoning_beside_the_output_is_found_out(counts: tuple[int, int, int, int], expected: int) -> None:
    """By the total, or because it would not fit."""
    assert output(*counts) == expected


def test_what_two_answers_spent_is_added_field_by_field() -> None:
    """What is not known adds nothing."""
    one, other = Usage(1, 2, 3, 4, 1), Usage(10, 20, 30, 40, 10)
    assert added(one, other) == Usage(11, 22, 33, 44, 11)
    assert added(None, one) == added(one, None) == one
    assert added(None, None) is None


@pytest.mark.parametrize(
    ("said", "usd"),
    [(0.0012, 0.0012), (0, 0.0), (-1, None), (True, None), ("1", None), ({"total": 1}, None), (1e9, None)],
)
def test_what_an_answer_cost_is_a_plain_number_of_dollars(said: object, usd: float | None) -> None:
    """Perplexity has an object of that name, which is another matter."""
    assert money(said) == usd


@pytest.mark.parametrize(
    ("counts", "credits_used", "usd"),
    [
        ({}, None, None),
        ({"cost": 0.0125}, None, 0.0125),
        ({"cost": 0.0125}, {"total_nano_aiu": 5_000_000_000}, 0.05),  # five credits, of a cent
        ({"cost_in_usd_ticks": 1_466_250}, None, 0.000146625),  # grok-3-mini: 1 in, 11 cached, 291 out
        ({"cost": 0.001, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.02}}, None, 0.021),
        ({"cost": 0.02, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.02}}, None, 0.02),
        ({"cost": 0.001, "is_byok": True, "cost_details": None}, None, 0.001),
        ({"cost": {"total_cost": 1}, "cost_in_usd_ticks": "1"}, {"total_nano_aiu": True}, None),
        ({"cost_in_usd_ticks": 10**400}, {"total_nano_aiu": 10**400}, None),
    ],
)
def test_what_was_charged_is_found_wherever_its_provider_says_it(
    counts: Counts, credits_used: object, usd: Any
) -> None:
    """In its own unit; with a key of the user's own at OpenRouter, what that costs too."""
    assert charged(counts, credits_used) == (None if usd is None else pytest.approx(usd))
