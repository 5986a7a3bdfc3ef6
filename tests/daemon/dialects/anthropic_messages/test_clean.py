"""A body without what only others can open."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.dialects.anthropic_messages import cleaned
from switchgeard.dialects.glimpse import Unreadable

USER = {"role": "user", "content": "Hi"}
OWN = {"type": "thinking", "thinking": "a", "signature": "own"}
FOREIGN = {"type": "thinking", "thinking": "b", "signature": "foreign"}
UNSIGNED = {"type": "thinking", "thinking": "c"}
HIDDEN = {"type": "redacted_thinking", "data": "foreign"}
TEXT = {"type": "text", "text": "t", "cache_control": {"type": "ephemeral"}}
CALL = {"type": "tool_use", "id": "call|1", "name": "f", "input": {"a": 1.0}}
RESULT = {"type": "tool_result", "tool_use_id": "call|1", "content": "ok"}
BUDGET = {"type": "enabled", "budget_tokens": 2000}
EDITS = [{"type": "clear_thinking_20251015", "keep": "all"}, {"type": "clear_tool_uses_20250919"}]


def own(blob: str) -> bool:
    return blob == "own"


def safe(id: str) -> str:
    return id.replace("|", "_")


def clean(messages: list[Any], **members: Any) -> Any:
    return json.loads(cleaned(json.dumps({"model": "m", "messages": messages, **members}).encode(), own, str))


def said(*content: Any, role: str = "assistant") -> Any:
    return {"role": role, "content": list(content)}


def test_what_may_not_travel_goes() -> None:
    """Signed, redacted and unsigned thinking; what may go stays, and so does all else."""
    messages = [USER, said(FOREIGN, OWN, HIDDEN, UNSIGNED, TEXT), USER]
    assert clean(messages)["messages"] == [USER, said(OWN, TEXT), USER]


def test_a_message_left_empty_goes() -> None:
    """But not one that came empty."""
    assert clean([USER, said(FOREIGN), USER, said()])["messages"] == [USER, USER, said()]


def test_nothing_to_do_is_nothing_done() -> None:
    """The very same bytes, however they are spelled."""
    body = b'{ "messages" : [{"role":"assistant", "content":[{"type":"thinking","signature":"own","x":1e3}]}] }'
    assert cleaned(body, own, str) is body


def test_what_stays_keeps_its_bytes() -> None:
    """In other messages, other blocks and other members."""
    loose = b'{"type":"tool_use", "id":"t" , "name":"f","input":{ "b": 1.0, "a": "\\u00e9" } }'
    body = b'{"x": 1E2, "messages":[{"content":[%s,%s] , "role":"assistant"}, {"role":"user","content":"\\u00e9"}]}'
    out = cleaned(body % (json.dumps(FOREIGN).encode(), loose), own, str)
    assert loose in out
    assert b'"x": 1E2' in out
    assert b'{"role":"user","content":"\\u00e9"}' in out
    assert b"foreign" not in out


def test_ids_are_renamed_alike_in_call_and_result() -> None:
    """And nowhere else."""
    server = {"type": "server_tool_use", "id": "s|1", "name": "n", "input": {}}
    body = json.dumps({"messages": [USER, said(server, CALL), said(RESULT, role="user")]}).encode()
    out = json.loads(cleaned(body, own, safe))["messages"]
    assert out[1]["content"] == [server, {**CALL, "id": "call_1"}]
    assert out[2]["content"] == [{**RESULT, "tool_use_id": "call_1"}]


def test_a_budget_in_a_broken_loop_is_switched_off() -> None:
    """With the edit that wants thinking; not for adaptive thinking, not once the user has spoken."""
    loop = [USER, said(FOREIGN, CALL), said(RESULT, role="user")]
    managed = {"context_management": {"edits": EDITS}}
    out = clean(loop, thinking=BUDGET, **managed)
    assert out["thinking"] == {"type": "disabled"}
    assert out["context_management"] == {"edits": EDITS[1:]}
    adaptive = clean(loop, thinking={"type": "adaptive"}, **managed)
    assert adaptive["thinking"] == {"type": "adaptive"}
    assert adaptive["context_management"] == {"edits": EDITS}
    assert clean([*loop, USER], thinking=BUDGET, **managed)["thinking"] == BUDGET
    assert clean([USER, said(OWN, FOREIGN, CALL), said(RESULT, role="user")], thinking=BUDGET)["thinking"] == BUDGET
    assert "thinking" not in clean(loop)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"messages":5}',
        b'{"messages":[{"role":"user"}]}',
        b'{"messages":[{"role":"user","content":[{"type":"tool_use","id":5}]}]}',
        b'{"messages":' + b"[" * 100_000,
        b'{"messages":[{"role":"user","role":"user","content":[{"type":"thinking"}]}]}',
    ],
)
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    """With the only error there is for it."""
    with pytest.raises(Unreadable):
        cleaned(body, own, str)


BLOCKS = st.sampled_from([OWN, FOREIGN, UNSIGNED, HIDDEN, TEXT, CALL, RESULT, {"type": "next_year", "data": {"a": []}}])
MESSAGES = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["user", "assistant", "system"]),
    st.text() | st.lists(BLOCKS, min_size=1, max_size=5),
)


@given(st.lists(MESSAGES, max_size=6), st.sampled_from([{}, {"thinking": {"type": "adaptive"}}, {"system": "s"}]))
def test_only_what_may_not_travel_changes(messages: list[Any], members: dict[str, Any]) -> None:
    """As a naive reading of the rules has it; and doing it twice changes nothing more."""
    body = json.dumps({"model": "m", "messages": messages, **members}).encode()
    out = cleaned(body, own, safe)
    assert json.loads(out) == {"model": "m", "messages": naive(messages), **members}
    assert cleaned(out, own, safe) is out


def naive(messages: list[Any]) -> list[Any]:
    out = []
    for message in copy.deepcopy(messages):
        if isinstance(message["content"], list):
            message["content"] = [block for block in message["content"] if block not in (FOREIGN, UNSIGNED, HIDDEN)]
            for block in message["content"]:
                block.update({name: "call_1" for name in ("id", "tool_use_id") if name in block})
        if message["content"] != []:
            out.append(message)
    return out
