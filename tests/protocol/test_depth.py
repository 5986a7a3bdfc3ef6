"""Depth and number of values: counted exactly, in both formats, whatever strings contain."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.depth import crowded, exceeds


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


SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.binary()
ANYTHING = st.recursive(
    SCALARS | st.text() | st.text("ab", min_size=30, max_size=300) | st.just("x" * 70_000),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(), inner, max_size=20),
)


def values_in(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(1 + values_in(inner) for inner in value.values())
    return 1 + sum(map(values_in, value)) if isinstance(value, list) else 1


@given(ANYTHING)
def test_values_are_counted_exactly_in_message_pack(value: Any) -> None:
    """Every head of the format is stepped over to the next one."""
    count = values_in(value)
    frame = msgspec.msgpack.encode(value)
    assert not crowded(frame, count, binary=True)
    assert crowded(frame, count - 1, binary=True)


@given(VALUES, st.integers(0, 20))
def test_values_are_counted_in_json_to_within_one(value: Any, limit: int) -> None:
    """What strings contain does not count; an empty list is counted like one with a value."""
    frame = msgspec.json.encode(value)
    separators = values_in(value) - 1 + ending(value)
    assert crowded(frame, limit, binary=False) is (separators > limit < len(frame))


def ending(value: Any) -> int:
    """Containers that are empty have an opening and no first value."""
    if isinstance(value, dict):
        return not value or sum(map(ending, value.values()))
    return (not value or sum(map(ending, value))) if isinstance(value, list) else 0


@pytest.mark.parametrize(
    "frame", [b"\xdd\x00\x4c\x4b\x40" + b"\x80" * 5_000_000, b"[" + b"{}," * 5_000_000 + b"0]"], ids=["binary", "json"]
)
def test_five_million_empty_objects_are_refused_at_once(frame: bytes) -> None:
    """Counting stops at the limit, long before anything is decoded."""
    assert crowded(frame, 250_000, binary=frame[0] == 0xDD)
