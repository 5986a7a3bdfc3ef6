"""Canonical events as the Messages API streams them."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Usage
from switchgear_protocol.errors import error
from switchgear_protocol.events import (
    BlockEnd,
    Continued,
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
from switchgeard.core.issuer import Issuer
from switchgeard.core.needs import Needs
from switchgeard.dialects.anthropic_messages import NAME, Decoder, Writer
from switchgeard.dialects.dialect import Told
from switchgeard.dialects.glimpse import Glimpse
from switchgeard.dialects.sealed import Seal, opened, seal
from switchgeard.upstream.sse import Event

OWN = Issuer("claude#1", NAME, "opus")
CHAT = Issuer("glm#1", "openai.chat", "glm-5")
TOLD = Told("mine", "abc", 1, Glimpse("mine", True, Needs()))
USAGE = Usage(input=5, output=7, cache_read=3, cache_write=2, reasoning=4)


def written(*events: StreamEvent, issuer: Issuer = CHAT, finish: Finish = Finish.STOP) -> list[Event]:
    writer = Writer(TOLD)
    writer.begin(issuer)
    out = [told for event in events for told in writer.feed(event)]
    return out + writer.finish(finish, USAGE)


def payloads(events: list[Event]) -> list[Any]:
    """The data of each, named as its type says."""
    out = [json.loads(event.data) for event in events]
    assert [event.event for event in events] == [payload["type"] for payload in out]
    return out


def content(*events: StreamEvent, issuer: Issuer = CHAT) -> list[dict[str, Any]]:
    """The blocks a strict client sees: one open at a time, numbered from 0."""
    blocks: list[dict[str, Any]] = []
    is_open = False
    for payload in payloads(written(*events, issuer=issuer)):
        match payload["type"]:
            case "content_block_start":
                assert (is_open, payload["index"]) == (False, len(blocks))
                is_open = True
                blocks.append(payload["content_block"])
            case "content_block_delta":
                assert (is_open, payload["index"]) == (True, len(blocks) - 1)
                _fold(blocks[-1], payload["delta"])
            case "content_block_stop":
                assert (is_open, payload["index"]) == (True, len(blocks) - 1)
                is_open = False
    assert not is_open
    return blocks


def _fold(block: dict[str, Any], delta: dict[str, Any]) -> None:
    match delta.pop("type"):
        case "input_json_delta":
            block["json"] = block.get("json", "") + delta["partial_json"]
        case "citations_delta":
            block.setdefault("citations", []).append(delta["citation"])
        case "signature_delta":
            block.update(delta)
        case _:
            for name, text in delta.items():
                block[name] += text


def decoded(events: list[Event]) -> list[StreamEvent]:
    decoder = Decoder()
    return [out for event in events for out in decoder.feed(event)] + decoder.end()


def test_a_text_has_its_golden_stream() -> None:
    """Every event as the API sends it."""
    assert payloads(written(Start("x", "glm"), TextDelta("Hel"), TextDelta("lo"), BlockEnd())) == [
        {
            "type": "message_start",
            "message": {
                "id": "msg_abc",
                "type": "message",
                "role": "assistant",
                "model": "mine",
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {
                    "input_tokens": 0,
                    "cache_creation_input_tokens": 0,
                    "cache_read_input_tokens": 0,
                    "output_tokens": 0,
                },
            },
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hel"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "lo"}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {
                "input_tokens": 5,
                "cache_creation_input_tokens": 2,
                "cache_read_input_tokens": 3,
                "output_tokens": 7,
                "output_tokens_details": {"thinking_tokens": 4},
            },
        },
        {"type": "message_stop"},
    ]


def test_what_comes_is_told_at_once() -> None:
    """Nothing but the end of a text, and calls behind an open one, waits."""
    writer = Writer(TOLD)
    writer.begin(CHAT)
    assert writer.feed(Start()) == []
    assert len(writer.feed(TextDelta("a"))) == 3
    assert len(writer.feed(TextDelta("b"))) == 1
    assert writer.feed(BlockEnd()) == []
    assert len(writer.feed(ToolStart("t", "f"))) == 2
    assert len(writer.feed(ToolArgsDelta("t", "{"))) == 1


def test_an_answer_of_nothing_is_whole() -> None:
    """A start, a reason and a stop."""
    assert [event.event for event in written(Start())] == ["message_start", "message_delta", "message_stop"]


def test_thinking_of_another_wire_is_sealed() -> None:
    """Its signature, none, and one that was hidden; the issuer can be read back."""
    signed = content(ReasoningDelta("hm"), ReasoningSignature("reasoning_content"), BlockEnd(), TextDelta("a"))
    assert opened(signed[0]["signature"]) == (CHAT, Seal(str(CHAT), "reasoning_content"))
    unsigned = content(ReasoningDelta("hm"), TextDelta("a"))
    assert opened(unsigned[0]["signature"]) == (CHAT, Seal(str(CHAT), ""))
    hidden = content(ReasoningSignature("blob", redacted=True), TextDelta("a"))
    assert hidden[0] == {"type": "redacted_thinking", "data": seal(CHAT, "blob", redacted=True)}


def test_thinking_of_this_wire_keeps_its_signature() -> None:
    """As it came, and none where none came."""
    assert content(ReasoningDelta("hm"), ReasoningSignature("sig"), BlockEnd(), issuer=OWN) == [
        {"type": "thinking", "thinking": "hm", "signature": "sig"}
    ]
    assert content(ReasoningDelta("hm"), issuer=OWN)[0]["signature"] == ""
    assert content(ReasoningSignature("blob", redacted=True), issuer=OWN)[0]["data"] == "blob"


def test_a_signature_alone_is_a_block() -> None:
    """Thinking that was left out, or a signature of a call."""
    blocks = content(TextDelta("a"), ReasoningSignature("sig"), ToolStart("t", "f"), BlockEnd("t"), issuer=OWN)
    assert [block["type"] for block in blocks] == ["text", "thinking", "tool_use"]
    assert blocks[1] == {"type": "thinking", "thinking": "", "signature": "sig"}


def test_interleaved_calls_are_told_one_after_the_other() -> None:
    """With their own arguments each, and legal ids."""
    blocks = content(
        ToolStart("call|1", "f"),
        ToolStart("b", "g"),
        ToolArgsDelta("call|1", '{"a"'),
        ToolArgsDelta("b", "{}"),
        ToolArgsDelta("call|1", ":1}"),
        TextDelta("and"),
        BlockEnd(),
        BlockEnd("call|1"),
        BlockEnd("b"),
    )
    assert [(block["type"], block.get("name"), block.get("json")) for block in blocks] == [
        ("tool_use", "f", '{"a":1}'),
        ("tool_use", "g", "{}"),
        ("text", None, None),
    ]
    assert blocks[0]["id"].startswith("sgid_")
    assert blocks[2]["text"] == "and"


def test_citations_go_into_their_text() -> None:
    """Though they come behind it; nowhere without one, and not those of another wire."""
    cited = OpaqueBlock(NAME, {"type": "citations", "citations": [{"url": "u"}, {"url": "v"}]})
    blocks = content(TextDelta("a"), BlockEnd(), cited, TextDelta("b"), issuer=OWN)
    assert blocks == [
        {"type": "text", "text": "a", "citations": [{"url": "u"}, {"url": "v"}]},
        {"type": "text", "text": "b"},
    ]
    assert content(cited, issuer=OWN) == []


def test_opaque_blocks_go_out_whole_on_their_own_wire_only() -> None:
    """Verbatim."""
    search = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"q": 1}}
    assert content(OpaqueBlock(NAME, search), issuer=OWN) == [search]
    assert content(OpaqueBlock("openai.responses", {"type": "web_search_call"}), TextDelta("a"))[0]["type"] == "text"


def test_a_continued_answer_goes_on_with_its_block() -> None:
    """A second start counts for nothing."""
    writer = Writer(TOLD)
    writer.begin(OWN)
    first = writer.feed(Start("x")) + writer.feed(TextDelta("Hel"))
    writer.begin(CHAT)
    again = [*writer.feed(Continued("cut")), *writer.feed(Start("y")), *writer.feed(TextDelta("lo"))]
    assert [event.event for event in first + again] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
    ]


def test_an_error_in_the_middle_is_the_last_word() -> None:
    """In the API's own shape."""
    writer = Writer(TOLD)
    writer.begin(CHAT)
    writer.feed(TextDelta("Hel"))
    (told,) = writer.fail(error("interrupted", "The answer was cut"))
    assert told.event == "error"
    assert json.loads(told.data) == {
        "type": "error",
        "error": {"type": "api_error", "message": "The answer was cut."},
    }


