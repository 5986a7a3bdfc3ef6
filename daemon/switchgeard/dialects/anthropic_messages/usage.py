"""Token counts of anthropic.messages: cumulative, in pieces, `input_tokens` without cached ones.

message_start has the input, message_delta the output so far; some gateways send zeros or null in
one of them and the truth in the other, so a later count replaces an earlier one unless it is 0.
"""

from switchgear_protocol.content import Usage
from switchgeard.dialects.counts import Counts, charged, inner, number


def merged(before: Counts, now: Counts) -> Counts:
    return {**before, **{name: value for name, value in now.items() if value or name not in before}}


def usage(counts: Counts) -> Usage:
    """What a provider reports; `copilot_usage` among the counts is Copilot's own account of what the answer cost."""
    written = number(counts.get("cache_creation_input_tokens"))
    return Usage(
        input=number(counts.get("input_tokens")),
        output=number(counts.get("output_tokens")),
        cache_read=number(counts.get("cache_read_input_tokens")),
        cache_write=written,
        reasoning=number(inner(counts, "output_tokens_details").get("thinking_tokens")),
        cache_write_1h=min(number(inner(counts, "cache_creation").get("ephemeral_1h_input_tokens")), written),
        cost_usd=charged(counts, counts.get("copilot_usage")),
    )
