"""anthropic.messages, decoded: blocks of every kind, splices, ends, errors, usage."""

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
    Restarted,
    Start,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
    UsageReport,
)
from switchgear_protocol.words import Finish
from switchgeard.dialects import anthropic_messages
from switchgeard.dialects.fault import Garbled, UpstreamError
from switchgeard.upstream.sse import Event

NAME = "anthropic.messages"
STOP = {"type": "message_stop"}
Payload = dict[str, Any]


def start(id: str | None = "msg_1", **fields: Any) -> Payload:
    message: Payload = {
        "id": id,
        "type": "message",
        "model": "m",
        "content": [],
        "usage": {"input_tokens": 7, "output_tokens": 1},
    }
    return {"type": "message_start", "message": {**message, **fields}}


def block(index: int, type: str, **fields: Any) -> Payload:
    return {"type": "content_block_start", "index": index, "content_block": {"type": type, **fields}}


def delta(index: int, type: str, **fields: Any) -> Payload:
    return {"type": "content_block_delta", "index": index, "delta": {"type": type, **fields}}


def stop(index: int) -> Payload:
    return {"type": "content_block_stop", "index": index}


def ending(reason: str = "end_turn", **usage: Any) -> Payload:
    return {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage}


def decode(*payloads: Payload) -> list[StreamEvent]:
    decoder = anthropic_messages.Decoder()
    events = [Event(payload.get("type"), json.dumps(payload)) for payload in payloads]
    return [out for event in events for out in decoder.feed(event)] + decoder.end()


def content(*payloads: Payload, reason: str = "end_turn") -> list[StreamEvent]:
    """What lies between Start and the usage."""
    return decode(start(), *payloads, ending(reason, output_tokens=9), STOP)[1:-2]


def test_text_streams_in_order() -> None:
    """Start with the input's usage; pings are nothing; cumulative usage before the finish."""
    text = [block(0, "text", text=""), delta(0, "text_delta", text="Hel"), {"type": "ping"}]
    events = decode(start(), *text, delta(0, "text_delta", text="lo"), stop(0), ending(output_tokens=9), STOP)
    assert events == [
        Start("msg_1", "m", Usage(7, 1)),
        TextDelta("Hel"),
        TextDelta("lo"),
        BlockEnd(),
        UsageReport(Usage(7, 9)),
        Finished(Finish.STOP),
    ]


def test_thinking_keeps_its_signature() -> None:
    """Signed and redacted thinking, each its own block."""
    thinking = [block(0, "thinking", thinking="", signature=""), delta(0, "thinking_delta", thinking="hm")]
    signed = [*thinking, delta(0, "signature_delta", signature="s1"), stop(0)]
    assert content(*signed, block(1, "redacted_thinking", data="r1"), stop(1)) == [
        ReasoningDelta("hm"),
        ReasoningSignature("s1"),
        BlockEnd(),
        ReasoningSignature("r1", redacted=True),
        BlockEnd(),
    ]


def test_a_tool_call_streams() -> None:
    """Its arguments as the model wrote them; the empty first delta is nothing."""
    begun = [block(0, "tool_use", id="t", name="f", input={}), delta(0, "input_json_delta", partial_json="")]
    pieces = [delta(0, "input_json_delta", partial_json='{"x"'), delta(0, "input_json_delta", partial_json=": 1}")]
    assert content(*begun, *pieces, stop(0), reason="tool_use") == [
        ToolStart("t", "f"),
        ToolArgsDelta("t", '{"x"'),
        ToolArgsDelta("t", ": 1}"),
        BlockEnd("t"),
    ]


def test_a_tool_call_may_come_whole_in_its_start() -> None:
    """Gateways send the input there; with no input there are no arguments."""
    assert content(block(0, "tool_use", id="t", name="f", input={"x": 1}), stop(0)) == [
        ToolStart("t", "f"),
        ToolArgsDelta("t", '{"x":1}'),
        BlockEnd("t"),
    ]
    assert content(block(0, "tool_use", id="t", name="f", input={}), stop(0)) == [ToolStart("t", "f"), BlockEnd("t")]


