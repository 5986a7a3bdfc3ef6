"""Identity: which conversation a client's request belongs to, from what the client sends without being asked.

A table in the order of trust: what tools name their session by, then the conversation's own beginning.
Sub-agents that share their parent's id share its provider too, which is wanted: they share its prompt cache.

Rules for editing: a row names the client that sends it. Names without a dot or capital are headers; "body."
rows are where a dialect's glimpse says the value stood.
"""

from collections.abc import Mapping
from hashlib import blake2b

from .dialects.glimpse import Glimpse

SOURCES = (
    "x-switchgear-session",  # ours, for who wants to say it
    "x-claude-code-session-id",  # Claude Code
    "body.metadata.user_id.session_id",  # the same, in the body
    "session-id",  # Codex
    "session_id",  # Codex before 0.100
    "x-session-id",  # OpenCode, Goose
    "x-session-affinity",  # OpenCode
    "x-client-request-id",  # pi
    "body.session_id",
    "body.metadata.session_id",
    "body.prompt_cache_key",  # Codex, and who follows OpenAI's advice
    "body.conversation",
    "body.metadata.user_id",
)
"""Best first."""

LONGEST = 200  # characters of an id; longer ones are hashed
HASH = 6  # bytes of a prefix hash: enough for ten thousand sessions, and short enough to be logged as it is


def session_of(headers: Mapping[str, str], glimpse: Glimpse) -> str | None:
    """The session's name, or None when the request says nothing that a later one would repeat."""
    said = {f"body.{where}": value for where, value in reversed(glimpse.identities)}
    for source in SOURCES:
        value = (said if source.startswith("body.") else headers).get(source, "").strip()
        if value:
            return _short(value)
    if not glimpse.opening:
        return None
    return "prefix-" + blake2b(glimpse.opening, digest_size=HASH).hexdigest()


def _short(value: str) -> str:
    return value if len(value) <= LONGEST else "hash-" + blake2b(value.encode(), digest_size=16).hexdigest()