CALLS = {Finish.TOOL_CALLS, Finish.STOP}
SAME = {Finish.CONTENT_FILTER: Finish.REFUSAL, Finish.OTHER: Finish.STOP}
PARTS = st.one_of(
    st.builds(lambda text: ("text", text), st.text(min_size=1)),
    st.builds(lambda text: ("thinking", text), st.text(min_size=1)),
    st.builds(lambda data: ("tool", json.dumps(data)), st.dictionaries(st.text(), st.integers())),
)


def events_of(parts: list[tuple[str, str]]) -> list[StreamEvent]:
    out: list[StreamEvent] = []
    for number, (kind, text) in enumerate(parts):
        match kind:
            case "text":
                out += [TextDelta(text), BlockEnd()]
            case "thinking":
                out += [ReasoningDelta(text), ReasoningSignature(f"sig{number}"), BlockEnd()]
            case _:
                key = f"t{number}"
                out += [ToolStart(key, "f"), ToolArgsDelta(key, text), BlockEnd(key)]
    return out


@given(st.lists(PARTS, max_size=8), st.sampled_from(sorted(Finish)))
def test_what_is_written_reads_back_the_same(parts: list[tuple[str, str]], finish: Finish) -> None:
    """Through our own decoder: blocks, finish class and usage."""
    events = events_of(parts)
    back = decoded(written(Start(), *events, issuer=OWN, finish=finish))
    assert isinstance(back[0], Start)
    assert back[1:-2] == events
    assert back[-2] == UsageReport(USAGE)
    expected = SAME.get(finish, finish)
    called = expected in CALLS and bool(parts) and parts[-1][0] == "tool"
    assert back[-1] == Finished(Finish.TOOL_CALLS if called else expected)


@given(st.lists(st.sampled_from([
    TextDelta("a"), BlockEnd(), ReasoningDelta("r"), ReasoningSignature("s"), ReasoningSignature("x", redacted=True),
    ToolStart("t", "f"), ToolArgsDelta("t", "{}"), BlockEnd("t"), ToolStart("u", "f"), BlockEnd("u"),
    OpaqueBlock(NAME, {"type": "fallback"}), OpaqueBlock(NAME, {"type": "citations", "citations": [1]}), Start(),
])))  # fmt: skip
def test_whatever_comes_one_block_is_open_at_a_time(events: list[StreamEvent]) -> None:
    """And no text is lost."""
    blocks = content(*events)
    assert "".join(block.get("text", "") for block in blocks) == "a" * events.count(TextDelta("a"))
