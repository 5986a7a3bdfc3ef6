"""Recorded answers of every wire, told to a client of every dialect, and read there as naively as can be.

What a provider said has to arrive: text, reasoning, tool calls with their parsed arguments, the class of the
finish, tokens.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from answering import FOREIGN, assembled, completions, events_of, gist, heard, streamed, told
from naive import Reading, naive_anthropic, naive_chat, naive_google, naive_message, naive_response, naive_responses
from recorded import FAMILIES, payloads
from replayed import ANSWERS, comparable, expected, issuer, said
from switchgear_protocol.content import Completion
from switchgeard.dialects.known import DIALECTS
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


def test_every_dialect_that_is_spoken_has_a_naive_reader() -> None:
    """Else it would be compared with nothing."""
    assert set(DIALECTS) == set(STREAM) == set(BODY) == set(FAMILIES) & set(DIALECTS)


@pytest.mark.parametrize("spoken", DIALECTS)
@pytest.mark.parametrize(("wire", "path"), ANSWERS)
def test_a_recorded_answer_is_streamed_to_every_client(wire: str, path: Path, spoken: str) -> None:
    """Whatever wire it came on; each event is JSON of that dialect, under the name the client asked for."""
    events = said(wire, path)
    out = streamed(DIALECTS[spoken], events, told(DIALECTS[spoken]), issuer(wire))
    chunks = [json.loads(event.data) for event in out if event.data != DIALECTS[spoken].TERMINAL]
    reading = STREAM[spoken](chunks)
    assert comparable(reading) == expected(assembled(events, issuer(wire)))
    assert reading["model"] == "opus"


@pytest.mark.parametrize("spoken", DIALECTS)
@pytest.mark.parametrize(("wire", "path"), ANSWERS)
def test_a_recorded_answer_is_told_whole_to_every_client(wire: str, path: Path, spoken: str) -> None:
    """The same, for a client that does not stream."""
    answer = assembled(said(wire, path), issuer(wire))
    body = json.loads(DIALECTS[spoken].answer(answer, told(DIALECTS[spoken], stream=False), issuer(wire)))
    reading = BODY[spoken](body)
    assert comparable(reading) == expected(answer)
    assert reading["model"] == "opus"


@pytest.mark.parametrize("spoken", DIALECTS)
@given(answer=completions())
def test_any_answer_is_heard_as_it_was_told(spoken: str, answer: Completion) -> None:
    """Streamed or whole, by our own decoder of the dialect."""
    dialect = DIALECTS[spoken]
    stream = heard(dialect.Decoder(), streamed(dialect, events_of(answer), told(dialect)))
    body = assembled(dialect.whole(dialect.answer(answer, told(dialect, stream=False), FOREIGN)))
    assert gist(stream) == gist(body) == gist(answer)


@pytest.mark.parametrize(("wire", "path"), ANSWERS)
def test_a_recorded_answer_that_passes_says_the_same(wire: str, path: Path) -> None:
    """A client that speaks the provider's dialect gets its very payloads, but for the model's name."""
    said(wire, path)
    for text in [path.read_text()] if path.suffix == ".json" else payloads(path):
        if path.suffix == ".json":
            passed = DIALECTS[wire].renamed_body(text.encode(), "opus").decode()
        else:
            passed = DIALECTS[wire].renamed(Event(None, text), "opus").data
        assert unnamed(json.loads(passed)) == unnamed(json.loads(text))


def unnamed(value: Any) -> Any:
    """Without the members that may name a model."""
    if not isinstance(value, dict):
        return value
    kept = {name: item for name, item in value.items() if name not in ("model", "modelVersion")}
    return {name: unnamed(item) if name in ("message", "response") else item for name, item in kept.items()}
