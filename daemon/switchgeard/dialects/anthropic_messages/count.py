"""The body of POST /v1/messages/count_tokens out of one for /v1/messages: that endpoint refuses members it does
not know.
"""

import msgspec

from switchgeard.dialects.reading import members

COUNTED = frozenset(
    {
        "model",
        "messages",
        "system",
        "tools",
        "tool_choice",
        "thinking",
        "output_config",
        "output_format",
        "cache_control",
        "context_management",
        "compaction",
        "mcp_servers",
        "speed",
    }
)
"""Members count_tokens takes (official SDK 2.12, betas included)."""


def counting(body: bytes, *, model: str) -> bytes:
    """What count_tokens takes of a body for /v1/messages, for this model. Raises Unreadable."""
    spans = members(body)
    kept = {name: msgspec.Raw(body[begin:end]) for name, (begin, end) in spans.items() if name in COUNTED}
    return msgspec.json.encode({**kept, "model": model})
