"""The retry budget: storms end, health earns retries back."""

from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.budget import FULL, after, allows_retry


def test_five_failures_in_a_row_end_retries_at_the_same_target() -> None:
    """A target that keeps failing is tried once per request from then on."""
    tokens = FULL
    for _ in range(4):
        tokens = after(tokens, failed=True)
        assert allows_retry(tokens)
    assert not allows_retry(after(tokens, failed=True))


def test_successes_earn_retries_back() -> None:
    """Five successes make up for one failure."""
    tokens = FULL / 2
    assert not allows_retry(tokens)
    assert allows_retry(after(tokens, failed=False))


@given(st.lists(st.booleans(), max_size=200))
def test_tokens_stay_within_their_bounds(history: list[bool]) -> None:
    """Whatever happens, between empty and full."""
    tokens = FULL
    for failed in history:
        tokens = after(tokens, failed)
        assert 0.0 <= tokens <= FULL
