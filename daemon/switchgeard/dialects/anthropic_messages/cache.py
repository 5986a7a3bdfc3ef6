"""Cache markers for a request that was translated: the client's own, if it had any, were for another provider.

Without them Anthropic caches nothing, and an agent pays for its whole transcript at every step. At most four:
the last tool, the system prompt, the last two user turns (what this step writes, the next one reads). Nobody's
tools and prompt change within a session, so each is a prefix of the next step.

A write costs a quarter more than plain input, so a request nothing will follow is left alone: one with no tools
and no answer in it yet. A prefix below the model's least is not cached and its marker costs nothing; sizes are
guessed from bytes, which is good enough for that.
"""

import re

import msgspec

from switchgeard.core.estimate import BYTES_PER_TOKEN
from switchgeard.dialects.wire import Wire

MARKER: Wire = {"type": "ephemeral"}  # five minutes, and again with every hit
MARKABLE = frozenset({"text", "image", "document", "tool_result"})
USER_TURNS = 2

LEAST = (
    (re.compile(r"opus-4[-.][56](?!\d)|haiku-4[-.]5"), 4096),
    (re.compile(r"opus-4[-.]7"), 2048),
    (re.compile(r"-5[-.][1-9](?!\d)|(opus|haiku)-5|fable|mythos"), 512),
)
"""Tokens a prefix must have to be cached, by model id; first match wins."""
LEAST_ELSEWHERE = 1024


def mark(body: Wire, model: str) -> None:
    """Puts the markers into a body that has none."""
    if not body.get("tools") and len(body["messages"]) < 2:
        return
    bytes_needed = least(model) * BYTES_PER_TOKEN
    size = 0
    if tools := body.get("tools"):
        size += _size(tools)
        if size >= bytes_needed:
            tools[-1]["cache_control"] = MARKER
    if system := body.get("system"):
        size += _size(system)
        if size >= bytes_needed:
            body["system"] = [{"type": "text", "text": system, "cache_control": MARKER}]
    _turns(body["messages"], bytes_needed - size)


def least(model: str) -> int:
    """Tokens below which this model caches nothing."""
    return next((tokens for pattern, tokens in LEAST if pattern.search(model.lower())), LEAST_ELSEWHERE)


def _turns(messages: list[Wire], bytes_needed: float) -> None:
    """The last user turns behind a prefix that is long enough."""
    long_enough = len(messages)
    for index, message in enumerate(messages):
        bytes_needed -= _size(message["content"])
        if bytes_needed <= 0:
            long_enough = index
            break
    users = [message for message in messages[long_enough:] if message["role"] == "user"]
    for message in users[-USER_TURNS:]:
        last = message["content"][-1]
        if last["type"] in MARKABLE:
            last["cache_control"] = MARKER


def _size(part: object) -> int:
    return len(msgspec.json.encode(part))
