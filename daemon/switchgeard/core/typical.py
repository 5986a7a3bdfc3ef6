"""Typical: what a running answer is expected to cost, by what its like cost before.

A client that always allows 32 000 tokens of answer uses some hundred; so its own limit, and the model's, are only the
most an answer is taken to have. What is learned rises at once and falls slowly: rather a request too few beside the
others than a budget passed. Rules for editing: pure, USD at list price, figures for reservations only: nothing is
billed, counted or compared by them. Where the price is not known there is nothing to expect.
"""

from msgspec import Struct
from msgspec.structs import replace

from switchgear_protocol.content import Usage

from .cost import FREE, list_usd
from .margin import ANSWER
from .offer import Offer

RISES, FALLS = 0.5, 0.25  # how far one answer moves what is learned
LEAST, MOST = 0.02, 2.5  # of a prompt's list price: it was nearly all cached; it was longer, and written to the cache


class Typical(Struct, frozen=True):
    """Of one offer's answers: output tokens, and what part of its list price a prompt costs; much of it is cached."""

    answer: float = float(ANSWER)
    share: float = 1.0


UNKNOWN = Typical()


def learned(before: Typical | None, offer: Offer, prompt: int, usage: Usage) -> Typical:
    """With one whole answer more. `prompt`: how many tokens it was taken for before."""
    share = _share(offer, prompt, usage)
    if before is None:
        return Typical(float(usage.output), 1.0 if share is None else share)
    return Typical(_moved(before.answer, usage.output), before.share if share is None else _moved(before.share, share))


def expected_usd(offer: Offer, prompt: int, typical: Typical, limit: int | None = None) -> float:
    """What a request is expected to cost: its prompt, and a typical answer. `limit`: its own on the answer's tokens."""
    whole = None if offer.billing in FREE else list_usd(offer.price, Usage(input=prompt))
    if whole is None:
        return 0.0
    limits = [most for most in (limit, offer.features.max_output) if most is not None]
    answer = round(min([typical.answer, *limits]))
    return (list_usd(offer.price, Usage(input=prompt, output=answer)) or 0.0) + whole * (typical.share - 1.0)


def _share(offer: Offer, prompt: int, usage: Usage) -> float | None:
    """What part of its list price the prompt did cost; None where it has none."""
    whole, paid = list_usd(offer.price, Usage(input=prompt)), list_usd(offer.price, replace(usage, output=0))
    return None if not whole or paid is None else min(max(paid / whole, LEAST), MOST)


def _moved(before: float, seen: float) -> float:
    return before + (seen - before) * (RISES if seen > before else FALLS)
