"""Sign-in pages: suspected from two providers at once, never from one."""

from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.clock import Now
from switchgeard.core.failure import Failure, garbled, transport_failure
from switchgeard.core.portal import WITHIN, Pages, noted, suspected

PAGE = garbled("an HTML page instead of an answer", html=True, status=200)
DOWN = transport_failure("connect", "refused")
ENDS: list[Failure | None] = [None, PAGE, DOWN]


def after(seconds: float) -> Now:
    return Now(1e9 + seconds, seconds)


def test_two_pages_within_ten_seconds_are_a_suspicion() -> None:
    """Other failures neither feed it nor end it; an answer ends it."""
    pages = noted({}, "a", PAGE, after(0))
    assert not suspected(pages, after(0))
    pages = noted(noted(pages, "c", DOWN, after(3)), "b", PAGE, after(WITHIN))
    assert suspected(pages, after(WITHIN))
    assert not suspected(pages, after(WITHIN + 0.1))
    assert not suspected(noted(pages, "c", None, after(WITHIN)), after(WITHIN))


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(ENDS), st.floats(0, 5)), max_size=30))
def test_it_takes_two_providers(attempts: list[tuple[str, Failure | None, float]]) -> None:
    """Whatever one provider does; and what is remembered is bounded by the providers."""
    pages: Pages = {}
    now = after(0)
    for _, failure, seconds in attempts:
        now = now.after(seconds)
        pages = noted(pages, "a", failure, now)
        assert not suspected(pages, now)
    for provider, failure, seconds in attempts:
        now = now.after(seconds)
        pages = noted(pages, provider, failure, now)
    assert len(pages) <= 2
