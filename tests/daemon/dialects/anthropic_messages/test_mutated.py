"""Every reader of a client's body, on bodies that were damaged on the way or made to hurt."""

import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.issuer import Issuer
from switchgeard.dialects.anthropic_messages import NAME, cleaned, counting, glimpse, patched, read
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.sealed import seal

PNG = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
BODY = json.dumps(
    {
        "model": "m",
        "max_tokens": 64000,
        "system": [{"type": "text", "text": "x-anthropic-billing-header: a=1;"}, {"type": "text", "text": "é"}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": seal(Issuer("a#1", NAME, "m"), "blob")},
                    {"type": "tool_use", "id": "sgid_mnqwy3d4ge", "name": "f", "input": {"a": "é"}},
                ],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "sgid_mnqwy3d4ge", "content": [PNG]}],
            },
        ],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "metadata": {"user_id": '{"session_id":"s"}'},
        "thinking": {"type": "enabled", "budget_tokens": 2000},
    },
    ensure_ascii=False,
).encode()

DAMAGE = [b"", b"\xff", b'"', b"{", b"}", b"[", b"\\", b"0", b"\x00"]
READERS: list[Callable[[bytes], object]] = [
    glimpse,
    lambda body: read(body, lambda blob: None),
    lambda body: cleaned(body, lambda blob: False, lambda key: key[:20]),
    lambda body: patched(body, model="t", stream=True),
    lambda body: counting(body, model="t"),
]


@pytest.mark.parametrize("reader", READERS)
def test_the_whole_body_is_read(reader: Callable[[bytes], object]) -> None:
    """Else what follows would prove nothing."""
    assert reader(BODY)


@given(
    st.lists(
        st.tuples(st.integers(0, len(BODY) - 1), st.sampled_from(DAMAGE)),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(READERS),
    st.booleans(),
)
def test_damage_is_refused_or_survived(
    damage: list[tuple[int, bytes]], reader: Callable[[bytes], object], cut: bool
) -> None:
    """Nothing but Unreadable is raised."""
    body = BODY
    for at, byte in damage:
        body = body[:at] + byte + body[at + 1 :]
    with contextlib.suppress(Unreadable):
        assert reader(body[: damage[0][0]] if cut else body) is not None
