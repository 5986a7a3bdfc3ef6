"""Effort in words and in tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Effort
from switchgeard.dialects.budgets import BUDGETS, effort


@pytest.mark.parametrize(
    ("budget", "word"),
    [(0, "low"), (4_096, "low"), (4_097, "medium"), (24_576, "high"), (24_577, "xhigh"), (65_537, "max")],
)
def test_a_budget_has_a_word(budget: int, word: Effort) -> None:
    """The least that covers it."""
    assert effort(budget) == word


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_more_tokens_are_never_less_effort(one: int, other: int) -> None:
    """In the order of the table."""
    order = list(BUDGETS)
    few, many = sorted((one, other))
    assert order.index(effort(few)) <= order.index(effort(many))
