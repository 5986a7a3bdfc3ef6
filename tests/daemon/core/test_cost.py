"""Cost: tokens times list price, and None where nobody knows the price."""

import pytest

from sample_offers import offer
from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing
from switchgeard.core.cost import cost_usd
from switchgeard.core.offer import Price

USED = Usage(input=1_000_000, output=500_000, cache_read=2_000_000, cache_write=100_000)


def priced(price: Price | None, billing: Billing = Billing.METERED) -> float | None:
    return cost_usd(offer(price=price, billing=billing), USED)


def test_each_sort_of_token_has_its_price() -> None:
    """Per million."""
    assert priced(Price(15.0, 75.0, cache_read=1.5, cache_write=18.75)) == pytest.approx(15 + 37.5 + 3 + 1.875)


def test_cached_tokens_without_a_price_of_their_own_cost_what_input_costs() -> None:
    """Too much rather than too little."""
    assert priced(Price(10.0, 0.0)) == pytest.approx(10 + 20 + 1)


def test_a_free_price_is_not_an_unknown_one() -> None:
    """0 and None are told apart."""
    assert priced(Price(0.0, 0.0)) == 0.0
    assert priced(None) is None
    assert priced(None, Billing.PREPAID) is None


@pytest.mark.parametrize("billing", [Billing.INCLUDED, Billing.LOCAL])
def test_what_is_paid_for_already_costs_nothing_more(billing: Billing) -> None:
    """Whatever its list price."""
    assert priced(Price(15.0, 75.0), billing) == 0.0


def test_no_usage_no_cost() -> None:
    """An attempt that reported none."""
    assert cost_usd(offer(price=Price(1.0, 1.0), billing=Billing.METERED), None) is None
