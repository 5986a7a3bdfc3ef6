"""Where a prefix is to be kept, for Claude: Bedrock caches nothing for it unmarked, and a mark elsewhere is a 400.

At most four: behind the tools, behind the system prompt, behind the last two user turns. What a mark costs and when it
is worth it is as on Anthropic's own wire.
"""

import msgspec

from switchgeard.core.estimate import BYTES_PER_TOKEN
from switchgeard.dialects.anthropic_messages.cache import USER_TURNS, least
from switchgeard.dialects.wire import Wire

MARK: Wire = {"cachePoint": {"type": "default"}}  # five minutes, and again with every hit


def mark(body: Wire, model: str) -> None:
    """Puts the marks into a body that has none."""
    tools = body.get("toolConfig", {}).get("tools")
    if not tools and len(body["messages"]) < 2:
        return
    needed, size = least(model) * BYTES_PER_TOKEN, 0
    for prefix in (tools, body.get("system")):
        if prefix:
            size += len(msgspec.json.encode(prefix))
            if size >= needed:
                prefix.append(MARK)
    _mark_turns(body["messages"], needed - size)


def _mark_turns(messages: list[Wire], needed: float) -> None:
    """The last user turns behind a prefix that is long enough."""
    long_enough: list[Wire] = []
    for message in messages:
        needed -= len(msgspec.json.encode(message["content"]))
        if needed <= 0 and message["role"] == "user":
            long_enough.append(message)
    for message in long_enough[-USER_TURNS:]:
        message["content"].append(MARK)
