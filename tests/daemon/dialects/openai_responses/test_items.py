"""Output items of openai.responses: text, reasoning, calls, and what hosts make of their order."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responding import BEGUN, DONE, added, call, decode, delta, done, ended, message, said
from switchgear_protocol.events import (
    BlockEnd,
    Finished,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    Start,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
)
from switchgear_protocol.words import Finish
from switchgeard.dialects.fault import Garbled
from switchgeard.dialects.openai_responses.items import Items

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
KINDS = st.sampled_from(["message", "reasoning", "function_call", "custom_tool_call", "web_search_call"])
FIELDS = st.sampled_from(["id", "call_id", "name", "arguments", "input", "content", "summary", "phase"])
PARTS = st.lists(st.fixed_dictionaries({"type": st.sampled_from(["output_text", "refusal"]), "text": VALUES}))
ITEMS = st.builds(
    lambda kind, fields: {"type": kind, **fields}, KINDS, st.dictionaries(FIELDS, VALUES | PARTS, max_size=6)
)


@given(st.lists(st.tuples(st.sampled_from(["added", "done"]), st.none() | st.integers(-1, 4), ITEMS), max_size=8))
def test_calls_that_begin_end_or_the_answer_is_garbled(told: list[tuple[str, int | None, dict[str, Any]]]) -> None:
    """Whatever stands where, and in whatever order."""
    items, out = Items(set()), []
    try:
        for kind, place, item in told:
            out += items.added(place, item) if kind == "added" else items.done(place, item)
        out += items.end(cut=False)
    except Garbled:
        return
    begun = [event.id for event in out if isinstance(event, ToolStart)]
    assert len(begun) == len(set(begun))
    assert set(begun) == {event.id for event in out if isinstance(event, BlockEnd) and event.id}


# --- text and reasoning


def test_the_parts_of_a_message_are_blocks_of_text() -> None:
    """And so are messages."""
    assert said(
        added(0, type="message"),
        delta("output_text", "a", content_index=0),
        delta("output_text", "b", content_index=1),
        done(0, **message("a", "b")),
        done(1, **message("c")),
        DONE,
    ) == [TextDelta("a"), BlockEnd(), TextDelta("b"), BlockEnd(), TextDelta("c"), BlockEnd()]


def test_what_no_delta_said_is_told_when_the_item_is_done() -> None:
    """Some hosts send no deltas, or only the end."""
    assert said(added(0, type="message"), done(0, **message("whole")), DONE) == [TextDelta("whole"), BlockEnd()]
    assert said(ended(output=[message("whole"), call(arguments="{}")])) == [
        TextDelta("whole"),
        BlockEnd(),
        ToolStart("c1", "f"),
        ToolArgsDelta("c1", "{}"),
        BlockEnd("c1"),
    ]


def test_what_goes_on_where_the_deltas_ceased_is_told_too() -> None:
    """Some hosts lose the last deltas; what reads otherwise than they did is left alone."""
    assert said(delta("output_text", "Got "), done(0, **message("Got it")), DONE) == [
        TextDelta("Got "),
        TextDelta("it"),
        BlockEnd(),
    ]
    assert said(delta("output_text", "Got  "), done(0, **message("Got it")), DONE) == [TextDelta("Got  "), BlockEnd()]
    begun = [added(0, **call()), delta("function_call_arguments", '{"x"')]
    assert said(*begun, done(0, **call(arguments='{"x":1}')), DONE)[1:] == [
        ToolArgsDelta("c1", '{"x"'),
        ToolArgsDelta("c1", ":1}"),
        BlockEnd("c1"),
    ]


def test_what_was_told_is_not_told_again() -> None:
    """By the item that is done twice, or by the response that holds it once more."""
    item = message("a")
    assert said(done(0, **item), done(0, **item), ended(output=[item])) == [TextDelta("a"), BlockEnd()]


def test_places_may_have_gaps() -> None:
    """The response holds its items in a row all the same, and tells none of them again."""
    first, second = message("a", id="m1"), message("b", id="m2")
    expected = [TextDelta("a"), BlockEnd(), TextDelta("b"), BlockEnd()]
    assert said(done(0, **first), done(2, **second), ended(output=[first, second])) == expected
    assert said(done(2, **second), ended(output=[first, second])) == [*expected[2:], *expected[:2]]


def test_items_are_known_by_their_place() -> None:
    """GitHub Copilot gives an item another id in every event."""
    assert said(
        added(0, type="message", id="one"),
        delta("output_text", "a", item_id="two"),
        done(0, **message("a", id="three")),
        ended(output=[message("a", id="four")]),
    ) == [TextDelta("a"), BlockEnd()]


def test_without_places_items_are_known_by_their_ids() -> None:
    """Or, without those, by which came last."""
    first = added(0, type="message", id="m1")
    del first["output_index"]
    last = done(0, **message("ab", id="m1"))
    del last["output_index"]
    out = said(first, delta("output_text", "a", None, item_id="m1"), delta("output_text", "b", None), last, DONE)
    assert out == [TextDelta("a"), TextDelta("b"), BlockEnd()]


def test_text_may_come_for_an_item_that_never_began() -> None:
    """Some gateways leave the beginning out, even that of the stream."""
    assert decode(delta("output_text", "a"), DONE)[:2] == [Start(None, None), TextDelta("a")]


def test_text_for_an_item_of_another_type_is_garbled() -> None:
    """It would end up in the wrong block."""
    with pytest.raises(Garbled, match="no open item"):
        decode(BEGUN, added(0, **call()), delta("output_text", "a"))


def test_parts_of_a_summary_are_one_thought() -> None:
    """Set apart by a blank line, sealed at the end."""
    parts = [{"type": "summary_text", "text": text} for text in ("a", "b")]
    assert said(
        added(0, type="reasoning"),
        delta("reasoning_summary_text", "a", summary_index=0),
        delta("reasoning_summary_text", "b", summary_index=1),
        done(0, type="reasoning", summary=parts, encrypted_content="gAAA"),
        DONE,
    ) == [ReasoningDelta("a"), ReasoningDelta("\n\n"), ReasoningDelta("b"), ReasoningSignature("gAAA"), BlockEnd()]


def test_reasoning_may_be_a_seal_and_nothing_else() -> None:
    """It is a block all the same, and does not stick to what comes next."""
    assert said(done(0, type="reasoning", summary=[], encrypted_content="gAAA"), done(1, **message("a")), DONE) == [
        ReasoningSignature("gAAA"),
        BlockEnd(),
        TextDelta("a"),
        BlockEnd(),
    ]


def test_reasoning_text_is_reasoning_too() -> None:
    """Local servers show all of it."""
    item = {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]}
    assert said(added(0, type="reasoning"), delta("reasoning_text", "hm"), done(0, **item), DONE) == [
        ReasoningDelta("hm"),
        BlockEnd(),
    ]
    assert said(done(0, **item), DONE) == [ReasoningDelta("hm"), BlockEnd()]


def test_the_phase_and_the_annotations_of_a_message_follow_it() -> None:
    """In a block of their own, for the provider they came from."""
    part = {"type": "output_text", "text": "a", "annotations": [{"type": "url_citation"}]}
    assert said(done(0, type="message", phase="commentary", content=[part]), DONE)[-1] == OpaqueBlock(
        "openai.responses",
        {"type": "message_notes", "phase": "commentary", "annotations": [[{"type": "url_citation"}]]},
    )


def test_a_refusal_is_text_and_says_so_at_the_end() -> None:
    """In deltas or only in the item."""
    part = {"type": "refusal", "refusal": "no"}
    told = [added(0, type="message"), delta("refusal", "no"), done(0, type="message", content=[part]), DONE]
    for payloads in (told, told[2:]):
        assert decode(BEGUN, *payloads)[1:] == [TextDelta("no"), BlockEnd(), Finished(Finish.REFUSAL)]


# --- calls


def test_calls_may_be_written_side_by_side() -> None:
    """Each by its place; an end ends one of them."""
    assert said(
        added(0, **call("f", "a")),
        added(1, **call("g", "b")),
        delta("function_call_arguments", "{", 1),
        delta("function_call_arguments", "{}", 0),
        done(0, **call("f", "a", "{}")),
        delta("function_call_arguments", "}", 1),
        done(1, **call("g", "b", "{}")),
        DONE,
    ) == [
        ToolStart("a", "f"),
        ToolStart("b", "g"),
        ToolArgsDelta("b", "{"),
        ToolArgsDelta("a", "{}"),
        BlockEnd("a"),
        ToolArgsDelta("b", "}"),
        BlockEnd("b"),
    ]


def test_a_calls_id_is_never_missing_and_never_twice() -> None:
    """Hosts leave it out, or give two calls the same."""
    nameless = {"type": "function_call", "name": "f", "arguments": {"x": 1}}
    out = said(done(0, **call(arguments="{}")), done(1, **call(arguments="{}")), done(2, **nameless), DONE)
    assert [event for event in out if isinstance(event, ToolStart)] == [
        ToolStart("c1", "f"),
        ToolStart("c1_1", "f"),
        ToolStart("call_resp_1_2", "f"),
    ]
    assert ToolArgsDelta("call_resp_1_2", '{"x":1}') in out


def test_free_text_becomes_arguments_with_one_member() -> None:
    """Escaped piece by piece, or in one go."""
    item = {"type": "custom_tool_call", "call_id": "c", "name": "patch"}
    streamed = said(
        added(0, **item, input=""),
        delta("custom_tool_call_input", 'say "'),
        delta("custom_tool_call_input", 'hi"\n'),
        done(0, **item, input='say "hi"\n'),
        DONE,
    )
    at_once = said(done(0, **item, input='say "hi"\n'), DONE)
    for out in (streamed, at_once):
        written = "".join(event.json for event in out if isinstance(event, ToolArgsDelta))
        assert json.loads(written) == {"input": 'say "hi"\n'}
    assert ToolArgsDelta("c", '{"input":""}') in said(done(0, **item, input=""), DONE)


def test_an_answer_that_ends_inside_a_call_is_garbled_unless_it_says_so() -> None:
    """Cut by its length, the call is what it is."""
    begun = [added(0, **call()), delta("function_call_arguments", '{"x')]
    with pytest.raises(Garbled, match="inside a tool call"):
        decode(BEGUN, *begun, DONE)
    cut = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []}
    events = decode(BEGUN, *begun, {"type": "response.incomplete", "response": cut})
    assert events[-2:] == [BlockEnd("c1"), Finished(Finish.LENGTH)]


def test_items_of_other_types_are_handed_over_whole() -> None:
    """When they are done; their own deltas are not read."""
    item = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"query": "x"}}
    assert said(
        added(0, type="web_search_call", id="ws_1"),
        {"type": "response.web_search_call.searching", "output_index": 0},
        {"type": "response.mcp_call_arguments.delta", "output_index": 0, "delta": "{}"},
        done(0, **item),
        DONE,
    ) == [OpaqueBlock("openai.responses", item)]
