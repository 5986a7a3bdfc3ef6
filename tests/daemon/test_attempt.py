"""One attempt: what ends a stream, what may follow its marker, what bounds it; over loopback and a virtual clock."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import trio

from standins.standin import StandIn
from switchgear_protocol.events import Finished, StreamEvent, TextDelta, UsageReport
from switchgear_protocol.words import Billing, FailureKind, Finish
from switchgeard import attempt, clock
from switchgeard.attempt import REST_SECONDS, Attempt
from switchgeard.core.failure import Failure
from switchgeard.core.offer import Offer, Timeouts
from switchgeard.demo.exchange import Answer, Asked, End, Hang, chunked
from switchgeard.demo.wires import ANTHROPIC, OPENAI, Said, frame, stream
from switchgeard.dialects.known import DIALECTS
from switchgeard.passed import Heard, Passed, PassedBody
from switchgeard.patience import Patience
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.transport import Transport, TransportFault

IDLE = 5.0
HELLO = "Hello from a stand-in provider."
PATHS = {OPENAI: "/v1/chat/completions", ANTHROPIC: "/v1/messages"}
WIRES = [OPENAI, ANTHROPIC]


def heard(wire: str, transport: Any, events: list[StreamEvent], slow: float = 0.0) -> Attempt:
    """An attempt that writes down what it emits, to a client that takes `slow` seconds for each event."""

    async def emit(told: Sequence[Heard]) -> None:
        events.extend(event for event in told if not isinstance(event, Passed | PassedBody))
        await trio.sleep(slow * len(told))

    limits = Timeouts(5.0, 5.0, IDLE)
    offer = Offer("p", "m", "openai", "http://here", Billing.METERED, "M (via P)", wire=wire, timeouts=limits)
    return Attempt(offer, DIALECTS[wire], transport, clock.now, emit, lambda headers: None, Patience(offer.timeouts))


async def answered(wire: str, pieces: list[Any], **ends: Any) -> tuple[list[StreamEvent], Failure | None]:
    """What an attempt makes of a chunked answer of these pieces, over loopback."""

    def reply(asked: Asked, said: Said) -> Answer:
        return chunked(pieces, **ends)

    events: list[StreamEvent] = []
    transport = Transport()
    async with StandIn(reply).serving() as standin:
        call = HTTPCall("POST", standin.url + PATHS[wire], (("content-type", "application/json"),), b'{"model":"m"}')
        failure = await heard(wire, transport, events).run(call)
        await transport.aclose()
    return events, failure


def frames(wire: str, *, until: bytes = b"") -> list[bytes]:
    """A whole stream; with `until` only as far as the frame that holds it."""
    found = [frame(payload, wire) for payload in stream(Said(), wire, "m")]
    return found[: 1 + next(at for at, one in enumerate(found) if until in one)] if until else found


MARKER = {OPENAI: b'"finish_reason":"stop"', ANTHROPIC: b'"message_stop"'}


def text(events: Sequence[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


class Scripted:
    """A transport whose reply is bytes, seconds of silence, or a fault: time is virtual, nothing is real."""

    def __init__(self, steps: Sequence[bytes | float | TransportFault]) -> None:
        self.steps = iter(steps)
        self.status, self.headers = 200, {"content-type": "text/event-stream"}

    @asynccontextmanager
    async def open(
        self, call: HTTPCall, *, connect: float, still_wanted: Callable[[], bool]
    ) -> AsyncIterator["Scripted"]:
        yield self

    def chunks(self) -> "Scripted":
        return self

    def __aiter__(self) -> "Scripted":
        return self

    async def __anext__(self) -> bytes:
        for step in self.steps:
            if isinstance(step, TransportFault):
                raise step
            if isinstance(step, bytes):
                return step
            await trio.sleep(step)
        raise StopAsyncIteration


async def scripted(
    wire: str, steps: Sequence[bytes | float | TransportFault], slow: float = 0.0
) -> tuple[list[StreamEvent], Failure | None]:
    events: list[StreamEvent] = []
    run = heard(wire, cast(Transport, Scripted(steps)), events, slow)
    return events, await run.run(HTTPCall("POST", "http://here/", ()))


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("whole", "end"), [(True, "keep"), (False, "fin"), (False, "reset")])
async def test_a_cut_behind_the_terminal_marker_loses_nothing(wire: str, whole: bool, end: End) -> None:
    """Without [DONE] or usage, with the framing broken: the answer was whole, so it is delivered."""
    events, failure = await answered(wire, frames(wire, until=MARKER[wire]), whole=whole, end=end)
    assert failure is None
    assert text(events) == HELLO
    assert events[-1] == Finished(Finish.STOP)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("whole", "end"), [(True, "keep"), (False, "fin"), (False, "reset")])
async def test_a_cut_before_the_terminal_marker_is_a_failure(wire: str, whole: bool, end: End) -> None:
    """One frame less, and nothing says that the answer is whole."""
    events, failure = await answered(wire, frames(wire, until=MARKER[wire])[:-1], whole=whole, end=end)
    assert failure is not None
    assert not any(isinstance(event, Finished) for event in events)


@pytest.mark.parametrize("wire", WIRES)
async def test_silence_behind_the_terminal_marker_ends_the_wait(wire: str) -> None:
    """A provider that never hangs up: the client has its answer all the same, over a real socket."""
    with trio.fail_after(IDLE - 1):
        events, failure = await answered(wire, [*frames(wire, until=MARKER[wire]), Hang()])
    assert failure is None
    assert (text(events), events[-1]) == (HELLO, Finished(Finish.STOP))


@pytest.mark.parametrize("wire", WIRES)
async def test_the_wait_behind_the_marker_is_half_a_second(wire: str, autojump_clock: trio.testing.MockClock) -> None:
    """Not a moment more, whatever idle allows, and signs of life do not lengthen it."""
    pings: list[bytes | float | TransportFault] = [0.2, b": ping\n\n"] * 100
    _, failure = await scripted(wire, [b"".join(frames(wire, until=MARKER[wire])), *pings])
    assert failure is None
    assert trio.current_time() == pytest.approx(REST_SECONDS)


async def test_usage_behind_the_marker_is_waited_for(autojump_clock: trio.testing.MockClock) -> None:
    """OpenAI's last chunk but one; [DONE] then ends it at once."""
    *before, counts, done = frames(OPENAI)
    events, failure = await scripted(OPENAI, [b"".join(before), 0.3, counts, 0.1, done, 100.0])
    assert failure is None
    assert isinstance(events[-2], UsageReport)
    assert trio.current_time() == pytest.approx(0.4)


