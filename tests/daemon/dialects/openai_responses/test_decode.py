"""openai.responses, decoded: the order of events, every way a host departs from it, ends and errors."""

import json
from typing import Any

import pytest

from switchgear_protocol.content import Usage
from switchgear_protocol.events import (
    BlockEnd,
    Finished,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    Start,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
    UsageReport,
)
from switchgear_protocol.words import Finish
from switchgeard.demo import responses
from switchgeard.demo.said import Said
from switchgeard.dialects.fault import Garbled, UpstreamError
from switchgeard.dialects.openai_responses import Decoder, whole
from switchgeard.upstream.sse import Event

SEALED = responses.SEALED + Said().signature
BEGUN = {"type": "response.created", "response": {"id": "resp_1", "model": "m", "status": "in_progress"}}
DONE: dict[str, Any] = {"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "output": []}}


def ended(**fields: Any) -> dict[str, Any]:
    return {"type": "response.completed", "response": {"status": "completed", "output": [], **fields}}


def added(place: int, **item: Any) -> dict[str, Any]:
    return {"type": "response.output_item.added", "output_index": place, "item": item}


def done(place: int, **item: Any) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": place, "item": item}


def delta(kind: str, text: Any, place: int | None = 0, **fields: Any) -> dict[str, Any]:
    at = {} if place is None else {"output_index": place}
    return {"type": f"response.{kind}.delta", "delta": text, **at, **fields}


def message(*texts: str, **fields: Any) -> dict[str, Any]:
    return {"type": "message", "content": [{"type": "output_text", "text": text} for text in texts], **fields}


def call(name: str = "f", key: str = "c1", arguments: Any = "") -> dict[str, Any]:
    return {"type": "function_call", "id": "fc_1", "call_id": key, "name": name, "arguments": arguments}


def decode(*payloads: dict[str, Any] | str) -> list[StreamEvent]:
    decoder = Decoder()
    out: list[StreamEvent] = []
    for payload in payloads:
        out += decoder.feed(Event(None, payload if isinstance(payload, str) else json.dumps(payload)))
    return out + decoder.end()


def said(*payloads: dict[str, Any] | str) -> list[StreamEvent]:
    """What lies between Start and Finished."""
    events = decode(BEGUN, *payloads)
    assert events[0] == Start("resp_1", "m")
    assert isinstance(events[-1], Finished)
    return events[1:-1]


def test_a_stream_of_everything_arrives_in_order() -> None:
    """Reasoning with its seal, text, a call; then the usage and why it ended."""
    told = responses.stream(Said(text=("Hi", "!"), thinking="Hm.", tool="weather", arguments="{}"), "m")
    assert decode(*told) == [
        Start("resp_StandIn0001", "m"),
        ReasoningDelta("H"),
        ReasoningDelta("m."),
        ReasoningSignature(SEALED),
        BlockEnd(),
        TextDelta("Hi"),
        TextDelta("!"),
        BlockEnd(),
        ToolStart("toolu_01StandIn000000000001", "weather"),
        ToolArgsDelta("toolu_01StandIn000000000001", "{"),
        ToolArgsDelta("toolu_01StandIn000000000001", "}"),
        BlockEnd("toolu_01StandIn000000000001"),
        UsageReport(Usage(12, 8)),
        Finished(Finish.TOOL_CALLS),
    ]


def test_a_whole_body_is_read_like_its_stream() -> None:
    """The same blocks, their text in one piece."""
    body = json.dumps(responses.whole(Said(text=("Hi", "!"), thinking="Hm."), "m")).encode()
    assert whole(body)[1:-2] == [
        ReasoningDelta("Hm."),
        ReasoningSignature(SEALED),
        BlockEnd(),
        TextDelta("Hi!"),
        BlockEnd(),
    ]


def test_the_terminal_event_makes_the_answer_complete_once() -> None:
    """[DONE] (some hosts send it) or the end brings what is owed; all else behind it is nothing."""
    decoder = Decoder()
    decoder.feed(Event(None, json.dumps(BEGUN)))
    assert (decoder.complete, decoder.done) == (False, False)
    assert decoder.feed(Event(None, json.dumps(DONE))) == []
    assert (decoder.complete, decoder.done) == (True, False)
    for nothing in (
        "{",
        json.dumps(DONE),
        json.dumps(BEGUN),
        '{"type":"error"}',
        json.dumps(delta("output_text", "x")),
    ):
        assert decoder.feed(Event(None, nothing)) == []
    assert decoder.feed(Event(None, "[DONE]")) == [Finished(Finish.STOP)]
    assert decoder.done
    assert decoder.feed(Event(None, "[DONE]")) + decoder.end() == []


def test_responses_one_after_the_other_are_one_answer() -> None:
    """Their usage is added, call ids stay apart, the last finish counts; until it ends, the answer is cut."""
    usage = {"input_tokens": 10, "output_tokens": 5}
    second = {"type": "response.created", "response": {"id": "resp_2", "model": "m"}}
    first = [BEGUN, done(0, **call(arguments="{}")), ended(id="resp_1", usage=usage)]
    events = decode(*first, second, done(0, **call(arguments="{}")), done(1, **message("a")), ended(usage=usage))
    assert [event for event in events if isinstance(event, Start | ToolStart | TextDelta)] == [
        Start("resp_1", "m"),
        ToolStart("c1", "f"),
        ToolStart("c1_0", "f"),
        TextDelta("a"),
    ]
    assert events[-2:] == [UsageReport(Usage(20, 10)), Finished(Finish.TOOL_CALLS)]
    with pytest.raises(Garbled, match=r"response\.completed"):
        decode(*first, second)
    many = [payload for number in range(300) for payload in ({**BEGUN, "response": {"id": str(number)}}, DONE)]
    with pytest.raises(Garbled, match="responses"):
        decode(*many)


@pytest.mark.parametrize("payloads", [[], [BEGUN], [BEGUN, "[DONE]"], [BEGUN, done(0, **message("a"))]])
def test_without_a_terminal_event_an_answer_is_cut(payloads: list[Any]) -> None:
    """Neither [DONE] nor items that are done make it whole."""
    with pytest.raises(Garbled, match=r"response\.completed"):
        decode(*payloads)


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[]",
        '{"type": 5}',
        "[" * 100_000,
        json.dumps(added(0, type="function_call", call_id="c")),
        json.dumps(delta("function_call_arguments", "{}")),
        '{"type":"response.output_item.added","output_index":"0","item":{}}',
    ],
)
def test_what_is_not_the_dialect_is_garbled(data: str) -> None:
    """Bad JSON, wrong types, calls without a name or a beginning, and JSON too deep to read."""
    with pytest.raises(Garbled):
        decode(BEGUN, data)


