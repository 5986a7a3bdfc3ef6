"""openai.chat, decoded: every way a host spells an answer, an end, and an error."""

import json
from typing import Any

import pytest

from switchgear_protocol.content import Text, ToolCall, Usage
from switchgear_protocol.events import (
    BlockEnd,
    Finished,
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
from switchgeard.dialects import openai_chat
from switchgeard.dialects.assemble import Assembler
from switchgeard.dialects.fault import Garbled, UpstreamError
from switchgeard.upstream.sse import Event

STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def part(index: int | None = None, **fields: Any) -> dict[str, Any]:
    function = {name: fields.pop(name) for name in ("name", "arguments") if name in fields}
    return {**({} if index is None else {"index": index}), **fields, "function": function}


def begin(index: int | None, id: str, arguments: Any, name: str = "f") -> dict[str, Any]:
    return part(index, id=id, name=name, arguments=arguments)


def decode(*chunks: dict[str, Any] | str) -> list[StreamEvent]:
    decoder = openai_chat.Decoder()
    out: list[StreamEvent] = []
    for item in chunks:
        out += decoder.feed(Event(None, item if isinstance(item, str) else json.dumps(item)))
    return out + decoder.end()


def calls(*chunks: dict[str, Any]) -> list[tuple[str, str, str]]:
    assembler = Assembler("p/m")
    for event in decode(*chunks):
        assembler.feed(event)
    content = assembler.completion().message.content
    return [(block.id, block.name, block.arguments) for block in content if isinstance(block, ToolCall)]


def test_text_streams_in_order() -> None:
    """Start, deltas, block end, usage, finish; role and empty deltas are nothing."""
    usage = {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}}
    assert decode(chunk(role="assistant", content=""), chunk(content="Hel"), chunk(content="lo"), STOP, usage) == [
        Start("c1", "m"),
        TextDelta("Hel"),
        TextDelta("lo"),
        BlockEnd(),
        UsageReport(Usage(5, 2)),
        Finished(Finish.STOP),
    ]


def test_done_ends_the_answer_once() -> None:
    """What is owed comes with [DONE]; a second one, or anything after it, is ignored."""
    decoder = openai_chat.Decoder()
    decoder.feed(Event(None, json.dumps(chunk(content="a"))))
    assert not decoder.complete
    decoder.feed(Event(None, json.dumps(STOP)))
    assert (decoder.complete, decoder.done) == (True, False)
    assert decoder.feed(Event(None, " [DONE]")) == [BlockEnd(), Finished(Finish.STOP)]
    assert decoder.done
    assert decoder.feed(Event(None, "[DONE]")) + decoder.feed(Event(None, "{")) + decoder.end() == []


@pytest.mark.parametrize("chunks", [[], ["[DONE]"], [chunk(content="a")], [chunk(content="a"), "[DONE]"]])
def test_no_finish_reason_is_no_end(chunks: list[Any]) -> None:
    """Neither the end of the stream nor [DONE] makes a cut answer whole."""
    with pytest.raises(Garbled, match="finish_reason"):
        decode(*chunks)


def test_a_cut_after_the_finish_reason_loses_no_answer() -> None:
    """Half a usage chunk, or half a [DONE], costs the usage only."""
    assert decode(chunk(content="a"), STOP, '{"choices":[],"usage":{"prompt')[-1] == Finished(Finish.STOP)
    assert decode(chunk(content="a"), STOP, "[DON")[-1] == Finished(Finish.STOP)


@pytest.mark.parametrize(
    "data", ["{", "nonsense", '{"choices": 5}', "[" * 100_000, '{"choices":[{"delta":{"content":7}}]}']
)
def test_what_is_not_the_dialect_is_garbled(data: str) -> None:
    """Bad JSON, wrong types, and JSON too deep to read."""
    with pytest.raises(Garbled):
        decode(data)


def test_content_after_the_finish_reason_still_counts() -> None:
    """Some hosts send it early; the last finish_reason holds."""
    events = decode(chunk("stop", content="a"), chunk("length", content="b"))
    assert [event for event in events if isinstance(event, TextDelta)] == [TextDelta("a"), TextDelta("b")]
    assert events[-1] == Finished(Finish.LENGTH)


def test_an_azure_preamble_begins_nothing() -> None:
    """Its first chunk has no choices, no id and no model."""
    preamble = {"choices": [], "id": "", "model": "", "object": "", "prompt_filter_results": [{"prompt_index": 0}]}
    assert decode(preamble, chunk(content="a"), STOP)[0] == Start("c1", "m")


