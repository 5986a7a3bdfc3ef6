"""A client's body without what another host sealed."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.openai_chat import cleaned
from switchgeard.dialects.tool_ids import nine

USER = {"role": "user", "content": "Hi"}


def nothing(blob: str) -> bool:
    return False


def everything(blob: str) -> bool:
    return True


def left(*messages: Any, keep: Any = nothing, rename: Any = str) -> list[Any]:
    body = json.dumps({"model": "m", "messages": list(messages), "x": 1.0}).encode()
    out = json.loads(cleaned(body, keep, rename))
    assert {name: value for name, value in out.items() if name != "messages"} == {"model": "m", "x": 1.0}
    return list(out["messages"])


def assistant(**fields: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": "a", **fields}


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_of_others_goes(field: str) -> None:
    """Asked for by its text; the message stays with all else that is in it."""
    asked = []

    def keep(blob: str) -> bool:
        asked.append(blob)
        return blob == "mine"

    messages = [USER, assistant(**{field: "hm"}, name="x"), assistant(**{field: "mine"}), assistant(**{field: ""})]
    assert left(*messages, keep=keep) == [USER, assistant(name="x"), *messages[2:]]
    assert asked == ["hm", "mine"]


def test_a_message_left_empty_goes() -> None:
    """It had only thoughts; one that was empty before is not ours to judge."""
    empty = assistant(content="")
    assert left(USER, assistant(content=None, reasoning_content="hm"), empty, USER) == [USER, empty, USER]
    kept = assistant(content=None, reasoning_content="hm", tool_calls=[{"id": "c"}])
    assert left(kept) == [assistant(content=None, tool_calls=[{"id": "c"}])]


def test_sealed_details_and_signatures_of_others_go() -> None:
    """With what held nothing else; plain ones stay."""
    google = {"google": {"thought_signature": "g"}}
    signed = {"id": "c", "type": "function", "extra_content": google}
    more = {"id": "c", "extra_content": {"google": {"thought_signature": "g", "a": 1}, "b": 2}}
    messages = [assistant(reasoning_details=[{"data": "e"}], tool_calls=[signed, more])]
    assert left(*messages) == [
        assistant(
            tool_calls=[{"id": "c", "type": "function"}, {"id": "c", "extra_content": {"google": {"a": 1}, "b": 2}}]
        )
    ]
    assert left(*messages, keep=everything) == messages
    plain = [assistant(reasoning_details=[{"type": "reasoning.text", "text": "t"}], reasoning={"a": 1})]
    assert left(*plain) == plain


def test_ids_are_renamed_alike_in_call_and_result() -> None:
    """And only where they stand."""
    messages = [
        assistant(tool_calls=[{"id": "toolu_1", "function": {"name": "toolu_1", "arguments": "{}"}}]),
        {"role": "tool", "tool_call_id": "toolu_1", "content": "toolu_1"},
    ]
    found = left(*messages, rename=nine)
    assert found[0]["tool_calls"][0] == {"id": nine("toolu_1"), "function": messages[0]["tool_calls"][0]["function"]}
    assert found[1] == {"role": "tool", "tool_call_id": nine("toolu_1"), "content": "toolu_1"}


def test_a_body_that_is_clean_is_the_same_object() -> None:
    """And a message that is keeps its very bytes."""
    body = b'{"model":"m","messages":[ {"role":"user", "content":"\\u00e9"} ]}'
    assert cleaned(body, nothing, str) is body
    dirty = body.replace(b" ]", b',{"role":"assistant","content":"x","reasoning":"hm","n":1.50} ]')
    assert cleaned(dirty, nothing, str) == (
        b'{"model":"m","messages":[{"role":"user", "content":"\\u00e9"},{"role":"assistant","content":"x","n":1.50}]}'
    )


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"model":"m"}', b'{"messages":5}', b'{"messages":[5]}', b'{"messages":[' + b"[" * 9**5]
)
def test_what_is_no_body_is_unreadable(body: bytes) -> None:
    """Nothing else leaves."""
    with pytest.raises(Unreadable):
        cleaned(body, nothing, str)


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["hm", "mine", "c1", ""]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["google", "thought_signature", "id", "data", "extra_content", "text"]), inner
        )
    ),
    max_leaves=6,
)
FIELDS = (
    "role",
    "content",
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "tool_calls",
    "tool_call_id",
    "name",
)
MESSAGES = st.lists(st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=5), max_size=4)


@given(MESSAGES)
def test_cleaning_twice_is_cleaning_once(messages: list[Any]) -> None:
    """And members that hold nothing sealed and no id never change."""
    messages = [{**message, "name": number} for number, message in enumerate(messages)]
    body = json.dumps({"messages": messages, "model": "m"}).encode()
    try:
        once = cleaned(body, lambda blob: blob == "mine", nine)
    except Unreadable:
        return
    assert cleaned(once, lambda blob: blob == "mine", nine) == once
    for message in json.loads(once)["messages"]:
        before = messages[message["name"]]
        assert [message.get(name) for name in ("role", "content")] == [before.get(name) for name in ("role", "content")]


@given(MESSAGES)
def test_who_keeps_all_changes_nothing(messages: list[Any]) -> None:
    """Whatever is in them."""
    body = json.dumps({"messages": messages}).encode()
    try:
        found = cleaned(body, everything, str)
    except Unreadable:  # a call that is no object
        assume(False)
        raise
    assert found is body
