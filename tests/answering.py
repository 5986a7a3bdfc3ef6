"""Answers to be told to a client and heard again: what the tests of every dialect's client side share.

`gist` is what may not get lost on the way, whatever the wire: text, calls with their parsed arguments, the
class of the finish, and the tokens.
"""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from switchgear_protocol.content import Block, Completion, Message, Text, Thinking, ToolCall, Usage
from switchgear_protocol.events import (
    BlockEnd,
    Finished,
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
from switchgeard.core.issuer import Issuer
from switchgeard.core.needs import Needs
from switchgeard.dialects.assemble import Assembler
from switchgeard.dialects.dialect import Decoding, Dialect, Told
from switchgeard.dialects.glimpse import Glimpse
from switchgeard.upstream.sse import Event

FOREIGN = Issuer("elsewhere#1", "switchgear", "m")
"""Of no wire there is: nothing it sealed may go out bare."""

CLASS = {
    Finish.STOP_SEQUENCE: "stop",
    Finish.PAUSE: "stop",
    Finish.OTHER: "stop",
    Finish.CONTEXT_LENGTH: "length",
    Finish.REFUSAL: "filter",
    Finish.CONTENT_FILTER: "filter",
}
"""Finishes no two wires spell alike; any other is a class of its own."""


def told(dialect: Dialect, **asked: Any) -> Told:
    """What a writer is told, by a client that asked for usage."""
    stated = {"model": "opus", "stream": True, "needs": Needs(dialect=dialect.NAME), **asked}
    return Told("opus", "0a1b2c", 1_763_890_000, Glimpse(**stated))


def gist(answer: Completion) -> dict[str, Any]:
    """What has to arrive."""
    blocks = answer.message.content
    assert not isinstance(blocks, str)
    calls = [(block.name, json.loads(block.arguments or "{}")) for block in blocks if isinstance(block, ToolCall)]
    usage = answer.usage
    return {
        "text": "".join(block.text for block in blocks if isinstance(block, Text)),
        "calls": calls,
        "finish": "tool_calls" if calls and answer.finish is Finish.STOP else CLASS.get(answer.finish, answer.finish),
        "usage": (usage.input, usage.output, usage.cache_read, usage.reasoning),
    }


def streamed(dialect: Dialect, events: list[StreamEvent], told: Told, issuer: Issuer = FOREIGN) -> list[Event]:
    """What a client is streamed for these events."""
    writer = dialect.Writer(told)
    writer.begin(issuer)
    out: list[Event] = []
    finish, usage = Finish.OTHER, Usage(estimated=True)
    for event in unbroken(events):
        match event:
            case Finished(reason=finish):
                pass
            case UsageReport(usage=usage):
                pass
            case _:
                out += writer.feed(event)
    return out + writer.finish(finish, usage)


def unbroken(events: list[StreamEvent]) -> list[StreamEvent]:
    """The events after the last restart: what came before it is void."""
    last = max((at + 1 for at, event in enumerate(events) if isinstance(event, Restarted)), default=0)
    return events[last:]


def heard(decoder: Decoding, events: list[Event]) -> Completion:
    """What a decoder makes of a stream."""
    return assembled([out for event in events for out in decoder.feed(event)] + decoder.end())


def assembled(events: list[StreamEvent], issuer: Issuer = FOREIGN) -> Completion:
    assembler = Assembler(str(issuer))
    for event in events:
        assembler.feed(event)
    return assembler.completion()


def events_of(answer: Completion, pieces: int = 3) -> list[StreamEvent]:
    """The events a decoder would make of this answer, each text in so many pieces."""
    assert not isinstance(answer.message.content, str)
    made = [event for block in answer.message.content for event in _of(block, pieces)]
    return [Start("up", "upstream-model"), *made, UsageReport(answer.usage), Finished(answer.finish)]


def _of(block: Block, pieces: int) -> Iterator[StreamEvent]:
    match block:
        case Text(text=text):
            yield from map(TextDelta, _cut(text, pieces))
            yield BlockEnd()
        case Thinking(text=text, signature=signature):
            yield from map(ReasoningDelta, _cut(text, pieces))
            if signature:
                yield ReasoningSignature(signature)
            yield BlockEnd()
        case ToolCall(id=id, name=name, arguments=arguments):
            yield ToolStart(id, name)
            for piece in _cut(arguments, pieces):
                yield ToolArgsDelta(id, piece)
            yield BlockEnd(id)


def _cut(text: str, pieces: int) -> list[str]:
    size = max(1, -(-len(text) // pieces))
    return [text[at : at + size] for at in range(0, len(text), size)]


# --- any answer -------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
COUNTS = st.integers(0, 10**6)
ARGUMENTS = st.dictionaries(WORDS, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS, max_size=3)
CALLS = st.builds(
    ToolCall,
    st.from_regex(r"call_[A-Za-z0-9]{1,8}", fullmatch=True) | WORDS,
    st.from_regex(r"[a-z_]{1,12}", fullmatch=True),
    ARGUMENTS.map(json.dumps) | st.just(""),
)
THOUGHTS = st.builds(Thinking, WORDS, st.none() | WORDS, issuer=st.just(str(FOREIGN)))


@st.composite
def completions(draw: st.DrawFn, finishes: tuple[Finish, ...] = tuple(Finish)) -> Completion:
    """Any whole answer: thoughts, then text, then calls with ids of their own."""
    thoughts = draw(st.lists(THOUGHTS, max_size=2))
    texts = draw(st.lists(st.builds(Text, WORDS), max_size=2))
    calls = draw(st.lists(CALLS, max_size=3, unique_by=lambda call: call.id))
    finish = draw(st.sampled_from(finishes))
    if calls or finish is Finish.TOOL_CALLS:
        finish = Finish.TOOL_CALLS if calls else Finish.STOP
    output = draw(COUNTS)
    usage = Usage(draw(COUNTS), output, draw(COUNTS), 0, draw(st.integers(0, output)))
    return Completion(Message("assistant", [*thoughts, *texts, *calls]), finish, usage, "upstream-model")