def test_end_turn_after_a_last_tool_call_is_a_tool_call() -> None:
    """Whatever the gateway calls it, the client has something to do; text after the call says otherwise."""
    call = [block(0, "tool_use", id="t", name="f"), stop(0)]
    assert decode(start(), *call, ending(), STOP)[-1] == Finished(Finish.TOOL_CALLS)
    assert decode(start(), *call, block(1, "text", text="a"), ending(), STOP)[-1] == Finished(Finish.STOP)


@pytest.mark.parametrize(
    ("payloads", "data"),
    [
        (
            [
                block(0, "server_tool_use", id="s", name="web_search", input={}),
                delta(0, "input_json_delta", partial_json='{"q":'),
                delta(0, "input_json_delta", partial_json='"x"}'),
            ],
            {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"q": "x"}},
        ),
        (
            [block(0, "web_search_tool_result", tool_use_id="s", content=[{"url": "u"}])],
            {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"url": "u"}]},
        ),
        (
            [
                block(0, "compaction", content=None),
                delta(0, "compaction_delta", content="Sum"),
                delta(0, "compaction_delta", content="mary"),
            ],
            {"type": "compaction", "content": "Summary"},
        ),
        (
            [block(0, "new_kind", text="a"), delta(0, "citations_delta", citation={"n": 1}), delta(0, "x", text="b")],
            {"type": "new_kind", "text": "ab", "citations": [{"n": 1}]},
        ),
        ([block(0, "fallback", to={"model": "n"})], {"type": "fallback", "to": {"model": "n"}}),
    ],
)
def test_a_block_of_any_other_kind_is_kept_whole(payloads: list[Payload], data: dict[str, Any]) -> None:
    """Its deltas folded in, known or not."""
    assert content(*payloads, stop(0)) == [OpaqueBlock(NAME, data)]


def test_citations_follow_their_text() -> None:
    """As a block of their own, for whoever shows them and for the way back."""
    cited = delta(0, "citations_delta", citation={"url": "u"})
    events = content(block(0, "text", text="", citations=[]), delta(0, "text_delta", text="a"), cited, stop(0))
    citations = OpaqueBlock(NAME, {"type": "citations", "citations": [{"url": "u"}]})
    assert events == [TextDelta("a"), BlockEnd(), citations]


def test_a_message_start_may_hold_blocks_and_the_stop_reason() -> None:
    """As after a call made by the provider's own code execution."""
    call = {"type": "tool_use", "id": "t", "name": "f", "input": {"x": 1}}
    events = decode(start(content=[call], stop_reason="tool_use"), STOP)
    assert events[1:4] == [ToolStart("t", "f"), ToolArgsDelta("t", '{"x":1}'), BlockEnd("t")]
    assert events[-1] == Finished(Finish.TOOL_CALLS)


def test_a_message_start_that_repeats_itself_is_one() -> None:
    """The same id again, before or after content."""
    text = block(0, "text", text="a")
    assert decode(start(), start(), text, start(), stop(0), ending(), STOP) == decode(start(), text, ending(), STOP)


def test_a_spliced_message_restarts_the_answer() -> None:
    """Another id after content: what came is void, also a call that was cut."""
    first = [start(), block(0, "tool_use", id="t1", name="f"), delta(0, "input_json_delta", partial_json='{"a')]
    second = [start("msg_2"), block(0, "text", text="b"), stop(0), ending(), STOP]
    events = decode(*first, *second)
    at = next(number for number, event in enumerate(events) if isinstance(event, Restarted))
    assert events[at + 1 :] == decode(*second)


def test_another_message_start_before_content_is_no_restart() -> None:
    """Nothing was said yet."""
    events = decode(start(), start("msg_2"), block(0, "text", text="a"), start("msg_2"), ending(), STOP)
    assert not any(isinstance(event, Restarted) for event in events)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", Finish.STOP),
        ("max_tokens", Finish.LENGTH),
        ("stop_sequence", Finish.STOP_SEQUENCE),
        ("tool_use", Finish.TOOL_CALLS),
        ("pause_turn", Finish.PAUSE),
        ("refusal", Finish.REFUSAL),
        ("model_context_window_exceeded", Finish.CONTEXT_LENGTH),
        ("something_new", Finish.OTHER),
    ],
)
def test_every_stop_reason_has_a_meaning(reason: str, finish: Finish) -> None:
    """An unknown one still ends the answer."""
    assert decode(start(), ending(reason), STOP)[-1] == Finished(finish)


