"""Tool call ids that are legal where the conversation goes next.

Providers mint ids for their own wire; another wire may refuse them (too long, wrong characters,
not exactly nine). A legal id stays as it is, so a transcript that never moves never changes. Any
other gets a name derived from it alone: the same in the call and in its result, in every later
turn, and after a restart, with no table to keep. The transcript itself keeps the original.
"""

import re
from base64 import b32encode
from hashlib import blake2b

MINTED = 9  # characters Mistral's tokenizer asks for, of [A-Za-z0-9]

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def safe(id: str, limit: int) -> str:
    """An id of at most `limit` (>= 20) characters of [A-Za-z0-9_-]."""
    if id and len(id) <= limit and not _UNSAFE.search(id):
        return id
    stem = _UNSAFE.sub("_", id)[: limit - MINTED - 1] or "call"
    return f"{stem}_{_digest(id)}"


def nine(id: str) -> str:
    """An id of exactly nine letters and digits."""
    return id if len(id) == MINTED and id.isascii() and id.isalnum() else _digest(id)


def _digest(id: str) -> str:
    digest = blake2b(id.encode("utf-8", "surrogatepass"), digest_size=10).digest()
    return b32encode(digest).decode()[:MINTED].lower()
