"""Depth: counted exactly, in both formats, whatever strings contain."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.depth import exceeds


def nested(depth: int) -> Any:
    value: Any = 0
    for level in range(depth):
        value = [value, "]"] if level % 2 else {"{[": value}
    return value


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_of(inner) for inner in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_of(inner) for inner in value), default=0)
    return 0


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(("depth", "too_deep"), [(0, False), (63, False), (64, False), (65, True), (400, True)])
def test_the_limit_is_the_deepest_allowed(depth: int, too_deep: bool, binary: bool) -> None:
    """64 levels pass, 65 do not."""
    encode = msgspec.msgpack.encode if binary else msgspec.json.encode
    assert exceeds(encode([nested(depth - 1)] if depth else 0), 64, binary=binary) is too_deep


VALUES = st.recursive(
    st.text('"\\[]{}ab', max_size=6), lambda inner: st.lists(inner) | st.dictionaries(st.text('"\\{}'), inner)
)


@given(VALUES, st.integers(0, 4), st.booleans())
def test_it_agrees_with_a_walk(value: Any, limit: int, binary: bool) -> None:
    """Brackets and quotes inside strings do not count."""
    encode = msgspec.msgpack.encode if binary else msgspec.json.encode
    assert exceeds(encode(value), limit, binary=binary) is (depth_of(value) > limit)


@pytest.mark.parametrize("frame", [b'"' + b'\\"' * 500_000, b"[" * 1_000_000, b'{"a":' * 200_000, b'["\\'])
def test_malformed_monsters_end_quickly(frame: bytes) -> None:
    """Linear work on what backtracking or recursion would choke on (a hang fails the run)."""
    assert exceeds(frame, 64, binary=False) is (frame.count(b"[") + frame.count(b"{") > 64)


def test_what_json_cannot_say_is_refused() -> None:
    """A MessagePack map with an array as key, among enough others to be looked at."""
    assert exceeds(b"\xdc\x00\x41" + b"\x81\x91\x01\x02" * 65, 64, binary=True)
