"""Token counts of bedrock.converse: `inputTokens` without cached ones, all at once, after the answer."""

from switchgear_protocol.content import Usage
from switchgeard.dialects.counts import Counts, number

HOUR = "1h"


def usage(counts: Counts) -> Usage:
    return Usage(
        input=number(counts.get("inputTokens")),
        output=number(counts.get("outputTokens")),
        cache_read=number(counts.get("cacheReadInputTokens")),
        cache_write=number(counts.get("cacheWriteInputTokens")),
        cache_write_1h=_kept_for_an_hour(counts.get("cacheDetails")),
    )


def _kept_for_an_hour(details: object) -> int:
    rows = details if isinstance(details, list) else []
    return sum(number(row.get("inputTokens")) for row in rows if isinstance(row, dict) and row.get("ttl") == HOUR)
