"""Cost: what one answer cost at an offer's list price. Source of the arithmetic: tokens x USD per million.

`included` and `local` offers cost nothing at the margin; an offer whose price nobody gave costs None,
which is told apart from 0 everywhere.
"""

from switchgear_protocol.content import Usage
from switchgear_protocol.words import Billing

from .offer import Offer

MILLION = 1_000_000


def cost_usd(offer: Offer, usage: Usage | None) -> float | None:
    """USD charged for `usage` at `offer`, or None when the price is not known."""
    if usage is None:
        return None
    if offer.billing in (Billing.INCLUDED, Billing.LOCAL):
        return 0.0
    price = offer.price
    if price is None:
        return None
    read = price.input if price.cache_read is None else price.cache_read
    write = price.input if price.cache_write is None else price.cache_write
    total = usage.input * price.input + usage.output * price.output
    return (total + usage.cache_read * read + usage.cache_write * write) / MILLION
