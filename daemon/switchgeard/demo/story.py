"""The long demo's day as a table: what is asked when, what has changed by then, and who has to answer.

Rules for editing: words are for people, `tried` is what the daemon must have done: each account asked, in order, the
last of them the one that answered (or none). The day is told in clock time; nothing here waits or talks to anybody.
"""

from collections.abc import Callable

from msgspec import Struct

from .paid import Paid

MODEL = "opus-4.6"
MINUTE = 60.0

ACCOUNTS = (
    ("claude_pro", "Claude Pro", "a subscription, through the claude program"),
    ("copilot", "GitHub Copilot", "a plan, through a GitHub token"),
    ("anthropic", "Anthropic API", "billed by use, $0.25 a day at most"),
    ("openrouter", "OpenRouter", "billed by use"),
)
LABELS = {name: label for name, label, _ in ACCOUNTS}

SPENT = "quota_exceeded"


def at(clock: str) -> float:
    """ "12:10" in hours."""
    hour, minute = clock.split(":")
    return int(hour) + int(minute) / 60


class Scene(Struct, frozen=True):
    """One request. `tried`: account, and why it did not answer. `mid_turn`: it brings the result of a tool."""

    clock: str
    asked: str
    tried: tuple[tuple[str, str | None], ...]
    why: str
    before: Callable[[Paid], None] = lambda paid: None
    mid_turn: bool = False


MORNING = (
    Scene("09:00", "Split the parser in two.", (("claude_pro", None),), "first in your order"),
    Scene(
        "12:10",
        "Why does this test fail?",
        (("claude_pro", SPENT), ("copilot", None)),
        "Claude Pro: its 5-hour window is spent until 14:00",
        lambda paid: paid.claude_spent(110 * MINUTE),
    ),
    Scene(
        "12:40",
        "Then fix it.",
        (("copilot", SPENT),),
        "GitHub Copilot: spent until 13:05; the rest costs money",
        lambda paid: paid.copilot_spent(25 * MINUTE),
    ),
)
NOON = (
    Scene("12:41", "Then fix it.", (("anthropic", None),), "allowed now, and next in your order"),
    Scene("12:50", "Does it pass now?", (("anthropic", None),), "still next in your order"),
    Scene("12:58", "Rename it everywhere.", (("openrouter", None),), "Anthropic API: your $0.25 a day are spent"),
)
AFTERNOON = (
    Scene(
        "13:06",
        "(14 files renamed)",
        (("openrouter", None),),
        "GitHub Copilot is back; a tool loop is not moved",
        mid_turn=True,
    ),
    Scene("13:10", "Is that all of it?", (("copilot", None),), "a new turn: back to what is paid for"),
    Scene(
        "14:05",
        "Write the changelog.",
        (("claude_pro", None),),
        "its window began anew: back to the first",
        lambda paid: paid.claude_serves(0.02),
    ),
)
