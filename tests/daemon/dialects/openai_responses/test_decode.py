"""openai.responses, decoded: the order of events, every way a host departs from it, ends and errors."""

import json
from typing import Any

import pytest

from responding import BEGUN, DONE, added, call, decode, delta, done, ended, message
from switchgear_protocol.content import Usage
from switchgear_protocol.events import (
    BlockEnd,
    Finished,
    ReasoningDelta,
    ReasoningSignature,
    Start,
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


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"null",
        b"<html>",
        b'{"output":5}',
        b'{"output":[],"status":"in_progress"}',
        b'{"output":[],"status":["completed"]}',
    ],
)
def test_a_body_that_is_no_answer_is_garbled(body: bytes) -> None:
    """Nor one that is under way still."""
    with pytest.raises(Garbled):
        whole(body)
