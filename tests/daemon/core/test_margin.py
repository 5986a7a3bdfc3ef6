"""Margin: what a turn would cost, before it is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_offers import T0, offer
from switchgear_protocol.words import Billing
from switchgeard.core.margin import SCARCE, Turn, headroom, reread_usd, scarcity, turn, turn_usd
from switchgeard.core.offer import Price
from switchgeard.core.quota import RATE, Window

PRICE = Price(5.0, 25.0, cache_read=0.5, cache_write=6.25)


def priced(billing: Billing, left: float = 1.0, price: Price | None = PRICE) -> float | None:
    return turn_usd(offer(billing=billing, price=price), Turn(100_000, 80_000, 1000), left)


def test_a_paid_turn_costs_what_its_tokens_do_with_the_cache_as_it_is() -> None:
    """Read what is cached, write the rest, and an answer."""
    whole = (80_000 * 0.5 + 20_000 * 6.25 + 1000 * 25) / 1e6
    assert priced(Billing.METERED) == priced(Billing.PREPAID) == pytest.approx(whole)
    free_writes = Price(5.0, 25.0, cache_read=0.5)
    assert priced(Billing.METERED, price=free_writes) == pytest.approx((80_000 * 0.5 + 20_000 * 5 + 25_000) / 1e6)
    assert priced(Billing.METERED, price=None) is None


def test_what_is_paid_for_is_free_while_there_is_plenty_of_it() -> None:
    """Then its price rises to that of the list; a local server is always free."""
    listed = priced(Billing.METERED)
    assert listed is not None
    assert [priced(Billing.INCLUDED, left) for left in (1.0, SCARCE, SCARCE / 2, 0.0)] == pytest.approx(
        [0.0, 0.0, listed / 2, listed]
    )
    assert priced(Billing.INCLUDED, 0.0, None) == 0.0
    assert priced(Billing.LOCAL, 0.0) == 0.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_less_left_is_never_cheaper(one: float, other: float) -> None:
    """The shadow price only rises as the plan runs out."""
    low, high = sorted((one, other))
    assert 0 <= scarcity(high) <= scarcity(low) <= 1


def test_an_answer_is_taken_to_be_middling_unless_the_caller_wants_a_shorter_one() -> None:
    """A limit of 64k says nothing of what comes."""
    assert [turn(10, limit).answer for limit in (None, 50, 64_000)] == [1000, 50, 1000]


def test_reading_a_conversation_anew_costs_its_prompt_only() -> None:
    """No answer, nothing cached."""
    assert reread_usd(offer(billing=Billing.METERED, price=PRICE), 100_000) == pytest.approx(0.625)


def window(**fields: object) -> Window:
    known: dict[str, object] = {"observed_at": T0.wall, "source": "header", "resets_at": T0.wall + 3600}
    return Window("a", "5h", **{**known, **fields})  # type: ignore[arg-type]


def test_the_tightest_lasting_window_says_what_is_left() -> None:
    """Rates and what was reset since do not count; limits and what remains of them do."""
    tight = window(limit=100.0, remaining=30.0)
    rate = window(used=0.99, resets_at=T0.wall + RATE)
    past = window(used=0.99, resets_at=T0.wall - 1)
    assert headroom([window(used=0.5), tight, rate, past, window()], T0) == pytest.approx(0.3)
    assert headroom([window(used=1.4)], T0) == 0.0
    assert headroom([], T0) == 1.0
