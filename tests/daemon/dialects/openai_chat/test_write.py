"""An answer as openai.chat streams it."""

import json
from typing import Any

from hypothesis import given

from answering import FOREIGN, completions, events_of, gist, heard, streamed, told
from switchgear_protocol.content import Completion, Usage
from switchgear_protocol.errors import error
from switchgear_protocol.events import (
    BlockEnd,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    Start,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
)
from switchgear_protocol.words import Finish
from switchgeard.dialects import openai_chat
from switchgeard.dialects.tool_ids import original

TOLD = told(openai_chat)
USAGE = Usage(input=10, output=5, cache_read=3, cache_write=2, reasoning=4)
HEAD = {"id": "chatcmpl-0a1b2c", "object": "chat.completion.chunk", "created": 1_763_890_000, "model": "opus"}


def chunks(*events: StreamEvent, **asked: Any) -> list[Any]:
    writer = openai_chat.Writer(told(openai_chat, **asked))
    writer.begin(FOREIGN)
    return [json.loads(out.data) for event in events for out in writer.feed(event)]


def deltas(*events: StreamEvent, **asked: Any) -> list[Any]:
    return [chunk["choices"][0]["delta"] for chunk in chunks(*events, **asked)]


def test_a_stream_has_its_golden_form() -> None:
    """A role first, deltas, the finish, the usage without a choice, [DONE]; each chunk with the same head."""
    writer = openai_chat.Writer(TOLD)
    writer.begin(FOREIGN)
    out = [*writer.feed(Start("up", "m")), *writer.feed(TextDelta("Hi\n")), *writer.finish(Finish.STOP, USAGE)]
    assert [event.event for event in out] == [None] * 5
    assert out[-1].data == "[DONE]"
    sent = [json.loads(event.data) for event in out[:-1]]
    assert all({name: chunk[name] for name in HEAD} == HEAD for chunk in sent)
    assert [chunk["choices"] for chunk in sent] == [
        [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}],
        [{"index": 0, "delta": {"content": "Hi\n"}, "finish_reason": None}],
        [{"index": 0, "delta": {}, "finish_reason": "stop"}],
        [],
    ]
    assert sent[-1]["usage"] == {
        "prompt_tokens": 15,
        "completion_tokens": 5,
        "total_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 4},
    }


def test_usage_is_told_only_to_who_asked() -> None:
    """A chunk without a choice breaks clients that look at the first one."""
    out = streamed(openai_chat, events_of_text(), told(openai_chat, usage_wanted=False))
    assert not any('"usage"' in event.data for event in out)
    assert all(json.loads(event.data)["choices"] for event in out[:-1])


def test_the_role_is_told_once() -> None:
    """Before the first content if no Start came, and not again when another offer goes on."""
    said = deltas(TextDelta("a"), Start("two", "m"), TextDelta("b"))
    assert said == [{"role": "assistant", "content": ""}, {"content": "a"}, {"content": "b"}]


def test_an_answer_without_content_is_one_too() -> None:
    """A role and a finish."""
    writer = openai_chat.Writer(told(openai_chat, usage_wanted=False))
    writer.begin(FOREIGN)
    out = writer.finish(Finish.LENGTH, Usage())
    assert [json.loads(event.data)["choices"][0]["finish_reason"] for event in out[:-1]] == [None, "length"]


def test_calls_stream_side_by_side() -> None:
    """Each under its index; id, type and name in its first chunk only; no arguments are an empty object."""
    events: list[StreamEvent] = [
        ToolStart("a", "f"),
        ToolStart("b", "g"),
        ToolArgsDelta("b", '{"x"'),
        ToolArgsDelta("a", ""),
        ToolArgsDelta("b", ":1}"),
        BlockEnd("a"),
        BlockEnd("b"),
    ]
    assert [delta["tool_calls"] for delta in deltas(*events)[1:]] == [
        [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}],
        [{"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": ""}}],
        [{"index": 1, "function": {"arguments": '{"x"'}}],
        [{"index": 1, "function": {"arguments": ":1}"}}],
        [{"index": 0, "function": {"arguments": "{}"}}],
    ]


def test_an_id_this_wire_may_not_take_is_renamed_and_read_back() -> None:
    """For a client that passes it on to who knows where."""
    [begun] = deltas(ToolStart("call|with:odd", "f"))[1]["tool_calls"]
    assert begun["id"] != "call|with:odd"
    assert original(begun["id"]) == "call|with:odd"


def test_a_free_text_tool_gets_its_text() -> None:
    """Out of the object the model wrote for the function it was told of; other JSON goes as it is."""
    events: list[StreamEvent] = [
        ToolStart("a", "patch"),
        ToolArgsDelta("a", '{"input": "*** Beg'),
        ToolArgsDelta("a", 'in\\n"}'),
        BlockEnd("a"),
        ToolStart("b", "patch"),
        ToolArgsDelta("b", "oops"),
        BlockEnd("b"),
    ]
    assert [delta["tool_calls"] for delta in deltas(*events, custom_tools=frozenset({"patch"}))[1:]] == [
        [{"index": 0, "id": "a", "type": "custom", "custom": {"name": "patch", "input": ""}}],
        [{"index": 0, "custom": {"input": "*** Begin\n"}}],
        [{"index": 1, "id": "b", "type": "custom", "custom": {"name": "patch", "input": ""}}],
        [{"index": 1, "custom": {"input": "oops"}}],
    ]


def test_reasoning_has_a_field_and_what_is_sealed_has_none() -> None:
    """Signatures and blocks of a provider's own are not for this wire."""
    events: list[StreamEvent] = [
        ReasoningDelta("hm"),
        ReasoningSignature("sig"),
        BlockEnd(),
        ReasoningSignature("r", redacted=True),
        OpaqueBlock("anthropic.messages", {"type": "x"}),
        TextDelta(""),
    ]
    assert deltas(*events) == [{"role": "assistant", "content": ""}, {"reasoning_content": "hm"}]


def test_events_of_a_call_nobody_began_say_nothing() -> None:
    """Nor do those that come after its end."""
    assert deltas(ToolArgsDelta("x", "{}"), BlockEnd("x")) == []
    assert len(deltas(ToolStart("a", "f"), BlockEnd("a"), BlockEnd("a"), ToolArgsDelta("a", "1"))) == 3


def test_a_failure_ends_the_stream_without_done() -> None:
    """Nobody may take it for whole."""
    writer = openai_chat.Writer(TOLD)
    writer.begin(FOREIGN)
    [said] = writer.fail(error("interrupted", "Cut.", hint="ask again"))
    assert json.loads(said.data) == {
        "error": {
            "message": "Cut. hint: ask again",
            "type": "server_error",
            "param": None,
            "code": "stream_interrupted",
        }
    }


@given(completions())
def test_any_answer_arrives_as_it_is(answer: Completion) -> None:
    """Told and heard again by our own decoder: text, calls, class of finish, tokens."""
    assert gist(heard(openai_chat.Decoder(), streamed(openai_chat, events_of(answer), TOLD))) == gist(answer)


def events_of_text() -> list[StreamEvent]:
    return [Start(), TextDelta("a"), BlockEnd()]
