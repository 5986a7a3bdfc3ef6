"""Budgets: how much a model is to think, which some wires want in tokens and others in a word."""

from switchgear_protocol.content import Effort

BUDGETS: dict[Effort, int] = {"low": 4_096, "medium": 12_288, "high": 24_576, "xhigh": 65_536, "max": 65_536}
"""Effort -> tokens; the least is each wire's own."""

OPEN_ENDED: frozenset[Effort | None] = frozenset({None, "xhigh", "max"})
"""Efforts that may take what the answer would need; so may a budget the client said itself (None)."""


def below(limit: int | None, wanted: int, effort: Effort | None) -> int:
    """So many tokens of thinking within a limit of all output, of which other efforts leave a fifth for the answer."""
    if limit is None:
        return wanted
    return min(wanted, limit - 1 if effort in OPEN_ENDED else limit * 4 // 5)


def effort(budget: int) -> Effort:
    """The word for so many tokens, rather too much than too little."""
    covering: list[Effort] = [word for word, tokens in BUDGETS.items() if budget <= tokens]
    return covering[0] if covering else "max"