def test_other_choices_are_ignored() -> None:
    """Only choice 0 was asked for, and only its finish_reason ends the answer."""
    other = {"choices": [{"index": 1, "delta": {"content": "no"}, "finish_reason": "stop"}]}
    assert TextDelta("no") not in decode(other, chunk(content="a"), STOP)
    with pytest.raises(Garbled):
        decode(chunk(content="a"), other)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_ends_where_text_begins(field: str) -> None:
    """Its signature names the field it came in, so that it can be sent back there."""
    assert decode(chunk(**{field: "hm"}), chunk(**{field: ""}, content="a"), STOP)[1:] == [
        ReasoningDelta("hm"),
        ReasoningSignature(field),
        BlockEnd(),
        TextDelta("a"),
        BlockEnd(),
        Finished(Finish.STOP),
    ]


def test_reasoning_sent_in_both_fields_counts_once() -> None:
    """Some hosts send the same text as reasoning and as reasoning_content."""
    events = decode(chunk(reasoning="hm", reasoning_content="hm"), STOP)
    assert [event for event in events if isinstance(event, ReasoningDelta)] == [ReasoningDelta("hm")]


def test_content_may_be_a_list_of_pieces() -> None:
    """Mistral sends thinking and text so; other pieces are ignored."""
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    text = [{"type": "text", "text": "a"}, {"type": "reference", "reference_ids": [1]}]
    assert decode(chunk(content=[thinking]), chunk(content=text), STOP)[1:4] == [
        ReasoningDelta("hm"),
        BlockEnd(),
        TextDelta("a"),
    ]


def test_a_refusal_is_text_and_a_finish() -> None:
    """The words reach the reader; the finish says what they are."""
    events = decode(chunk(refusal="I can't"), chunk(refusal=" do that"), STOP)
    assert events[1:3] == [TextDelta("I can't"), TextDelta(" do that")]
    assert events[-1] == Finished(Finish.REFUSAL)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([begin(0, "a", ""), part(0, arguments='{"x"'), part(0, arguments=":1}")], [("a", "f", '{"x":1}')]),
        ([begin(0, "a", "{}")], [("a", "f", "{}")]),
        ([begin(None, "a", "{}")], [("a", "f", "{}")]),
        ([begin(1, "a", ""), part(1, arguments="{}")], [("a", "f", "{}")]),
        ([begin(0, "a", None), part(0, id="", name="", arguments="{}")], [("a", "f", "{}")]),
        ([begin(0, "a", "{"), begin(0, "a", "}")], [("a", "f", "{}")]),
        ([begin(0, "a", "{"), part(0, id="zz", arguments="}")], [("a", "f", "{}")]),
        ([part(0, id="a", arguments="{"), part(0, name="f", arguments="}")], [("a", "f", "{}")]),
        ([begin(0, "a", {"x": 1})], [("a", "f", '{"x":1}')]),
        ([begin(0, "a", None)], [("a", "f", "")]),
        ([begin(None, "a", "{"), part(None, arguments="}")], [("a", "f", "{}")]),
        ([begin(0, "a", "{}"), begin(0, "b", "{}")], [("a", "f", "{}"), ("b", "f", "{}")]),
        ([begin(None, "a", "{}"), begin(None, "b", "{}", "g")], [("a", "f", "{}"), ("b", "g", "{}")]),
        (
            [part(None, name="f", arguments="{}"), part(None, name="g", arguments="{}")],
            [("call_c1_0", "f", "{}"), ("call_c1_1", "g", "{}")],
        ),
        (
            [begin(0, "a", "{"), begin(1, "b", "[", "g"), part(0, arguments="}"), part(1, arguments="]")],
            [("a", "f", "{}"), ("b", "g", "[]")],
        ),
        ([begin(0, "a", "{}"), begin(1, "a", "{}", "g")], [("a", "f", "{}"), ("a_1", "g", "{}")]),
    ],
)
def test_tool_calls_are_put_together(parts: list[dict[str, Any]], expected: list[tuple[str, str, str]]) -> None:
    """By index, by id, or by nothing; whole or in pieces; interleaved; with repeated or missing ids."""
    assert calls(*[chunk(tool_calls=[item]) for item in parts], chunk("tool_calls")) == expected


