"""Transcripts made whole: each call answered once, right after it, whatever the client sent."""

from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Block, Message, Text, ToolCall, ToolResult
from switchgeard.dialects.turns import CANCELLED, loop_start, turns

ids = st.sampled_from(["a", "b", "c", "d"])
texts = st.builds(Text, st.sampled_from(["", "hi"]))
assistant_blocks = st.lists(st.one_of(texts, st.builds(ToolCall, ids, st.just("f"))), max_size=3)
user_blocks = st.lists(st.one_of(texts, st.builds(ToolResult, ids, st.just("r"))), max_size=3)
messages = st.lists(
    st.one_of(
        st.builds(Message, st.just("assistant"), assistant_blocks),
        st.builds(Message, st.just("user"), user_blocks),
        st.builds(Message, st.sampled_from(["user", "system"]), st.sampled_from(["", "text"])),
    ),
    max_size=8,
)


def shown(transcript: list[Message]) -> list[tuple[str, list[Block]]]:
    return [(turn.role, turn.blocks) for turn in turns(transcript)]


def test_results_are_gathered_behind_their_calls() -> None:
    """In the order of the calls; a missing one says so, an orphan goes, the first of two counts."""
    calls: list[Block] = [ToolCall("a", "f"), ToolCall("b", "f"), ToolCall("c", "f")]
    transcript = [
        Message("user", [ToolResult("z", "orphan"), Text("hi")]),
        Message("assistant", calls),
        Message("user", [ToolResult("b", "2"), Text("and")]),
        Message("user", [ToolResult("a", "1"), ToolResult("a", "again")]),
    ]
    missing = ToolResult("c", CANCELLED, is_error=True)
    assert shown(transcript) == [
        ("user", [Text("hi")]),
        ("assistant", calls),
        ("user", [ToolResult("a", "1"), ToolResult("b", "2"), missing]),
        ("user", [Text("and")]),
    ]


def test_a_call_at_the_very_end_is_answered_too() -> None:
    """No wire takes an open call."""
    assert shown([Message("assistant", [ToolCall("a", "f")])])[1][1] == [ToolResult("a", CANCELLED, is_error=True)]


@given(messages)
def test_any_transcript_becomes_one_every_wire_takes(transcript: list[Message]) -> None:
    """Each turn with calls is followed by exactly its results; results are nowhere else; nothing is empty."""
    made = turns(transcript)
    open_calls: list[str] = []
    for turn in made:
        assert turn.blocks
        results = [block.id for block in turn.blocks if isinstance(block, ToolResult)]
        assert results == open_calls
        open_calls = [block.id for block in turn.blocks if isinstance(block, ToolCall)]
    assert not open_calls
    said = [block for turn in made for block in turn.blocks if isinstance(block, Text)]
    assert all(block.text for block in said)


@given(messages)
def test_a_whole_transcript_stays_as_it_is(transcript: list[Message]) -> None:
    """Doing it twice changes nothing."""
    once = shown(transcript)
    again = [Message(role, blocks) for role, blocks in once]  # type: ignore[arg-type]
    assert shown(again) == once


def test_the_tool_loop_begins_after_the_user_last_spoke() -> None:
    """Results alone are not speaking."""
    loop = [Message("assistant", [ToolCall("a", "f")]), Message("user", [ToolResult("a", "1")])]
    assert loop_start(turns([Message("user", "hi"), *loop])) == 1
    assert loop_start(turns([Message("user", "hi"), *loop, Message("user", "so?")])) == 4
    assert loop_start(turns(loop)) == 0
