"""Token counts of openai.responses, in both directions.

Ours: `input` excludes cached tokens; theirs includes them. `output` includes reasoning in both. Anything
that is no number counts as absent.
"""

from typing import Any

from switchgear_protocol.content import Usage

MOST = 1e12  # tokens; a larger number is no count


def usage(counts: dict[str, Any]) -> Usage:
    """What a provider reports."""
    details = _object(counts, "input_tokens_details")
    read = _count(details, "cached_tokens")
    write = _count(details, "cache_write_tokens")
    reasoning = _count(_object(counts, "output_tokens_details"), "reasoning_tokens")
    fresh = max(_count(counts, "input_tokens") - read - write, 0)
    return Usage(fresh, _output(counts, reasoning), read, write, reasoning)


def added(before: Usage | None, now: Usage | None) -> Usage | None:
    """What both spent; the responses of one stream are billed one by one."""
    if before is None or now is None:
        return before or now
    names = ("input", "output", "cache_read", "cache_write", "reasoning")
    return Usage(**{name: getattr(before, name) + getattr(now, name) for name in names})


def reported(usage: Usage) -> dict[str, Any]:
    """What a client is told."""
    total = usage.input + usage.cache_read + usage.cache_write
    return {
        "input_tokens": total,
        "input_tokens_details": {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": total + usage.output,
    }


def _output(counts: dict[str, Any], reasoning: int) -> int:
    """Some hosts count reasoning beside the output; then the total tells, or that it is more than the output."""
    given, output, total = (_count(counts, f"{name}_tokens") for name in ("input", "output", "total"))
    beside = total == given + output + reasoning if total else reasoning > output
    return output + reasoning if beside else output


def _object(counts: dict[str, Any], name: str) -> dict[str, Any]:
    value = counts.get(name)
    return value if isinstance(value, dict) else {}


def _count(counts: dict[str, Any], name: str) -> int:
    value = counts.get(name)
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < MOST
    return int(value) if fits and value is not None else 0
