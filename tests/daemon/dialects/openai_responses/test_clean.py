"""A client's openai.responses body without what others sealed or named."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.issuer import Issuer
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.openai_responses import cleaned
from switchgeard.dialects.sealed import seal
from switchgeard.dialects.tool_ids import original, renamed

CLAUDE = Issuer("claude#1", "anthropic.messages", "opus")
USER = {"role": "user", "content": "Hi", "id": "msg_0"}
TEXT = {"type": "message", "role": "assistant", "content": "a", "id": "msg_1"}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "ok", "id": "fco_1"}


def thought(blob: str | None, key: str = "rs_1") -> dict[str, Any]:
    return {"type": "reasoning", "id": key, "summary": [], **({} if blob is None else {"encrypted_content": blob})}


def nothing(blob: str) -> bool:
    return False


def mine(blob: str) -> bool:
    return blob == "mine"


def left(*items: Any, keep: Any = mine, rename: Any = str) -> list[Any]:
    body = json.dumps({"model": "m", "input": list(items), "x": 1.0}).encode()
    out = json.loads(cleaned(body, keep, rename))
    assert {name: value for name, value in out.items() if name != "input"} == {"model": "m", "x": 1.0}
    return list(out["input"])


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}


def test_what_may_travel_stays_to_the_byte() -> None:
    """The same object."""
    for value in ('"Hi"', json.dumps([USER, thought("mine"), TEXT, CALL, RESULT], indent=3)):
        body = f'{{ "input" : {value} , "model":"m"}}'.encode()
        assert cleaned(body, mine, str) is body


def test_foreign_reasoning_goes_and_the_ids_made_with_it() -> None:
    """A call keeps what ties it to its result; the user's items keep theirs."""
    assert left(USER, thought("theirs"), TEXT, CALL, RESULT, USER) == [
        USER,
        without(TEXT, "id"),
        without(CALL, "id"),
        RESULT,
        USER,
    ]


def test_each_run_of_the_models_is_judged_alone() -> None:
    """What the provider made before or after stays its own."""
    own = [thought("mine"), TEXT]
    assert left(USER, *own, USER, thought("theirs"), CALL, RESULT, *own) == [
        USER,
        *own,
        USER,
        without(CALL, "id"),
        RESULT,
        *own,
    ]


def test_a_seal_of_ours_never_goes_to_this_wire() -> None:
    """It holds what another wire said, whoever may open it."""
    assert left(USER, thought(seal(CLAUDE, "sig")), TEXT, keep=lambda blob: True) == [USER, without(TEXT, "id")]


def test_reasoning_that_is_kept_by_its_id_goes_unless_all_may_stay() -> None:
    """Nobody knows who keeps it."""
    assert left(USER, thought(None), TEXT) == [USER, without(TEXT, "id")]
    assert left(USER, thought(None), TEXT, keep=lambda blob: True) == [USER, thought(None), TEXT]


def test_a_foreign_compaction_goes() -> None:
    """It is sealed like reasoning."""
    assert left({"type": "compaction", "encrypted_content": "theirs"}, USER) == [USER]


def test_calls_are_renamed_with_their_results() -> None:
    """And lose the id of the item; a hosted tool's item is not touched."""
    ours = renamed("toolu|1")
    search = {"type": "web_search_call", "id": "ws_1"}
    assert left(USER, search, {**CALL, "call_id": ours}, {**RESULT, "call_id": ours}, rename=original) == [
        USER,
        search,
        {**without(CALL, "id"), "call_id": "toolu|1"},
        {**RESULT, "call_id": "toolu|1"},
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"input":[', b'{"input":[5]}', b'{"input":[],"input":[]}'])
def test_what_is_no_body_is_unreadable(body: bytes) -> None:
    """A glimpse would have said so before."""
    with pytest.raises(Unreadable):
        cleaned(body, nothing, str)


BLOBS = st.sampled_from(["mine", "theirs", None, seal(CLAUDE, "sig")])
ITEMS = st.lists(
    st.sampled_from([USER, TEXT, CALL, RESULT, {**CALL, "call_id": renamed("a|b")}, {"type": "new", "id": "n"}])
    | st.builds(thought, BLOBS, st.sampled_from(["rs_1", "rs_2"])),
    max_size=8,
)


@given(ITEMS)
def test_cleaning_twice_is_cleaning_once(items: list[dict[str, Any]]) -> None:
    """And touches nothing but sealed items, ids of items, and call_ids."""
    body = json.dumps({"input": items}).encode()
    once = cleaned(body, mine, original)
    assert cleaned(once, mine, original) == once
    before = [item for item in items if item.get("type") != "reasoning" or item.get("encrypted_content") == "mine"]
    after = json.loads(once)["input"]
    assert [without(item, "id", "call_id") for item in after] == [without(item, "id", "call_id") for item in before]
    assert [item.get("call_id") for item in after] == [
        original(item["call_id"]) if "call_id" in item else None for item in before
    ]
