"""Token counts of google.generate: cumulative, the last of a stream counts, thoughts stand beside the candidates.

Some hosts send metadata without counts in all chunks but the last, so a count that is missing keeps the one before.
"""

from typing import Any

from switchgear_protocol.content import Usage


def usage(counts: dict[str, Any]) -> Usage:
    """In our sums: input without what the cache read, output with the thoughts."""
    cached, thoughts = _count(counts, "cachedContent"), _count(counts, "thoughts")
    fresh = max(_count(counts, "prompt") - cached, 0) + _count(counts, "toolUsePrompt")
    return Usage(fresh, _count(counts, "candidates") + thoughts, cached, 0, thoughts)


def counted(usage: Usage) -> dict[str, Any]:
    """And back, for a client."""
    prompt = usage.input + usage.cache_read + usage.cache_write
    counts = {
        "promptTokenCount": prompt,
        "candidatesTokenCount": max(usage.output - usage.reasoning, 0),
        "totalTokenCount": prompt + usage.output,
    }
    if usage.cache_read:
        counts["cachedContentTokenCount"] = usage.cache_read
    if usage.reasoning:
        counts["thoughtsTokenCount"] = usage.reasoning
    return counts


def _count(counts: dict[str, Any], name: str) -> int:
    value = counts.get(f"{name}TokenCount")
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e12
    return int(value) if fits and value is not None else 0