def test_a_tool_call_streams_after_text() -> None:
    """Text ends where the call begins; the call ends with the answer, under its id."""
    begun = part(0, id="a", name="f", arguments='{"x":')
    events = decode(chunk(content="so"), chunk(tool_calls=[begun]), chunk("stop", tool_calls=[part(0, arguments="1}")]))
    assert events[1:] == [
        TextDelta("so"),
        BlockEnd(),
        ToolStart("a", "f"),
        ToolArgsDelta("a", '{"x":'),
        ToolArgsDelta("a", "1}"),
        BlockEnd("a"),
        Finished(Finish.TOOL_CALLS),
    ]


def test_a_tool_call_without_a_name_is_garbled() -> None:
    """There is nothing to call."""
    with pytest.raises(Garbled, match="name"):
        decode(chunk("tool_calls", tool_calls=[part(0, id="a", arguments="{}")]))


def test_calls_without_end_are_garbled() -> None:
    """A thousand and some are no answer."""
    with pytest.raises(Garbled, match="1024"):
        decode(*[chunk(tool_calls=[begin(number, "", "")]) for number in range(1100)])


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", Finish.STOP),
        ("length", Finish.LENGTH),
        ("model_length", Finish.LENGTH),
        ("tool_calls", Finish.TOOL_CALLS),
        ("function_call", Finish.TOOL_CALLS),
        ("content_filter", Finish.CONTENT_FILTER),
        ("SAFETY", Finish.CONTENT_FILTER),
        ("something_new", Finish.OTHER),
    ],
)
def test_every_finish_reason_has_a_meaning(reason: str, finish: Finish) -> None:
    """In either case; an unknown one still ends the answer."""
    assert decode(chunk(reason, content="a"))[-1] == Finished(finish)


@pytest.mark.parametrize("reason", ["error", "network_error", "insufficient_system_resource", "abort"])
def test_a_host_that_gave_up_is_an_error(reason: str) -> None:
    """Its finish_reason says that the answer is not one."""
    with pytest.raises(UpstreamError) as caught:
        decode(chunk(reason, content="a"))
    assert json.loads(caught.value.body)["error"]["code"] == reason


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        ({"error": {"message": "overloaded", "code": 502}}, 502),
        ({"error": {"message": "rate", "code": "429"}, "choices": []}, 429),
        ({"error": {"message": "no", "type": "server_error", "code": "x"}}, None),
        ({"code": "some-code", "error": "You have run out of credits"}, None),
        ({"object": "error", "message": "Rate limit", "code": 1300}, None),
        ({"detail": "Not allowed"}, None),
        (
            {
                "choices": [
                    {"index": 0, "delta": {}, "error": {"code": 503, "message": "gone"}, "finish_reason": "error"}
                ]
            },
            503,
        ),
    ],
)
def test_an_error_in_the_stream_is_raised_as_it_came(payload: dict[str, Any], status: int | None) -> None:
    """In every spelling hosts have for it, also after content."""
    data = json.dumps(payload)
    with pytest.raises(UpstreamError) as caught:
        decode(chunk(content="a"), data)
    assert caught.value.body == data.encode()
    assert caught.value.status == status


def test_groq_reports_errors_in_its_own_field() -> None:
    """x_groq.error is text."""
    with pytest.raises(UpstreamError) as caught:
        decode({"choices": [], "x_groq": {"id": "r", "error": "over capacity"}})
    assert json.loads(caught.value.body) == {"error": {"message": "over capacity"}}


def test_an_error_event_is_an_error_whatever_its_data() -> None:
    """Gateways name it so and send plain text."""
    with pytest.raises(UpstreamError) as caught:
        openai_chat.Decoder().feed(Event("error", "upstream went away"))
    assert caught.value.body == b"upstream went away"


PROMPT, DETAILS = "prompt_tokens_details", "completion_tokens_details"


