"""What a model family accepts on openai.chat, by model id: the host cannot be asked, its 400 can.

Rules for editing: one row per family, the first that matches the id (without vendor prefix)
counts; a row names only what differs from most. What a model refuses altogether is in `core.unsaid`.
Keyed by model and not by host, because the same Mistral model has the same tool id rule on every host.
"""

import re
from functools import lru_cache
from typing import Any

from msgspec import Struct

from switchgear_protocol.content import Reasoning
from switchgeard.dialects import budgets

REASONING: Any = {"max_tokens": "max_completion_tokens", "sampling": False}
CLAMPED = {"minimal": "low", "xhigh": "high", "max": "high", "none": ""}


class Family(Struct, frozen=True):
    """`efforts`: our effort to the wire's, "" sends none, missing keeps the word."""

    pattern: str
    max_tokens: str = "max_tokens"
    sampling: bool = True  # takes temperature and top_p
    seed: str = "seed"  # what it calls a seed
    usage_option: bool = True  # takes stream_options (Mistral answers 422, and always sends usage)
    nine_ids: bool = False  # tool call ids of exactly nine letters and digits
    no_user_after_tool: bool = False
    efforts: dict[str, str] = {}


FAMILIES = (
    Family(r"gpt-oss", efforts=CLAMPED),
    Family(r"o[1-9]", **REASONING, efforts={**CLAMPED, "none": "low"}),
    Family(r"gpt-5(?![.\d])", **REASONING, efforts={"none": "minimal", "xhigh": "high", "max": "high"}),
    Family(r"gpt-5\.1(?!\d)(?!.*max)", **REASONING, efforts={"minimal": "low", "xhigh": "high", "max": "high"}),
    Family(r"gpt-5\.[1-4](?!\d)", **REASONING, efforts={"minimal": "low", "max": "xhigh"}),
    Family(r"gpt-[5-9]|codex", **REASONING, efforts={"minimal": "low"}),
    Family(r"gpt-|chatgpt", max_tokens="max_completion_tokens"),
    Family(
        r"(open-)?(mi[sx]tral|magistral|ministral|codestral|devstral|pixtral|voxtral|mathstral)|labs-",
        seed="random_seed",
        usage_option=False,
        nine_ids=True,
        no_user_after_tool=True,
        efforts={**CLAMPED, **dict.fromkeys(("minimal", "low", "medium", "high", "xhigh", "max"), "")},
    ),
    Family(r"deepseek", efforts={**dict.fromkeys(("minimal", "low", "medium", "xhigh"), "high"), "none": ""}),
    Family(r"", efforts=CLAMPED),
)

_PATTERNS = tuple((re.compile(family.pattern), family) for family in FAMILIES)


@lru_cache(maxsize=256)  # asked for several times a request, always of the same few models
def family(model: str) -> Family:
    """The row for a model id such as `gpt-5.5`, `openai/o3`, `mistralai/devstral-2`."""
    name = model.lower().rpartition("/")[2]
    return next(family for pattern, family in _PATTERNS if pattern.match(name))


def effort(row: Family, asked: Reasoning | None) -> str:
    """How much the family is told to think, "" for nothing. A budget is never more than high: few know other words."""
    if asked is None or (asked.effort is None and asked.budget_tokens is None):
        return ""
    word = asked.effort or budgets.effort(min(asked.budget_tokens or 0, budgets.BUDGETS["high"]))
    return row.efforts.get(word, word)