def test_a_stream_that_begins_too_many_items_is_garbled() -> None:
    """It would be kept in memory, item by item."""
    with pytest.raises(Garbled, match="items"):
        decode(*(added(place, type="message") for place in range(5000)))


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


# --- ends and errors


@pytest.mark.parametrize(
    ("response", "finish"),
    [
        ({"status": "completed"}, Finish.STOP),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, Finish.LENGTH),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, Finish.CONTENT_FILTER),
        ({"status": "incomplete", "incomplete_details": {"reason": "steered"}}, Finish.OTHER),
        ({"status": "incomplete", "incomplete_details": None}, Finish.OTHER),
        ({"status": None}, Finish.STOP),
        ({"status": "completed", "output": [call(arguments="{}")]}, Finish.TOOL_CALLS),
    ],
)
def test_the_status_says_why_it_ended(response: dict[str, Any], finish: Finish) -> None:
    """In a stream and in a body."""
    assert decode(BEGUN, {"type": "response.completed", "response": {"output": [], **response}})[-1] == Finished(finish)
    assert whole(json.dumps({"output": [], **response}).encode())[-1] == Finished(finish)


ERROR = {"code": "rate_limit_exceeded", "message": "Please try again in 5s."}


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "error", **ERROR, "param": None},
        {"type": "error", "error": {"type": "tokens", **ERROR}},
        {"error": ERROR},
        {"type": "response.failed", "response": {"status": "failed", "error": ERROR}},
        {"type": "response.completed", "response": {"status": "failed", "error": ERROR, "output": []}},
    ],
)
def test_an_error_in_the_stream_is_an_upstream_error(payload: dict[str, Any]) -> None:
    """In every spelling; what it says is in the body."""
    with pytest.raises(UpstreamError) as caught:
        decode(BEGUN, payload)
    assert b"try again in 5s" in caught.value.body


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_an_answer_that_failed_without_a_word_is_an_error_too(status: str) -> None:
    """Nothing of it is an answer."""
    with pytest.raises(UpstreamError, match="reported an error"):
        whole(json.dumps({"status": status, "output": []}).encode())


def test_an_error_body_is_an_upstream_error() -> None:
    """As it came."""
    body = b'{"error":{"message":"no","type":"server_error","code":503}}'
    with pytest.raises(UpstreamError) as caught:
        whole(body)
    assert (caught.value.body, caught.value.status) == (body, 503)


@pytest.mark.parametrize("body", [b"{}", b"null", b"<html>", b'{"output":5}', b'{"output":[],"status":"in_progress"}'])
def test_a_body_that_is_no_answer_is_garbled(body: bytes) -> None:
    """Nor one that is under way still."""
    with pytest.raises(Garbled):
        whole(body)