@pytest.mark.parametrize(
    "payloads",
    [
        [],
        [start()],
        [start(), block(0, "text", text="a"), stop(0)],
        [start(), block(0, "text", text="a"), stop(0), ending()],
        [start(), block(0, "text", text="a"), stop(0), STOP],
        [start(), block(0, "tool_use", id="t", name="f"), ending("tool_use"), STOP],
        [start(), block(0, "server_tool_use", id="t", name="f"), ending(), STOP],
        [start(), block(0, "tool_use", id="t"), stop(0)],
        [start(), delta(3, "input_json_delta", partial_json="{")],
        [start(), block(0, "tool_use", id="t", name="f"), block(0, "tool_use", id="u", name="f")],
        [start(), block(0, "server_tool_use"), delta(0, "input_json_delta", partial_json="{"), stop(0)],
        [{"type": "message_start", "message": "text"}],
        [{"type": "message_start"}],
        [{"type": "content_block_delta", "index": "0"}],
    ],
)
def test_what_is_not_a_whole_answer_is_garbled(payloads: list[Payload]) -> None:
    """No message_stop, none of its stop_reason, a tool call left open or nameless, deltas of nothing."""
    with pytest.raises(Garbled):
        decode(*payloads)


def test_blocks_opened_without_end_are_garbled() -> None:
    """The API opens one at a time."""
    with pytest.raises(Garbled, match="64"):
        decode(start(), *[block(number, "tool_use", id=f"t{number}", name="f") for number in range(70)])


def test_text_left_open_is_closed() -> None:
    """Gateways forget content_block_stop, and even content_block_start, of text."""
    assert content(block(0, "thinking", thinking="hm"), block(1, "text", text="a")) == [
        ReasoningDelta("hm"),
        BlockEnd(),
        TextDelta("a"),
        BlockEnd(),
    ]
    assert content(delta(0, "text_delta", text="a"), delta(0, "text_delta", text="b")) == [
        TextDelta("a"),
        TextDelta("b"),
        BlockEnd(),
    ]


def test_the_event_name_serves_where_the_payload_has_no_type() -> None:
    """Some gateways leave it out of the JSON."""
    decoder = anthropic_messages.Decoder()
    payload = json.dumps({"index": 0, "delta": {"type": "text_delta", "text": "a"}})
    assert decoder.feed(Event("content_block_delta", payload)) == [TextDelta("a")]


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
        {"error": {"message": "rate limited"}},
    ],
)
def test_an_error_event_is_raised_as_it_came(payload: Payload) -> None:
    """Before and after content alike."""
    for before in ([], [start(), block(0, "text", text="a")]):
        with pytest.raises(UpstreamError) as caught:
            decode(*before, payload)
        assert json.loads(caught.value.body) == payload


@pytest.mark.parametrize(
    ("event", "data"),
    [
        (None, json.dumps(STOP)),
        (None, json.dumps(start())),
        (None, json.dumps(start(id=None))),
        (None, json.dumps(ending("max_tokens", output_tokens=99))),
        (None, json.dumps(block(0, "text", text="a"))),
        (None, json.dumps(delta(0, "text_delta", text="a"))),
        (None, '{"type": "message_start", "message": 5}'),
        ("error", json.dumps({"type": "error", "error": {"type": "api_error"}})),
        ("error", "{"),
        (None, ""),
    ],
)
def test_what_follows_message_stop_cannot_spoil_it(event: str | None, data: str) -> None:
    """The marker, repetitions, an error, nonsense: the answer was whole."""
    decoder = anthropic_messages.Decoder()
    for payload in (start(), ending(output_tokens=9), STOP):
        assert not decoder.complete
        decoder.feed(Event(None, json.dumps(payload)))
    assert decoder.complete
    assert decoder.feed(Event(event, data)) == []
    assert (decoder.complete, decoder.done) == (True, False)
    assert decoder.end() == [UsageReport(Usage(7, 9)), Finished(Finish.STOP)]
    assert decoder.done
    assert decoder.feed(Event(event, data)) + decoder.end() == []


