"""Delivery: nothing before commit, nothing spliced after it, nothing at all for who does not stream."""

from typing import Any

import pytest

from switchgear_protocol.content import Text, ToolCall, Usage
from switchgear_protocol.events import (
    BlockEnd,
    Continued,
    Finished,
    ReasoningDelta,
    Restarted,
    Start,
    StreamEvent,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
    UsageReport,
)
from switchgear_protocol.words import Finish, Interrupt
from switchgeard.core.issuer import Issuer
from switchgeard.delivery import Delivery
from switchgeard.dialects.fault import Garbled

START, END = Start("id"), Finished(Finish.STOP)
A, B = Issuer("a#1", "openai.chat", "m-1"), Issuer("b#1", "openai.chat", "m-1")


class Client:
    """What one client was given, and how often its answer committed."""

    def __init__(self, stream: bool = True, on_interrupt: Interrupt = Interrupt.ERROR) -> None:
        self.got: list[StreamEvent] = []
        self.commits = self.writes = 0
        self.delivery = Delivery(stream, on_interrupt, self.take, self.note)
        self.delivery.begin(A)

    async def take(self, *events: Any) -> None:
        self.writes += 1
        self.got += events

    def note(self) -> None:
        self.commits += 1

    async def hear(self, *events: StreamEvent) -> None:
        for event in events:
            await self.delivery.emit([event])


async def test_nothing_is_sent_before_the_first_content() -> None:
    """Start, an empty delta and a tool's name are held back; then everything comes in order."""
    client = Client()
    held = (START, TextDelta(""), ToolStart("t", "look"))
    await client.hear(*held)
    assert (client.got, client.commits) == ([], 0)
    await client.hear(ToolArgsDelta("t", "{"), ToolArgsDelta("t", "}"))
    assert client.got == [*held, ToolArgsDelta("t", "{"), ToolArgsDelta("t", "}")]
    assert client.commits == 1


async def test_what_came_together_is_handed_over_together() -> None:
    """One write, in order; what stood before a nonsensical event is handed over all the same."""
    client = Client()
    together: list[StreamEvent] = [START, TextDelta("a"), TextDelta("b")]
    await client.delivery.emit(together)
    assert (client.got, client.writes, client.commits) == (together, 1, 1)
    with pytest.raises(Garbled):
        await client.delivery.emit([TextDelta("c"), ToolArgsDelta("never begun", "{"), TextDelta("d")])
    assert client.got == [*together, TextDelta("c")]
    assert client.writes == 2


@pytest.mark.parametrize("content", [TextDelta("a"), ReasoningDelta("a")])
async def test_text_and_reasoning_commit(content: StreamEvent) -> None:
    """Either is something the client has seen."""
    client = Client()
    await client.hear(START, content)
    assert client.commits == 1


async def test_a_client_that_does_not_stream_gets_the_whole_answer_only() -> None:
    """It commits when the answer is whole."""
    client = Client(stream=False)
    await client.hear(START, TextDelta("Hel"), TextDelta("lo"), END)
    assert client.commits == 0
    completion = await client.delivery.complete()
    assert completion.message.content == [Text("Hello")]
    assert (client.got, client.commits) == ([], 1)


async def test_an_answer_without_content_is_handed_over_at_its_end() -> None:
    """Empty and complete."""
    client = Client()
    await client.hear(START, END)
    assert (await client.delivery.complete()).finish is Finish.STOP
    assert client.got == [START, END]


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_whose_parts_make_no_whole_is_garbled_and_hands_nothing_over(stream: bool) -> None:
    """A tool call that never ended; no end at all."""
    for events in ([START, ToolStart("t", "look"), END], [START]):
        client = Client(stream)
        await client.hear(*events)
        with pytest.raises(Garbled):
            await client.delivery.complete()
        assert (client.got, client.commits) == ([], 0)


async def test_a_failed_attempt_before_commit_leaves_no_trace() -> None:
    """The next one's events are all the client sees."""
    client = Client()
    await client.hear(Start("one"), ToolStart("t", "look"))
    client.delivery.begin(B)
    await client.hear(Start("two"), TextDelta("hi"), END)
    assert client.got == [Start("two"), TextDelta("hi"), END]
    assert (await client.delivery.complete()).message.content == [Text("hi")]


async def test_a_restart_lies_between_two_answers_and_the_second_is_whole() -> None:
    """I8: nothing of the first is in the result."""
    client = Client(on_interrupt=Interrupt.RESTART)
    await client.hear(START, TextDelta("one "))
    await client.delivery.restart("cut")
    client.delivery.begin(B)
    await client.hear(Start("two"), TextDelta("other"), END)
    assert client.got == [START, TextDelta("one "), Restarted("cut"), Start("two"), TextDelta("other"), END]
    assert (await client.delivery.complete()).message.content == [Text("other")]
    assert client.delivery.restarts == 1


async def test_a_continuation_joins_what_was_said_with_what_follows() -> None:
    """And nothing is thrown away."""
    client = Client(on_interrupt=Interrupt.CONTINUE)
    await client.hear(START, TextDelta("one "), BlockEnd())
    assert client.delivery.plain_text == "one "
    await client.delivery.carry_on("cut")
    client.delivery.begin(B)
    await client.hear(TextDelta("two"), UsageReport(Usage(1, 2)), END)
    assert Continued("cut") in client.got
    assert (await client.delivery.complete()).message.content == [Text("one two")]


async def test_a_continuation_that_begins_otherwise_keeps_its_blocks() -> None:
    """The text delivered comes first."""
    client = Client(on_interrupt=Interrupt.CONTINUE)
    await client.hear(TextDelta("one "))
    await client.delivery.carry_on("cut")
    client.delivery.begin(B)
    await client.hear(ToolStart("t", "look"), ToolArgsDelta("t", "{}"), BlockEnd("t"), END)
    whole = await client.delivery.complete()
    assert whole.message.content == [Text("one "), ToolCall("t", "look", "{}")]


@pytest.mark.parametrize("other", [ReasoningDelta("hm"), ToolStart("t", "look")])
async def test_only_plain_text_can_be_continued(other: StreamEvent) -> None:
    """A thought or a tool call is never spliced."""
    client = Client(on_interrupt=Interrupt.CONTINUE)
    await client.hear(TextDelta("a"), other)
    assert client.delivery.plain_text is None


async def test_a_provider_that_begins_anew_before_commit_is_not_noticed() -> None:
    """What was held is dropped."""
    for stream in (True, False):
        client = Client(stream)
        await client.hear(Start("one"), *(() if stream else (TextDelta("old"),)), Restarted("upstream"))
        await client.hear(Start("two"), TextDelta("new"), END)
        assert (await client.delivery.complete()).message.content == [Text("new")]
        assert not any(isinstance(event, Restarted) for event in client.got)


async def test_a_provider_that_begins_anew_after_commit_restarts_or_fails() -> None:
    """By what the client can take."""
    can = Client(on_interrupt=Interrupt.RESTART)
    await can.hear(TextDelta("old"), Restarted("upstream"), TextDelta("new"), END)
    assert can.got == [TextDelta("old"), Restarted("upstream"), TextDelta("new"), END]
    assert (await can.delivery.complete()).message.content == [Text("new")]
    cannot = Client()
    await cannot.hear(TextDelta("old"))
    with pytest.raises(Garbled):
        await cannot.hear(Restarted("upstream"))