async def test_content_behind_the_marker_is_waited_for(autojump_clock: trio.testing.MockClock) -> None:
    """Some hosts send their finish_reason early; each piece of content gives half a second more."""
    marked = frames(OPENAI, until=MARKER[OPENAI])
    more = frame('{"choices":[{"index":0,"delta":{"content":" More."}}]}', OPENAI)
    events, failure = await scripted(OPENAI, [b"".join(marked), 0.4, more, 0.4, more, 0.6, more])
    assert failure is None
    assert text(events) == HELLO + " More. More."


async def test_what_cannot_be_read_behind_the_marker_is_left(autojump_clock: trio.testing.MockClock) -> None:
    """A line without end is no reason to throw a whole answer away."""
    events, failure = await scripted(ANTHROPIC, [b"".join(frames(ANTHROPIC)), b"data: " + b"a" * 9_000_000])
    assert failure is None
    assert events[-1] == Finished(Finish.STOP)


def _second(number: int) -> list[bytes]:
    """Another message of the same answer."""
    payloads = [json.loads(payload) for payload in stream(Said(text=(" More.",)), ANTHROPIC, "m")]
    payloads[0]["message"]["id"] = f"msg_more_{number}"
    return [frame(json.dumps(payload), ANTHROPIC) for payload in payloads]


async def test_another_message_behind_the_marker_is_more_of_the_answer() -> None:
    """As server-side tools do it, over loopback: text appended, one finish."""
    events, failure = await answered(ANTHROPIC, [*frames(ANTHROPIC), *_second(1), *_second(2)])
    assert failure is None
    assert text(events) == HELLO + " More. More."
    assert [event for event in events if isinstance(event, Finished)] == [Finished(Finish.STOP)]


async def test_a_cut_in_another_message_is_a_failure() -> None:
    """What began again has to end again."""
    _, failure = await answered(ANTHROPIC, [*frames(ANTHROPIC), *_second(1)[:-1]])
    assert failure is not None
    assert failure.kind is FailureKind.PROTOCOL


async def test_silence_in_another_message_is_idle(autojump_clock: trio.testing.MockClock) -> None:
    """The marker's grace is over; the deadline of content holds again."""
    _, failure = await scripted(ANTHROPIC, [b"".join(frames(ANTHROPIC)), _second(1)[0], 100.0])
    assert failure is not None
    assert failure.kind is FailureKind.TIMEOUT
    assert trio.current_time() == pytest.approx(IDLE)


async def test_a_body_longer_than_its_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading stops there; the rest is never taken."""
    monkeypatch.setattr(attempt, "WHOLE_LIMIT", 1_000_000)
    events, failure = await answered(OPENAI, [b'{"a":"', *[b"a" * 65_536] * 1000])
    assert failure is not None
    assert (events, failure.kind) == ([], FailureKind.PROTOCOL)
    assert "MiB" in failure.message


async def test_a_stream_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that never ends is garbled once it is larger than any answer."""
    monkeypatch.setattr(attempt, "STREAM_LIMIT", 10_000)
    delta = frame('{"choices":[{"index":0,"delta":{"content":"aaaaaaaaaaaaaaaa"}}]}', OPENAI)
    _, failure = await answered(OPENAI, [delta * 10] * 50)
    assert failure is not None
    assert failure.kind is FailureKind.PROTOCOL
    assert "MiB" in failure.message


async def test_a_slow_client_is_not_the_providers_fault(autojump_clock: trio.testing.MockClock) -> None:
    """Each event taken in more time than idle allows, content or not: still complete."""
    events, failure = await scripted(ANTHROPIC, frames(ANTHROPIC), slow=IDLE * 3)
    assert failure is None
    assert events[-1] == Finished(Finish.STOP)
