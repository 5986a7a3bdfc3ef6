"""A client's body without what only others can open."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.issuer import Issuer
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.google_generate import cleaned
from switchgeard.dialects.google_generate.signature import BYPASS, carried

USER = {"role": "user", "parts": [{"text": "Hi"}]}
ELSEWHERE = Issuer("a#1", "anthropic.messages", "m")


def nothing(blob: str) -> bool:
    return False


def everything(blob: str) -> bool:
    return True


def left(*contents: Any, keep: Any = nothing, rename: Any = str) -> list[Any]:
    body = json.dumps({"contents": list(contents), "x": 1.0}).encode()
    out = json.loads(cleaned(body, keep, rename))
    assert out["x"] == 1.0
    return list(out["contents"])


def said(*parts: Any) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


def call(id: str | None = None, signature: str | None = None) -> dict[str, Any]:
    part: dict[str, Any] = {"functionCall": {"name": "f", "args": {"id": "x"}} | ({"id": id} if id else {})}
    return part | ({"thoughtSignature": signature} if signature else {})


def result(id: str | None = None) -> dict[str, Any]:
    named = {"id": id} if id else {}
    return {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}} | named}]}


def test_thoughts_go_with_their_signature_and_other_parts_without() -> None:
    """An empty text that only carried one goes too; so does a content nothing is left of."""
    thought = {"text": "hm", "thought": True, "thoughtSignature": "Zg=="}
    signed = {"text": "a", "thoughtSignature": "Zg=="}
    assert left(USER, said(thought), said(thought, signed, {"text": "", "thoughtSignature": "Zg=="}), USER) == [
        USER,
        said({"text": "a"}),
        USER,
    ]


def test_keep_is_asked_for_each_signature_in_its_form() -> None:
    """What it says yes to stays as it came; a seal of ours is somebody else's whatever it says."""
    asked = []

    def keep(blob: str) -> bool:
        asked.append(blob)
        return True

    signed = {"text": "a", "thoughtSignature": "-_8"}
    foreign = {"text": "h", "thought": True, "thoughtSignature": carried(ELSEWHERE, "s")}
    assert left(USER, said(signed, foreign), USER, keep=keep) == [USER, said(signed), USER]
    assert asked == ["+/8="]


def test_the_first_call_of_a_step_gets_the_dummy_for_a_signature_it_loses() -> None:
    """Within the current tool loop; other calls are not checked."""
    seal = carried(ELSEWHERE, "")
    old = [said(call("1", seal)), result("1")]
    steps = [
        said(call("2", seal), call("3", seal)),
        result("2"),
        said(call("4", seal)),
        said(call("5", seal)),
        result(),
    ]
    found = left(USER, *old, USER, *steps)
    signatures = [part.get("thoughtSignature") for turn in found for part in turn["parts"] if "functionCall" in part]
    assert signatures == [None, BYPASS, None, BYPASS, None]


def test_a_call_that_had_no_signature_gets_none() -> None:
    """Google itself signs only the first."""
    steps = [USER, said(call("1", "Zg=="), call("2")), result("1")]
    assert left(*steps, keep=everything) == steps


def test_ids_are_renamed_in_calls_and_results() -> None:
    """Nothing else that is called id."""
    found = left(USER, said(call("1")), result("1"), said(call()), result(), rename="n{}".format)
    assert found == [USER, said(call("n1")), result("n1"), said(call()), result()]


def test_a_body_of_which_all_may_go_is_the_very_bytes() -> None:
    """Also one in the other spelling."""
    body = b'{ "contents": {"parts":{"text":"a", "thought_signature": "Zg=="}} }'
    assert cleaned(body, everything, str) is body
    assert json.loads(cleaned(body, nothing, str)) == {"contents": [{"parts": [{"text": "a"}]}]}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"contents":1}', b'{"contents":[1]}', b'{"contents":' + b"[" * 100_000])
def test_what_is_no_body_is_unreadable(body: bytes) -> None:
    """As glimpse said before."""
    with pytest.raises(Unreadable):
        cleaned(body, everything, str)


PARTS = st.one_of(
    st.fixed_dictionaries({"text": st.sampled_from(["", "a"])}, optional={"thoughtSignature": st.sampled_from("ab")}),
    st.just({"text": "h", "thought": True, "thoughtSignature": "b"}),
    st.builds(call, st.sampled_from(["1", "2"]) | st.none(), st.sampled_from("ab") | st.none()),
    st.just(result("1")["parts"][0]),
    st.dictionaries(st.sampled_from(["inlineData", "x"]), st.just({"y": [1, 2.0]}), min_size=1),
)
CONTENTS = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "model"]), "parts": st.lists(PARTS, min_size=1, max_size=4)}
    ),
    max_size=5,
)


@given(CONTENTS)
def test_cleaning_once_is_enough_and_touches_nothing_else(contents: list[Any]) -> None:
    """Text, calls and results are all still there, in their order."""

    def keep(blob: str) -> bool:
        return blob == "a==="

    body = json.dumps({"contents": contents}).encode()
    once = cleaned(body, keep, str)
    assert cleaned(once, keep, str) == once
    assert _bare(json.loads(once)["contents"]) == _bare(contents)


def _bare(contents: list[Any]) -> list[Any]:
    """Without signatures, thoughts, and texts without a character."""
    parts = [part for content in contents for part in content["parts"] if not part.get("thought")]
    bare = [{name: value for name, value in part.items() if name != "thoughtSignature"} for part in parts]
    return [part for part in bare if part != {"text": ""}]
