"""Cost: what one answer costs at an offer. Source of the arithmetic: tokens x USD per million.

Rules for editing: two figures, never mixed. `list_usd` is what the tokens cost at list price, whoever pays; `cost_usd`
is what this answer adds to a bill: nothing at `included` and `local` offers, the provider's own word for it where
it gives one. A price nobody gave is None, which is told apart from 0 everywhere.
"""

from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing

from .offer import Offer, Price, Tier

MILLION = 1_000_000
FREE = (Billing.INCLUDED, Billing.LOCAL)
LONG_WRITE = 2.0  # x input: what is asked for keeping an hour, where keeping minutes is not free and no price is given


def cost_usd(offer: Offer, usage: Usage | None) -> float | None:
    """USD charged for `usage` at `offer`, or None when the price is not known."""
    if usage is None:
        return None
    if offer.billing in FREE:
        return 0.0
    return list_usd(offer.price, usage) if usage.cost_usd is None else usage.cost_usd


def notional_usd(offer: Offer, usage: Usage | None) -> float | None:
    """USD at list price of what was paid for in advance or is our own; None for metered ones and unknown prices."""
    if usage is None or offer.billing is Billing.METERED:
        return None
    return usage.cost_usd if offer.price is None else list_usd(offer.price, usage)


def list_usd(price: Price | None, usage: Usage) -> float | None:
    """USD of these tokens at this price; the whole answer goes by the tier its prompt reaches."""
    if price is None:
        return None
    rate = _rate(price, prompt_tokens(usage))
    total = usage.input * rate.input + usage.output * rate.output + usage.cache_read * _read(rate)
    long = min(usage.cache_write_1h, usage.cache_write)
    return (total + (usage.cache_write - long) * _write(rate) + long * _write_long(rate)) / MILLION


def prompt_tokens(usage: Usage) -> int:
    """The whole prompt: what was read anew, from the cache, and into it."""
    return usage.input + usage.cache_read + usage.cache_write


def _rate(price: Price, prompt: int) -> Price | Tier:
    reached = [tier for tier in price.tiers if prompt > tier.above]
    return max(reached, key=lambda tier: tier.above) if reached else price


def _read(rate: Price | Tier) -> float:
    return rate.input if rate.cache_read is None else rate.cache_read


def _write(rate: Price | Tier) -> float:
    return rate.input if rate.cache_write is None else rate.cache_write


def _write_long(rate: Price | Tier) -> float:
    if rate.cache_write_1h is not None:
        return rate.cache_write_1h
    return rate.input if rate.cache_write is None else max(rate.cache_write, LONG_WRITE * rate.input)
