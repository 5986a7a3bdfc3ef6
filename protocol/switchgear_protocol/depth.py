"""How deep a frame nests, counted at C speed, without recursion.

Rules for editing: linear in the frame, no recursion, no memory beyond a few copies of it. The
frame has been found well-formed before; anything odd left over here counts as too deep.
"""

import re

import msgspec

STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)  # possessive: never backtracks
SQUARE = bytes.maketrans(b"{}", b"[]")
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
NOT_CONTAINERS = bytes(set(range(256)) - set(range(0x80, 0xA0)) - set(range(0xDC, 0xE0)))


def exceeds(frame: bytes, limit: int, *, binary: bool) -> bool:
    """Whether arrays and objects are nested more than `limit` deep."""
    if len(frame) <= limit:
        return False
    if binary:
        return _may_exceed(frame, limit) and exceeds(_as_json(frame), limit, binary=False)
    if frame.count(b"{") + frame.count(b"[") <= limit:
        return False
    brackets = STRINGS.sub(b"", frame).translate(SQUARE, NOT_BRACKETS)
    for _ in range(limit):
        if not brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _may_exceed(frame: bytes, limit: int) -> bool:
    """Every container begins with one of 36 bytes; too few of them cannot nest too deep."""
    return len(frame.translate(None, NOT_CONTAINERS)) > limit


def _as_json(frame: bytes) -> bytes:
    try:
        return msgspec.json.encode(msgspec.msgpack.decode(frame, strict=False))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return b"[" * 100_000  # what JSON cannot say is refused like what is too deep
