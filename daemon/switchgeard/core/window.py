"""Window: how large a context window a refusal proves to be too small.

What is believed of a window may be its maker's figure, while a plan, a router or a server gives less: then the refusal
knows better. Rules for editing: pure; the provider's own number is the best evidence, a figure of the catalogue is none
against a refusal.
"""

import re

from .offer import Offer

_SAID = (
    r"> ?(\d+) maximum",  # prompt is too long: 213462 tokens > 200000 maximum
    r"context limit: [\d +]{1,40}> ?(\d+)",  # input length and max_tokens exceed context limit: 195000 + 8192 > 200000
    r"exceeds the limit of (\d+)",
    r"maximum (?:context|prompt) length (?:is|of) (\d+)",
    r"context length (?:is|of) only (\d+)",
    r"maximum number of tokens allowed \((\d+)\)",
)
_NUMBER = re.compile("|".join(_SAID), re.IGNORECASE)
LEAST = 1000  # tokens: a smaller number counts something else


def told(message: str) -> int | None:
    """The window in tokens that a refusal names; None where it names none."""
    found = _NUMBER.search(message)
    tokens = int(next(group for group in found.groups() if group)[:12]) if found else 0
    return tokens if tokens >= LEAST else None


def outgrown(offer: Offer, needed: int, message: str) -> int:
    """Tokens a window must exceed to be tried after this offer refused a prompt of about `needed` tokens."""
    known = 0 if offer.assumed_window else offer.features.context or 0
    return max(told(message) or known, needed)
