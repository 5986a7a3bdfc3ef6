"""Claude: which spelling of thinking a model takes, and what it forbids beside it, whoever serves it.

Claude models from ADAPTIVE on think as much as `effort` says and refuse a token budget; those
before, and the models of others behind anthropic.messages, take a budget. Found out by model id: the API
says it per model, but only to its owner.
"""

import re
from typing import Any

from switchgear_protocol.content import Effort, NamedTool, Request
from switchgeard.dialects import budgets

Version = tuple[int, int]

ADAPTIVE: Version = (4, 6)
NO_PREFILL: Version = (4, 6)
NO_SAMPLING: Version = (4, 7)
UNKNOWN: Version = (0, 0)
"""Claude versions from which thinking is adaptive, a begun answer is refused, and so are temperature and top_p."""

LONG: Version = (3, 7)
MOST_OUTPUT = {True: 32_000, False: 8_192}
"""Tokens every model takes for a limit, from LONG on and else: thoughts count as output, so more than an answer."""

LEAST = 1024  # tokens, the smallest budget
BUDGETS: dict[Effort, int] = {"minimal": 4_096, **budgets.BUDGETS}
EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "max"}

_VERSION = re.compile(r"claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?![\d])")


def version(model: str) -> Version | None:
    """(4, 6) of `claude-opus-4-6`, `claude-opus-4.6`, `anthropic.claude-opus-4-6-v1`; None for others."""
    found = _VERSION.search(model.lower())
    return (int(found[1]), int(found[2] or 0)) if found else None


def takes_sampling(model: str) -> bool:
    return (version(model) or UNKNOWN) < NO_SAMPLING


def most_output(model: str) -> int:
    """The limit where the client set none, and nobody knows the model's own."""
    return MOST_OUTPUT[(version(model) or UNKNOWN) >= LONG]


def takes_prefill(model: str) -> bool:
    return (version(model) or UNKNOWN) < NO_PREFILL


def thinking(request: Request, model: str, max_tokens: int, *, broken: bool) -> dict[str, Any]:
    """The `thinking` and `output_config.effort` fields of the body.

    `broken`: the current tool loop was begun by another provider, so its thinking blocks are not
    here, or the answer is begun already; budgeted thinking refuses both, and a forced tool choice
    refuses thinking at all.
    """
    if request.reasoning is None:
        return {}
    effort, budget = request.reasoning.effort, request.reasoning.budget_tokens
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    if effort is None and budget is None:
        return {}
    forced = request.tool_choice == "required" or isinstance(request.tool_choice, NamedTool)
    if (version(model) or UNKNOWN) >= ADAPTIVE:
        word = EFFORTS[effort] if effort is not None else budgets.effort(budget or 0)
        body: dict[str, Any] = {"output_config": {"effort": word}}
        return body if forced else {**body, "thinking": {"type": "adaptive"}}
    tokens = budgets.below(max_tokens, budget or BUDGETS[effort or "high"], None if budget else effort)
    if forced or broken or tokens < LEAST:
        return {}
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}}
