"""Cost: tokens times list price, and None where nobody knows the price."""

import pytest

from sample_offers import offer
from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing
from switchgeard.core.cost import cost_usd, list_usd, notional_usd
from switchgeard.core.offer import Price, Tier

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


LONG = Tier(200_000, 2.0, 20.0, cache_read=0.2)
TIERED = Price(1.0, 10.0, cache_read=0.1, cache_write=1.25, tiers=(LONG, Tier(400_000, 4.0, 40.0)))


@pytest.mark.parametrize(
    ("used", "usd"),
    [
        (Usage(200_000, 1000), 0.21),  # not more than the tier's start
        (Usage(200_001, 1000), 0.420002),  # all of it by the tier, the output too
        (Usage(1, 0, cache_read=200_000), 0.040002),  # cached tokens are of the prompt
        (Usage(1, 0, cache_write=200_000), 0.400002),  # what the tier does not name goes by its input
        (Usage(500_000, 0), 2.0),  # the longest that is reached
    ],
)
def test_the_whole_prompt_decides_the_tier(used: Usage, usd: float) -> None:
    """Fresh, read and written tokens together."""
    assert list_usd(TIERED, used) == pytest.approx(usd)


def test_what_is_kept_for_an_hour_costs_more_to_write() -> None:
    """Its own price; else twice the input where writing is not free at all; never counted twice."""
    used = Usage(cache_write=1_000_000, cache_write_1h=400_000)
    assert list_usd(Price(1.0, 0.0, cache_write=1.25, cache_write_1h=3.0), used) == pytest.approx(0.75 + 1.2)
    assert list_usd(Price(1.0, 0.0, cache_write=1.25), used) == pytest.approx(0.75 + 0.8)
    assert list_usd(Price(1.0, 0.0), used) == pytest.approx(1.0)


@pytest.mark.parametrize("billing", [Billing.METERED, Billing.PREPAID])
def test_what_the_provider_says_it_charged_is_believed(billing: Billing) -> None:
    """Before any price list, and without one; also when it says nothing was."""
    for said in (0.125, 0.0):
        used = Usage(1000, cost_usd=said)
        assert cost_usd(offer(price=Price(9.0, 9.0), billing=billing), used) == said
        assert cost_usd(offer(billing=billing), used) == said


def test_a_subscription_s_answer_has_a_list_price_beside_its_cost() -> None:
    """What it would have cost; nothing of the kind for a metered one, whose cost is that already."""
    price = Price(1.0, 1.0)
    used = Usage(1_000_000)
    for billing in (Billing.INCLUDED, Billing.LOCAL, Billing.PREPAID):
        assert notional_usd(offer(price=price, billing=billing), used) == pytest.approx(1.0)
    assert notional_usd(offer(price=price, billing=Billing.METERED), used) is None
    assert notional_usd(offer(billing=Billing.INCLUDED), used) is None
    assert notional_usd(offer(billing=Billing.INCLUDED), Usage(1, cost_usd=0.5)) == 0.5
    assert notional_usd(offer(price=price), None) is None
