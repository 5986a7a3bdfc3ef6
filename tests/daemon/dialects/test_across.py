"""Recorded answers of every wire, told to a client of every dialect, and read there as naively as can be.

What a provider said has to arrive: text, reasoning, tool calls with their parsed arguments, the class of the
finish, tokens. What a dialect has no place for (blocks of a provider's own) is not compared: each codec says in
its docstring what it leaves out.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from answering import FOREIGN, assembled, completions, gist, heard, streamed, told
from answering import events_of as events_made
from naive import Reading, naive_anthropic, naive_chat, naive_google, naive_message, naive_response, naive_responses
from recorded import FAMILIES, bodies, payloads, streams
from switchgear_protocol.content import Completion, Thinking
from switchgear_protocol.events import StreamEvent
from switchgeard.core.issuer import Issuer
from switchgeard.dialects.fault import UpstreamError
from switchgeard.dialects.known import DIALECTS, SPOKEN
from switchgeard.upstream.sse import Event

Naive = Callable[[list[Reading]], Reading]

STREAM: dict[str, Naive] = {
    "openai.chat": lambda chunks: naive_chat(chunks, "delta"),
    "anthropic.messages": naive_anthropic,
    "openai.responses": naive_responses,
    "google.generate": naive_google,
}
BODY: dict[str, Callable[[Reading], Reading]] = {
    "openai.chat": lambda body: naive_chat([body], "message"),
    "anthropic.messages": naive_message,
    "openai.responses": naive_response,
    "google.generate": lambda body: naive_google([body]),
}
NOT_JSON = "a line of the recording is no JSON: written by hand"
FILTERED = ("content_filter", "refusal")
WIRES = [wire for wire in FAMILIES if wire in DIALECTS]
ANSWERS = [
    pytest.param(wire, *param.values, id=f"{wire}-{param.id}", marks=param.marks)  # type: ignore[attr-defined]
    for wire in WIRES
    for param in streams(FAMILIES[wire]) + bodies(FAMILIES[wire])
]


def events_of(wire: str, path: Path) -> list[StreamEvent]:
    """What our decoder makes of a recording. Raises UpstreamError for a recorded error."""
    dialect = DIALECTS[wire]
    if path.suffix == ".json":
        return dialect.whole(path.read_bytes())
    decoder = dialect.Decoder()
    lines = [Event(json.loads(line).get("type"), line) for line in payloads(path)]
    return [out for event in lines for out in decoder.feed(event)] + decoder.end()


def said(wire: str, path: Path) -> list[StreamEvent]:
    """The events, or a skip that says why there are none."""
    try:
        return events_of(wire, path)
    except UpstreamError as problem:
        reason = "a recorded error has no answer" if b"error" in problem.body else None
    except json.JSONDecodeError:
        reason = NOT_JSON
    assert reason
    pytest.skip(reason)


def issuer(wire: str) -> Issuer:
    return Issuer("recorded#1", wire, "m")


def expected(answer: Completion) -> dict[str, Any]:
    """The gist of it, with the tokens summed as every wire can say them, and the thoughts that have words."""
    found = gist(answer)
    blocks = [block for block in answer.message.content if not isinstance(block, str)]
    usage = answer.usage
    return {
        **{name: found[name] for name in ("text", "calls", "finish")},
        "reasoning": "".join(block.text for block in blocks if isinstance(block, Thinking)),
        "prompt": usage.input + usage.cache_read + usage.cache_write,
        "output": usage.output,
    }


def comparable(reading: Reading) -> dict[str, Any]:
    names = ("text", "reasoning", "prompt", "output")
    finish = "filter" if reading["finish"] in FILTERED else reading["finish"]
    calls = [(name, arguments) for _, name, arguments in reading["calls"]]
    finish = "tool_calls" if calls and finish == "stop" else finish  # several messages recorded as one
    return {**{name: reading[name] for name in names}, "finish": finish, "calls": calls}


def test_every_dialect_that_is_spoken_has_a_naive_reader() -> None:
    """Else it would be compared with nothing."""
    assert set(SPOKEN) <= set(STREAM) == set(BODY) == set(FAMILIES)


@pytest.mark.parametrize("spoken", SPOKEN)
@pytest.mark.parametrize(("wire", "path"), ANSWERS)
def test_a_recorded_answer_is_streamed_to_every_client(wire: str, path: Path, spoken: str) -> None:
    """Whatever wire it came on; each event is JSON of that dialect, under the name the client asked for."""
    events = said(wire, path)
    out = streamed(SPOKEN[spoken], events, told(SPOKEN[spoken]), issuer(wire))
    chunks = [json.loads(event.data) for event in out if event.data != SPOKEN[spoken].TERMINAL]
    reading = STREAM[spoken](chunks)
    assert comparable(reading) == expected(assembled(events, issuer(wire)))
    assert reading["model"] == "opus"


@pytest.mark.parametrize("spoken", SPOKEN)
@pytest.mark.parametrize(("wire", "path"), ANSWERS)
def test_a_recorded_answer_is_told_whole_to_every_client(wire: str, path: Path, spoken: str) -> None:
    """The same, for a client that does not stream."""
    answer = assembled(said(wire, path), issuer(wire))
    body = json.loads(SPOKEN[spoken].answer(answer, told(SPOKEN[spoken], stream=False), issuer(wire)))
    reading = BODY[spoken](body)
    assert comparable(reading) == expected(answer)
    assert reading["model"] == "opus"


@pytest.mark.parametrize("spoken", SPOKEN)
@given(answer=completions())
def test_any_answer_is_heard_as_it_was_told(spoken: str, answer: Completion) -> None:
    """Streamed or whole, by our own decoder of the dialect."""
    dialect = SPOKEN[spoken]
    stream = heard(dialect.Decoder(), streamed(dialect, events_made(answer), told(dialect)))
    body = assembled(dialect.whole(dialect.answer(answer, told(dialect, stream=False), FOREIGN)))
    assert gist(stream) == gist(body) == gist(answer)


@pytest.mark.parametrize(("wire", "path"), ANSWERS)
def test_a_recorded_answer_that_passes_says_the_same(wire: str, path: Path) -> None:
    """A client that speaks the provider's dialect gets its very payloads, but for the model's name."""
    if wire not in SPOKEN:
        pytest.skip(f"no client speaks {wire}")
    said(wire, path)
    for text in [path.read_text()] if path.suffix == ".json" else payloads(path):
        if path.suffix == ".json":
            passed = SPOKEN[wire].renamed_body(text.encode(), "opus").decode()
        else:
            passed = SPOKEN[wire].renamed(Event(None, text), "opus").data
        assert unnamed(json.loads(passed)) == unnamed(json.loads(text))


def unnamed(value: Any) -> Any:
    """Without the members that may name a model."""
    if not isinstance(value, dict):
        return value
    kept = {name: item for name, item in value.items() if name not in ("model", "modelVersion")}
    return {name: unnamed(item) if name in ("message", "response") else item for name, item in kept.items()}
