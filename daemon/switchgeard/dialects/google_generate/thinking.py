"""Thinking on google.generate: what a model is told, and what it wants of its own thoughts, by model id.

Gemini from LEVELS on takes a level, 2.5 a budget of tokens within its own bounds; older ones and other models
behind this wire refuse to be told. An id without a version (gemini-flash-latest) is of the newest.
"""

import re
from typing import Any

from switchgear_protocol.content import Effort, Reasoning
from switchgeard.dialects import budgets

Version = tuple[int, int]

LEVELS: Version = (3, 0)
BUDGETED: Version = (2, 5)
NEWEST: Version = (99, 0)
OTHER: Version = (0, 0)

BUDGETS: dict[Effort, int] = {"minimal": 1_024, **budgets.BUDGETS}
BOUNDS = (("flash-lite", 0, 512, 24_576), ("flash", 0, 1, 24_576), ("", 128, 128, 32_768))
"""Of 2.5, by what the id holds: the budget that is none, the least and the most that is some."""

_VERSION = re.compile(r"gemini-(\d{1,2})(?:[-.](\d{1,2})(?!\d))?(?!\d)")


def version(model: str) -> Version:
    """(3, 1) of `gemini-3.1-pro-preview`."""
    found = _VERSION.search(model.lower())
    if found:
        return int(found[1]), int(found[2] or 0)
    return NEWEST if "gemini-" in model.lower() else OTHER


def wants_signatures(model: str) -> bool:
    """Whether each step of a tool loop must begin with a signed call; such a model also takes media in results."""
    return version(model) >= LEVELS


def thinking(asked: Reasoning | None, model: str, max_tokens: int | None) -> dict[str, Any] | None:
    """`thinkingConfig`, None where there is nothing to say."""
    if asked is None or (asked.effort is None and asked.budget_tokens is None) or version(model) < BUDGETED:
        return None
    off = asked.effort == "none" or (asked.effort is None and asked.budget_tokens == 0)
    shown: dict[str, Any] = {} if off else {"includeThoughts": True}
    if version(model) >= LEVELS:
        return {**shown, "thinkingLevel": _level(asked, model, off=off)}
    return {**shown, "thinkingBudget": _budget(asked, model, max_tokens, off=off)}


def _level(asked: Reasoning, model: str, *, off: bool) -> str:
    """None of these models can be stopped from thinking, and the large ones not from thinking a little."""
    large = "flash" not in model
    effort = "none" if off else asked.effort or budgets.effort(asked.budget_tokens or 0)
    if effort in ("none", "minimal"):
        return "LOW" if large else "MINIMAL"
    if effort == "medium" and large and version(model) == LEVELS:
        return "HIGH"
    return {"low": "LOW", "medium": "MEDIUM"}.get(effort, "HIGH")


def _budget(asked: Reasoning, model: str, max_tokens: int | None, *, off: bool) -> int:
    """Thoughts are part of what `max_tokens` limits."""
    none, least, most = next(bounds for name, *bounds in BOUNDS if name in model)
    if off:
        return none
    said = asked.budget_tokens
    wanted = budgets.below(max_tokens, said or BUDGETS[asked.effort or "high"], None if said else asked.effort)
    return max(least, min(wanted, most))
