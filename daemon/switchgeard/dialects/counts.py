"""Counts: token numbers in a provider's JSON, which nobody has checked before.

Which field means what is each dialect's own business, in its `usage`.

Rules for editing: what is no number counts as absent, and nothing raises: an answer is worth more than its
counts. Some providers count in every chunk, so nothing is built that need not be.
"""

from typing import Any

from switchgear_protocol.content import Usage

Counts = dict[str, Any]

MOST = 1e12  # tokens; a larger number is no count
DEAREST = 1e6  # USD for one answer; a larger number is no price
USD_PER_NANO = 1e-11  # a billionth of an AI credit, which is a cent
USD_PER_TICK = 1e-10  # xAI


def number(*values: object) -> int:
    """The first value above zero, as a whole number."""
    for value in values:
        if isinstance(value, (int, float)) and value is not True and 0 < value < MOST:
            return int(value)
    return 0


def money(value: object, unit: float = 1.0) -> float | None:
    """What an answer cost by its provider's own word, in USD; None where it says nothing usable. `unit`: USD each."""
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < DEAREST / unit
    return value * unit if usable else None  # type: ignore[operator]  # a number, as `usable` says


def charged(counts: Counts, credits_used: object = None) -> float | None:
    """What an answer cost in USD by its provider's own word: Copilot's beside the counts, in billionths of a credit
    (`credits_used`: its `copilot_usage`), xAI's and OpenRouter's among them."""
    nanos = credits_used.get("total_nano_aiu") if isinstance(credits_used, dict) else None
    for amount, usd in ((nanos, USD_PER_NANO), (counts.get("cost_in_usd_ticks"), USD_PER_TICK)):
        if (paid := money(amount, usd)) is not None:
            return paid
    return _with_own_key(counts, money(counts.get("cost")))


def _with_own_key(counts: Counts, fee: float | None) -> float | None:
    """OpenRouter with a key of the user's own upstream: what that is charged there comes on top of the fee."""
    if fee is None or counts.get("is_byok") is not True:
        return fee
    return fee + (money(inner(counts, "cost_details").get("upstream_inference_cost")) or 0.0)


def inner(counts: Counts, name: str) -> Counts:
    """The object under this name, an empty one where there is none."""
    value = counts.get(name)
    return value if isinstance(value, dict) else {}


def output(prompt: int, written: int, total: int, reasoning: int) -> int:
    """All that was put out. Most count reasoning within what was written, some beside it: the total tells which."""
    beside = total == prompt + written + reasoning if total else reasoning > written
    return written + reasoning if beside else written


def added(before: Usage | None, now: Usage | None) -> Usage | None:
    """What both spent: answers that go on in one stream are billed one by one."""
    if before is None or now is None:
        return before or now
    names = ("input", "output", "cache_read", "cache_write", "reasoning", "cache_write_1h")
    costs = [usage.cost_usd for usage in (before, now) if usage.cost_usd is not None]
    sums = {name: getattr(before, name) + getattr(now, name) for name in names}
    return Usage(**sums, cost_usd=sum(costs) if costs else None)
