"""Typical: what is held for an answer that still runs."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sample_offers import offer
from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing
from switchgeard.core.cost import list_usd
from switchgeard.core.offer import Features, Price, Tier
from switchgeard.core.typical import MOST, UNKNOWN, Typical, expected_usd, learned

PRICE = Price(input=5.0, output=25.0, cache_read=0.5, cache_write=6.25)
PAID = offer("paid", billing=Billing.METERED, price=PRICE)


def test_before_anything_is_known_it_is_the_prompt_and_a_thousand_tokens() -> None:
    """100 000 x 5 USD and 1000 x 25 USD a million."""
    assert expected_usd(PAID, 100_000, UNKNOWN) == 0.5 + 0.025


def test_a_limit_is_only_the_most_an_answer_can_have() -> None:
    """A client that always allows 32 000 tokens is not taken at its word; one that allows ten is."""
    assert expected_usd(PAID, 0, UNKNOWN, limit=32_000) == 0.025
    assert expected_usd(PAID, 0, UNKNOWN, limit=10) == 0.00025
    short = replace(PAID, features=Features(max_output=100))
    assert expected_usd(short, 0, UNKNOWN, limit=32_000) == 0.0025


def test_what_costs_nothing_or_nobody_knows_what_holds_nothing() -> None:
    """A subscription's list price is nobody's bill."""
    assert expected_usd(replace(PAID, billing=Billing.INCLUDED), 100_000, UNKNOWN) == 0.0
    assert expected_usd(replace(PAID, price=None), 100_000, UNKNOWN) == 0.0


def test_a_warm_session_holds_what_its_cached_prompts_cost() -> None:
    """A tenth, and not the list price of all of it again; after a cold one at once more."""
    warm = Usage(input=1_000, output=400, cache_read=99_000)
    cold = Usage(output=400, cache_write=100_000)
    first = learned(None, PAID, 100_000, warm)
    assert (first.answer, round(first.share, 3)) == (400.0, 0.109)
    assert round(expected_usd(PAID, 100_000, first), 4) == 0.0545 + 0.01
    again = learned(first, PAID, 100_000, cold)
    assert round(again.share, 3) == 0.679  # half the way up to 1.25
    assert learned(again, PAID, 100_000, warm).share > 0.5  # and slowly down


def test_longer_answers_are_learned_at_once_shorter_ones_slowly() -> None:
    """Rather a request too few beside the others than a budget passed."""
    known = Typical(answer=1000.0)
    assert learned(known, PAID, 10, Usage(output=9000)).answer == 5000.0
    assert learned(known, PAID, 10, Usage(output=0)).answer == 750.0


def test_a_long_prompt_goes_by_its_tier() -> None:
    """The answer too."""
    tiered = replace(PAID, price=replace(PRICE, tiers=(Tier(200_000, 10.0, 37.5),)))
    assert round(expected_usd(tiered, 300_000, UNKNOWN), 4) == 3.0 + 0.0375


TOKENS = st.integers(0, 2_000_000)


@given(st.lists(st.builds(Usage, TOKENS, TOKENS, TOKENS, TOKENS), min_size=1, max_size=20), TOKENS, st.none() | TOKENS)
def test_what_is_expected_stays_between_nothing_and_the_dearest(
    usages: list[Usage], prompt: int, limit: int | None
) -> None:
    """Whatever providers say they used."""
    known: Typical | None = None
    for usage in usages:
        known = learned(known, PAID, prompt, usage)
    assert known is not None
    dearest = max(usage.output for usage in usages)
    answer = dearest + 1 if limit is None else min(dearest + 1, limit)
    most = (list_usd(PRICE, Usage(input=prompt)) or 0.0) * MOST + (list_usd(PRICE, Usage(output=answer)) or 0.0)
    assert 0.0 <= expected_usd(PAID, prompt, known, limit) <= most + 1e-9
