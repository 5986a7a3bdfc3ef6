"""Voice: what a client of another dialect hears, and what waits until the answer is on record."""

from switchgear_protocol.content import Usage
from switchgear_protocol.errors import error
from switchgear_protocol.events import (
    BlockEnd,
    Continued,
    Finished,
    Restarted,
    Routing,
    Start,
    StreamEvent,
    TextDelta,
    UsageReport,
)
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.core.needs import Needs
from switchgeard.dialects import anthropic_messages, openai_chat
from switchgeard.dialects.dialect import Dialect, Told
from switchgeard.dialects.glimpse import Glimpse
from switchgeard.passed import Passed, Said
from switchgeard.upstream.sse import Event
from switchgeard.voice import Ours, Theirs

TOLD = Told("m", "0123", 1, Glimpse("m", stream=True, needs=Needs()))
TEXT = Event(None, '{"id":"1","model":"model-a","choices":[{"index":0,"delta":{"content":"Hi"}}]}')
END = Event(None, '{"id":"1","model":"model-a","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')
DONE = Event(None, "[DONE]")


class Client:
    """Hears a dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.writes: list[list[Event]] = []
        self.voice = Theirs(dialect, TOLD, self.take)

    async def take(self, events: list[Event]) -> None:
        self.writes.append(events)

    @property
    def heard(self) -> list[str]:
        return [event.data for events in self.writes for event in events]


async def test_our_own_dialect_hears_everything() -> None:
    """Routing too."""
    got: list[Said] = []

    async def send(*events: Said) -> None:
        got.extend(events)

    routing = Routing("chosen", "p", "m", "M (via P)")
    voice = Ours(send)
    voice.turn_to(Issuer("p#1", "openai.chat", "m"))
    await voice.say(routing, TextDelta("Hi"))
    assert got == [routing, TextDelta("Hi")]


async def test_a_provider_of_the_same_dialect_is_heard_in_its_own_words() -> None:
    """But for the model's name; what ends the answer waits."""
    client = Client(openai_chat)
    await client.voice.say(Passed(TEXT), Passed(END, closing=True), Passed(DONE, closing=True))
    assert client.heard == [TEXT.data.replace("model-a", "m")]
    ending = client.voice.finish(Finish.STOP, Usage())
    assert [event.data for event in ending] == [END.data.replace("model-a", "m"), "[DONE]"]


async def test_a_missing_terminal_marker_is_added() -> None:
    """Some hosts close without it; the client's own parser waits for it."""
    client = Client(openai_chat)
    await client.voice.say(Passed(TEXT), Passed(END, closing=True))
    assert [event.data for event in client.voice.finish(Finish.STOP, Usage())][-1] == "[DONE]"


async def test_what_looked_like_the_end_is_heard_in_order_when_more_comes() -> None:
    """A message after the message: nothing overtakes."""
    client = Client(openai_chat)
    await client.voice.say(Passed(TEXT), Passed(END, closing=True), Passed(TEXT))
    assert [("finish_reason" in data) for data in client.heard] == [False, True, False]
    assert [event.data for event in client.voice.finish(Finish.STOP, Usage())] == ["[DONE]"]


async def test_a_provider_of_another_dialect_is_translated() -> None:
    """One write per batch; what is only for our own dialect is not said."""
    client = Client(anthropic_messages)
    client.voice.turn_to(Issuer("p#1", "openai.chat", "m"))
    spoken: list[StreamEvent] = [Start("1"), TextDelta("Hi"), UsageReport(Usage(1, 1)), Finished(Finish.STOP)]
    await client.voice.say(Routing("chosen", "p", "m", "M"), *spoken)
    assert len(client.writes) == 1
    assert '"text":"Hi"' in client.heard[-1]
    ending = client.voice.finish(Finish.STOP, Usage(1, 1))
    assert ending[-1].event == "message_stop"
    assert all(event.event != "message_stop" for events in client.writes for event in events)


async def test_a_continued_answer_is_one_message() -> None:
    """Two attempts, one beginning, one block."""
    client = Client(anthropic_messages)
    for number, text in enumerate(("Once ", "upon")):
        client.voice.turn_to(Issuer(f"p#{number}", "openai.chat", "m"))
        await client.voice.say(Start(str(number)), TextDelta(text))
        await client.voice.say(Continued("cut") if number == 0 else BlockEnd())
    names = [event.event for events in client.writes for event in events]
    assert names.count("message_start") == names.count("content_block_start") == 1


async def test_nothing_is_written_when_nothing_is_said() -> None:
    """A write would be the answer's beginning."""
    client = Client(openai_chat)
    await client.voice.say(Routing("left", "p", "m", "M"), Restarted("x"))
    assert client.writes == []


async def test_a_break_is_said_in_the_dialect() -> None:
    """And nothing that could pass for an end."""
    client = Client(openai_chat)
    await client.voice.say(Passed(TEXT))
    said = client.voice.fail(error("interrupted", "It was cut."))
    assert "It was cut." in said[-1].data
    assert all(event.data != "[DONE]" for event in said)
