"""Tool call ids that are legal where they go.

Providers mint ids for their own wire; another wire may refuse them (too long, wrong characters, not
exactly nine). A legal id stays as it is, so a transcript that never moves never changes. Any other gets a
name derived from it alone: the same in the call and in its result, in every later turn, and after a
restart, with no table to keep.

Towards a client that speaks another dialect the name can be read back (`renamed`, `original`), so the
provider that minted the id gets its own id again. Towards a provider nobody has to read it back: the
transcript keeps the original.
"""

import re
from base64 import b32decode, b32encode
from hashlib import blake2b

MINTED = 9  # characters Mistral's tokenizer asks for, of [A-Za-z0-9]
MARK = "sgid_"
CLIENT_LIMIT = 64  # characters of an id towards a client

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def renamed(id: str) -> str:
    """An id of [A-Za-z0-9_-], at most 64, for a client; the id itself when it is one. `original` reads it back."""
    if _legal(id, CLIENT_LIMIT) and not id.startswith(MARK):
        return id
    name = MARK + b32encode(id.encode("utf-8", "surrogatepass")).decode().rstrip("=").lower()
    return name if len(name) <= CLIENT_LIMIT else safe(id, CLIENT_LIMIT)


def original(id: str) -> str:
    """The id a provider minted, from the name a client was given; any other id as it is."""
    if not id.startswith(MARK):
        return id
    data = id.removeprefix(MARK).upper()
    try:
        minted = b32decode(data + "=" * (-len(data) % 8)).decode("utf-8", "surrogatepass")
    except ValueError:  # not base32, not ASCII, not UTF-8
        return id
    return minted if renamed(minted) == id else id  # a client's own id may look like one


def safe(id: str, limit: int) -> str:
    """An id of at most `limit` (>= 20) characters of [A-Za-z0-9_-]."""
    if _legal(id, limit):
        return id
    stem = _UNSAFE.sub("_", id)[: limit - MINTED - 1] or "call"
    return f"{stem}_{_digest(id)}"


def nine(id: str) -> str:
    """An id of exactly nine letters and digits."""
    return id if len(id) == MINTED and id.isascii() and id.isalnum() else _digest(id)


def _legal(id: str, limit: int) -> bool:
    return bool(id) and len(id) <= limit and not _UNSAFE.search(id)


def _digest(id: str) -> str:
    digest = blake2b(id.encode("utf-8", "surrogatepass"), digest_size=10).digest()
    return b32encode(digest).decode()[:MINTED].lower()