def test_done_ends_the_answer_at_once() -> None:
    """Some gateways send OpenAI's [DONE]; in the middle of a message it means nothing."""
    decoder = anthropic_messages.Decoder()
    assert decoder.feed(Event(None, "[DONE]")) == []
    for payload in (start(), ending(), STOP):
        decoder.feed(Event(None, json.dumps(payload)))
    assert decoder.feed(Event(None, "[DONE]")) == [UsageReport(Usage(7, 1)), Finished(Finish.STOP)]
    assert decoder.done


def message(id: str, *blocks: Payload, reason: str) -> list[Payload]:
    return [start(id), *blocks, ending(reason, output_tokens=9), STOP]


def test_messages_one_after_the_other_are_one_answer() -> None:
    """Server-side tools: blocks appended, usage added, the last stop_reason counts, one Start and one finish."""
    call = [block(0, "tool_use", id="t", name="f", input={}), stop(0)]
    first = message("msg_1", block(0, "text", text="a"), stop(0), block(1, "server_tool_use"), stop(1), reason="x")
    second = message("msg_2", *call, reason="tool_use")
    last = message("msg_3", block(0, "text", text="b"), stop(0), reason="max_tokens")
    assert decode(*first, *second, *second, *first, *last) == [
        Start("msg_1", "m", Usage(7, 1)),
        TextDelta("a"),
        BlockEnd(),
        OpaqueBlock(NAME, {"type": "server_tool_use"}),
        ToolStart("t", "f"),
        BlockEnd("t"),
        TextDelta("b"),
        BlockEnd(),
        UsageReport(Usage(21, 27)),
        Finished(Finish.LENGTH),
    ]


def test_a_later_message_may_hold_its_blocks_in_its_start() -> None:
    """And its stop_reason: a call that the provider's code made."""
    made = start("msg_2", content=[{"type": "tool_use", "id": "t", "name": "f", "input": {}}], stop_reason="tool_use")
    events = decode(*message("msg_1", reason="end_turn"), made, STOP)
    assert events[1:3] == [ToolStart("t", "f"), BlockEnd("t")]
    assert events[-1] == Finished(Finish.TOOL_CALLS)


@pytest.mark.parametrize("rest", [[], [block(0, "text", text="a"), stop(0), ending()], [STOP], [start("msg_3"), STOP]])
def test_a_later_message_has_to_end_too(rest: list[Payload]) -> None:
    """Cut, or without a stop_reason."""
    with pytest.raises(Garbled):
        decode(*message("msg_1", reason="tool_use"), start("msg_2"), *rest)


def test_a_splice_in_a_later_message_is_garbled() -> None:
    """A restart would throw away the messages before it as well."""
    spliced = [start("msg_2"), block(0, "text", text="a"), start("msg_3")]
    with pytest.raises(Garbled, match="before the one before it"):
        decode(*message("msg_1", reason="tool_use"), *spliced)


def test_messages_without_end_are_garbled() -> None:
    """More than any answer has."""
    with pytest.raises(Garbled, match="256"):
        decode(*[payload for number in range(300) for payload in message(f"msg_{number}", reason="tool_use")])


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ({"input_tokens": 43, "output_tokens": 1}, {"input_tokens": 61, "output_tokens": 2}, Usage(61, 2)),
        ({"input_tokens": 0, "output_tokens": 0}, {"input_tokens": 61, "output_tokens": 2}, Usage(61, 2)),
        ({"input_tokens": 43}, {"input_tokens": 0, "output_tokens": 2}, Usage(43, 2)),
        (
            {"input_tokens": 3, "cache_read_input_tokens": 50, "cache_creation_input_tokens": 20},
            {"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}, "cache_read_input_tokens": None},
            Usage(3, 9, 50, 20, 4),
        ),
    ],
)
def test_usage_is_merged_from_both_ends(first: Payload, last: Payload, expected: Usage) -> None:
    """Cumulative; zeros and null do not undo a count."""
    events = decode(start(usage=first), ending("end_turn", **last), STOP)
    assert events[-2] == UsageReport(expected)
