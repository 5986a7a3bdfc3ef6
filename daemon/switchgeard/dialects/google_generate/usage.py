"""Token counts of google.generate: cumulative, the last of a stream counts, thoughts stand beside the candidates.

Some hosts send metadata without counts in all chunks but the last, so a count that is missing keeps the one before.
"""

from switchgear_protocol.content import Usage
from switchgeard.dialects.counts import Counts, number


def usage(counts: Counts) -> Usage:
    """In our sums: input without what the cache read, output with the thoughts."""
    cached, thoughts = _count(counts, "cachedContent"), _count(counts, "thoughts")
    fresh = max(_count(counts, "prompt") - cached, 0) + _count(counts, "toolUsePrompt")
    return Usage(fresh, _count(counts, "candidates") + thoughts, cached, 0, thoughts)


def counted(usage: Usage) -> Counts:
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


def _count(counts: Counts, name: str) -> int:
    return number(counts.get(f"{name}TokenCount"))
