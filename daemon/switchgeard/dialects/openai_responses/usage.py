"""Token counts of openai.responses, in both directions.

Ours: `input` excludes cached tokens; theirs includes them. `output` includes reasoning in both.
"""

from switchgear_protocol.content import Usage
from switchgeard.dialects.counts import Counts, charged, inner, number, output


def usage(counts: Counts, credits_used: object = None) -> Usage:
    """What a provider reports. `credits_used`: Copilot's own account of what the answer cost."""
    details = inner(counts, "input_tokens_details")
    read, write = number(details.get("cached_tokens")), number(details.get("cache_write_tokens"))
    reasoning = number(inner(counts, "output_tokens_details").get("reasoning_tokens"))
    given, written = number(counts.get("input_tokens")), number(counts.get("output_tokens"))
    put_out = output(given, written, number(counts.get("total_tokens")), reasoning)
    kept = number(inner(details, "cache_write_tokens_details").get("ttl_12h_tokens"))
    fresh, cost = max(given - read - write, 0), charged(counts, credits_used)
    return Usage(fresh, put_out, read, write, reasoning, cache_write_1h=min(kept, write), cost_usd=cost)


def reported(usage: Usage) -> Counts:
    """What a client is told."""
    total = usage.input + usage.cache_read + usage.cache_write
    return {
        "input_tokens": total,
        "input_tokens_details": {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": total + usage.output,
    }
