"""Token counts of anthropic.messages: cumulative, in pieces, `input_tokens` without cached ones.

message_start has the input, message_delta the output so far; some gateways send zeros or null in
one of them and the truth in the other, so a later count replaces an earlier one unless it is 0.
"""

from typing import Any

from switchgear_protocol.content import Usage


def merged(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    return {**before, **{name: value for name, value in now.items() if value or name not in before}}


def usage(counts: dict[str, Any]) -> Usage:
    details = counts.get("output_tokens_details")
    return Usage(
        input=_count(counts, "input_tokens"),
        output=_count(counts, "output_tokens"),
        cache_read=_count(counts, "cache_read_input_tokens"),
        cache_write=_count(counts, "cache_creation_input_tokens"),
        reasoning=_count(details, "thinking_tokens") if isinstance(details, dict) else 0,
    )


def added(before: Usage | None, now: Usage | None) -> Usage | None:
    """What both spent; the messages of one answer are billed one by one."""
    if before is None or now is None:
        return before or now
    names = ("input", "output", "cache_read", "cache_write", "reasoning")
    return Usage(**{name: getattr(before, name) + getattr(now, name) for name in names})


def _count(counts: dict[str, Any], name: str) -> int:
    value = counts.get(name)
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e12
    return int(value) if fits and value is not None else 0
