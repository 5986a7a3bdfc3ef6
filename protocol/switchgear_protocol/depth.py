"""How deep a frame nests and how many values it holds, counted without decoding it.

A value decoded takes up to eighty times the memory of its bytes (`{"":0}` is a dict), so a frame within
its size could still cost a gigabyte; and a stack has an end.

Rules for editing: linear in the frame, no recursion, no memory beyond a few copies of it. The
frame has been found well-formed before; anything odd left over here counts as too deep.
"""

import re

import msgspec

STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)  # possessive: never backtracks
SQUARE = bytes.maketrans(b"{}", b"[]")
SEPARATORS = b"[{,:"  # JSON has at most one more value than these
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


def crowded(frame: bytes, limit: int, *, binary: bool) -> bool:
    """Whether there are more than `limit` values (keys count too)."""
    if len(frame) <= limit:
        return False
    if binary:
        return _crowded_binary(frame, limit)
    # also those inside strings: an upper bound that spares most frames the closer look
    return _separators(frame) > limit and _crowded_text(frame, limit)


def _crowded_text(frame: bytes, limit: int) -> bool:
    """Counts what stands between strings: without escapes, that is every other piece between two quotes."""
    if b"\\" in frame:
        frame = frame.replace(b"\\\\", b"").replace(b'\\"', b"")
    if frame.count(b'"') > 2 * (limit + 1):  # each string is a value: so there are never many pieces
        return True
    outside = b"".join(frame.split(b'"')[::2])
    return _separators(outside) > limit


def _separators(text: bytes) -> int:
    return sum(text.count(mark) for mark in SEPARATORS)


def _crowded_binary(frame: bytes, limit: int) -> bool:
    """Steps from head to head; the children of a container follow it, so they need no bookkeeping."""
    at, seen = 0, 0
    while at < len(frame):
        seen += 1
        if seen > limit:
            return True
        rest, length = HEADS[frame[at]]
        at += 1 + rest + (length and int.from_bytes(frame[at + 1 : at + 1 + length], "big"))
    return False


def _heads() -> list[tuple[int, int]]:
    """By a value's first byte: the bytes behind it whatever they say, and how many of them are a length."""
    heads = [(0, 0)] * 256
    heads[0xA0:0xC0] = [(size, 0) for size in range(32)]  # short text
    for first, behind in ((0xC4, 0), (0xC7, 1), (0xD9, 0)):  # binary, extensions with their type, text
        heads[first : first + 3] = [(size + behind, size) for size in (1, 2, 4)]
    heads[0xCA:0xD4] = [(size, 0) for size in (4, 8, 1, 2, 4, 8, 1, 2, 4, 8)]  # floats and integers
    heads[0xD4:0xD9] = [(1 + size, 0) for size in (1, 2, 4, 8, 16)]  # extensions of a fixed size
    heads[0xDC:0xE0] = [(size, 0) for size in (2, 4, 2, 4)]  # arrays and maps
    return heads


HEADS = _heads()


def _may_exceed(frame: bytes, limit: int) -> bool:
    """Every container begins with one of 36 bytes; too few of them cannot nest too deep."""
    return len(frame.translate(None, NOT_CONTAINERS)) > limit


def _as_json(frame: bytes) -> bytes:
    try:
        return msgspec.json.encode(msgspec.msgpack.decode(frame, strict=False))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return b"[" * 100_000  # what JSON cannot say is refused like what is too deep
