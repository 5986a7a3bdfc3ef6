"""Unsaid: what a model refuses though its wire has a word for it, by model id: the host cannot be asked, its 400 can.

A loss like any other: the gate counts it, the encoder leaves it out.

Rules for editing: a row is a wire, a pattern that the id (without vendor prefix) begins with, and uses of
`needs.USES`; every row that matches counts. Keyed by model and not by host, because the same model has the
same manners on every host that runs it.
"""

import re
from functools import lru_cache

MODELS = (
    ("openai.chat", r"o[1-9]|gpt-[5-9]|codex", {"penalties", "stop"}),
    ("openai.chat", r"gemini", {"penalties", "seed"}),  # "Unknown name" is a 400
    ("openai.chat", r"grok", {"penalties"}),
    ("openai.chat", r"grok-(3-mini|code|[4-9])(?!.*non-reasoning)", {"stop"}),
    ("anthropic.messages", r"(.*\.)?claude-([a-z]+-)?(4[-.]([7-9]|\d{2})|[5-9]|\d{2})(?!\d)", {"top_k"}),
)

_MODELS = tuple((wire, re.compile(pattern), frozenset(uses)) for wire, pattern, uses in MODELS)


@lru_cache(maxsize=1024)
def unsaid(wire: str, model: str) -> frozenset[str]:
    """The uses this model refuses on this wire."""
    name = model.lower().rpartition("/")[2]
    found = (uses for row, pattern, uses in _MODELS if row == wire and pattern.match(name))
    return frozenset().union(*found)
