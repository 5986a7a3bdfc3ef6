"""Budgets: how much a model is to think, which some wires want in tokens and others in a word."""

from switchgear_protocol.content import Effort

BUDGETS: dict[Effort, int] = {"low": 4_096, "medium": 12_288, "high": 24_576, "xhigh": 65_536, "max": 65_536}
"""Effort -> tokens; the least is each wire's own."""


def effort(budget: int) -> Effort:
    """The word for so many tokens, rather too much than too little."""
    return next((word for word, tokens in BUDGETS.items() if budget <= tokens), "max")
