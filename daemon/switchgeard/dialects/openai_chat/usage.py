"""Token counts of openai.chat and its relatives, each of which counts a little differently.

Ours: `input` excludes cached tokens, `output` includes reasoning. Source of a field name: the
provider that uses it, in the comment beside it.
"""

from switchgear_protocol.content import Usage
from switchgeard.dialects.counts import Counts, charged, inner, number, output


def usage(counts: Counts, credits_used: object = None) -> Usage:
    """`credits_used`: Copilot's own account of what the answer cost."""
    prompt_details = inner(counts, "prompt_tokens_details")
    output_details = inner(counts, "completion_tokens_details")
    read = number(
        prompt_details.get("cached_tokens"),
        counts.get("prompt_cache_hit_tokens"),  # DeepSeek
        counts.get("num_cached_tokens"),  # Mistral
        counts.get("cached_tokens"),  # Moonshot
    )
    write = number(prompt_details.get("cache_write_tokens"))
    reasoning = number(output_details.get("reasoning_tokens"), counts.get("reasoning_tokens"))  # Azure's DeepSeek
    prompt, written = number(counts.get("prompt_tokens")), number(counts.get("completion_tokens"))
    put_out = output(prompt, written, number(counts.get("total_tokens")), reasoning)  # xAI: reasoning is beside it
    kept = number(inner(prompt_details, "cache_write_tokens_details").get("ttl_12h_tokens"))
    fresh, cost = max(prompt - read - write, 0), charged(counts, credits_used)
    return Usage(fresh, put_out, read, write, reasoning, cache_write_1h=min(kept, write), cost_usd=cost)