def counted(prompt: Any, completion: Any, **more: Any) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, **more}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (counted(100, 20, **{PROMPT: {"cached_tokens": 30, "cache_write_tokens": 10}}), Usage(60, 20, 30, 10)),
        (counted(12, 2, total_tokens=354, **{DETAILS: {"reasoning_tokens": 340}}), Usage(12, 342, reasoning=340)),
        (counted(12, 50, total_tokens=62, **{DETAILS: {"reasoning_tokens": 40}}), Usage(12, 50, reasoning=40)),
        (counted(10, 1, prompt_cache_hit_tokens=8, prompt_cache_miss_tokens=2), Usage(2, 1, 8)),
        (counted(10, 1, num_cached_tokens=4), Usage(6, 1, 4)),
        (counted(10, 1, cached_tokens=4), Usage(6, 1, 4)),
        (counted(10, 9, reasoning_tokens=3, **{PROMPT: None}), Usage(10, 9, reasoning=3)),
        (counted(None, "many"), Usage()),
    ],
)
def test_usage_is_counted_alike_for_every_host(counts: dict[str, Any], expected: Usage) -> None:
    """Input without cached tokens, output with reasoning, however they were reported."""
    assert UsageReport(expected) in decode({**STOP, "usage": counts})
    assert UsageReport(expected) in decode({**STOP, "x_groq": {"usage": counts}})


def test_cumulative_usage_is_reported_once() -> None:
    """Perplexity repeats it in every chunk: the last one wins."""
    first, last = ({**chunk(content="a"), "usage": {"prompt_tokens": 3, "completion_tokens": n}} for n in (1, 2))
    reports = [event for event in decode(first, last, STOP) if isinstance(event, UsageReport)]
    assert reports == [UsageReport(Usage(3, 2))]


def test_a_whole_answer_in_one_chunk_of_a_stream_is_read() -> None:
    """A host that sends `message` where `delta` belongs."""
    body = {"id": "c1", "model": "m", "choices": [{"index": 0, "message": {"content": "a"}, "finish_reason": "stop"}]}
    assert decode(body) == openai_chat.whole(json.dumps(body).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>502</body></html>",
        b"[]",
        b"{}",
        b'{"choices":[]}',
        b'{"choices":[{"index":0,"message":{"content":"a"},"finish_reason":null}]}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_is_no_answer_is_garbled(body: bytes) -> None:
    """Empty, HTML, without choices, or without a finish_reason."""
    with pytest.raises(Garbled):
        openai_chat.whole(body)


@pytest.mark.parametrize("body", [b'{"error":{"message":"no"}}', b'[{"error":{"code":429}}]', b'{"detail":"no"}'])
def test_an_error_body_is_an_upstream_error(body: bytes) -> None:
    """Whatever its status was."""
    with pytest.raises(UpstreamError) as caught:
        openai_chat.whole(body)
    assert caught.value.body == body


def test_an_error_says_nothing_of_what_came() -> None:
    """Messages go to logs; the body does not."""
    with pytest.raises(UpstreamError) as caught:
        openai_chat.whole(b'{"error":{"message":"sk-secret"}}')
    assert "sk-secret" not in str(caught.value) + repr(caught.value)


def test_a_whole_body_assembles() -> None:
    """Text and tool calls of a body, in a completion."""
    message = {"content": "so", "tool_calls": [part(id="a", name="f", arguments="{}")]}
    body = {"id": "c1", "model": "m", "choices": [{"message": message, "finish_reason": "tool_calls"}]}
    assembler = Assembler("p/m")
    for event in openai_chat.whole(json.dumps(body).encode()):
        assembler.feed(event)
    answer = assembler.completion()
    assert answer.message.content == [Text("so"), ToolCall("a", "f", "{}")]
    assert (answer.finish, answer.model, answer.usage.estimated) == (Finish.TOOL_CALLS, "m", True)


def test_an_answer_of_several_choices_ends_with_the_last_of_them() -> None:
    """Choice 0 may be done long before the others: cut then, the answer is not whole."""
    decoder = openai_chat.Decoder()
    other = {"choices": [{"index": 1, "delta": {"content": "b"}, "finish_reason": None}]}
    for item in (chunk(content="a"), other, STOP, other):
        decoder.feed(Event(None, json.dumps(item)))
    assert not decoder.complete
    with pytest.raises(Garbled, match="before its finish_reason"):
        decoder.end()
    decoder.feed(Event(None, json.dumps({"choices": [{"index": 1, "delta": {}, "finish_reason": "length"}]})))
    assert decoder.complete
    assert decoder.end()[-1] == Finished(Finish.STOP)


def test_done_ends_choices_that_never_said_so() -> None:
    """Some hosts give a choice no finish_reason; nothing follows [DONE]."""
    stray = {"choices": [{"index": 1, "delta": {}}]}
    assert decode(stray, chunk(content="a"), STOP, "[DONE]")[-1] == Finished(Finish.STOP)
