"""The assembler: events to blocks in order, and no completion of what is not whole."""

import pytest

from switchgear_protocol.content import Opaque, Text, Thinking, ToolCall, Usage
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
from switchgeard.dialects.assemble import ANSWER_LIMIT, Assembler
from switchgeard.dialects.fault import Garbled


def assembled(*events: StreamEvent) -> Assembler:
    assembler = Assembler("p/m")
    for event in events:
        assembler.feed(event)
    return assembler


def test_blocks_keep_their_order_and_their_issuer() -> None:
    """What only its issuer understands says whose it is."""
    answer = assembled(
        Start("1", "m", Usage(5, 1)),
        ReasoningDelta("h"),
        ReasoningDelta("m"),
        ReasoningSignature("s"),
        BlockEnd(),
        ReasoningSignature("r", redacted=True),
        BlockEnd(),
        TextDelta("a"),
        TextDelta("b"),
        BlockEnd(),
        OpaqueBlock("d", {"x": 1}),
        TextDelta("c"),
        BlockEnd(),
        ToolStart("t", "f"),
        ToolArgsDelta("t", "{ }"),
        BlockEnd("t"),
        UsageReport(Usage(5, 9)),
        Finished(Finish.TOOL_CALLS),
    ).completion()
    assert answer.message.content == [
        Thinking("hm", signature="s", issuer="p/m"),
        Thinking(redacted="r", issuer="p/m"),
        Text("ab"),
        Opaque("d", {"x": 1}, "p/m"),
        Text("c"),
        ToolCall("t", "f", "{ }"),
    ]
    assert (answer.model, answer.usage, answer.finish) == ("m", Usage(5, 9), Finish.TOOL_CALLS)


def test_two_texts_in_a_row_stay_two() -> None:
    """A block end is one, also between blocks of a kind."""
    answer = assembled(TextDelta("a"), BlockEnd(), TextDelta("b"), Finished(Finish.STOP)).completion()
    assert answer.message.content == [Text("a"), Text("b")]


def test_interleaved_calls_do_not_mix() -> None:
    """Arguments belong to the call whose id they carry."""
    begun = (ToolStart("t", "f"), ToolStart("u", "g"))
    pieces = (ToolArgsDelta("t", "{"), ToolArgsDelta("u", "["), ToolArgsDelta("t", "}"), ToolArgsDelta("u", "]"))
    answer = assembled(*begun, *pieces, BlockEnd("t"), BlockEnd("u"), Finished(Finish.TOOL_CALLS)).completion()
    assert answer.message.content == [ToolCall("t", "f", "{}"), ToolCall("u", "g", "[]")]


def test_empty_blocks_are_dropped_and_missing_usage_is_an_estimate() -> None:
    """An answer may be empty; what was not reported says so."""
    answer = assembled(TextDelta(""), BlockEnd(), ReasoningDelta(""), BlockEnd(), Finished(Finish.STOP)).completion()
    assert answer.message.content == []
    assert answer.usage == Usage(estimated=True)


def test_a_restart_forgets_everything() -> None:
    """Also a call that was cut."""
    cut = (TextDelta("old"), BlockEnd(), ToolStart("t", "f"), ToolArgsDelta("t", "{"))
    answer = assembled(*cut, Restarted("why"), TextDelta("new"), Finished(Finish.STOP)).completion()
    assert answer.message.content == [Text("new")]


@pytest.mark.parametrize(
    "events",
    [
        [TextDelta("a")],
        [TextDelta("a"), Finished(Finish.STOP), Restarted("why")],
        [ToolStart("t", "f"), ToolArgsDelta("t", "{"), Finished(Finish.TOOL_CALLS)],
    ],
)
def test_what_is_not_whole_has_no_completion(events: list[StreamEvent]) -> None:
    """No finish, or a tool call that never ended."""
    with pytest.raises(Garbled):
        assembled(*events).completion()


def test_arguments_of_no_call_are_garbled() -> None:
    """They could be anyone's."""
    with pytest.raises(Garbled):
        assembled(ToolArgsDelta("t", "{"))


@pytest.mark.parametrize("piece", [TextDelta, ReasoningDelta])
def test_an_answer_without_end_is_garbled(piece: type[TextDelta] | type[ReasoningDelta]) -> None:
    """At the limit, however small its pieces are; a restart counts anew."""
    whole, mebi = Assembler("p/m"), "x" * 2**20
    for _ in range(2):
        for _ in range(ANSWER_LIMIT >> 20):
            whole.feed(piece(mebi))
        with pytest.raises(Garbled, match="more than 8 Mi"):
            whole.feed(piece("x"))
        whole.feed(Restarted("again"))
