"""Recorded answers of every wire, told in every dialect and read by that dialect's official SDK.

What the SDK's own types hold is compared with what the provider said, as in tests/daemon/dialects/test_across.py.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from answering import assembled, streamed, told
from clients.pinned import PYTHON, here
from naive import Reading, naive_chat, naive_google, naive_message, naive_response, naive_responses
from replayed import ANSWERS, comparable, expected, issuer, said
from switchgear_protocol.errors import error
from switchgear_protocol.events import Start, TextDelta
from switchgeard.dialects.known import DIALECTS
from switchgeard.upstream.sse import Event

CLIENT = "openai"
SDK = {
    "openai.chat": "openai",
    "openai.responses": "openai",
    "anthropic.messages": "anthropic",
    "google.generate": "google-genai",
}
READER = Path(__file__).with_name("reader.py")
Read = Callable[[str, bool, str], list[Reading]]


class Refused(Exception):
    """The SDK raised an error."""


pytestmark = [pytest.mark.clients]


@pytest.fixture(scope="module")
def read() -> Iterator[Read]:
    """One program with the SDKs for all answers."""
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([str(PYTHON), str(READER)], **pipes) as program:

        def ask(dialect: str, stream: bool, wire: str) -> list[Reading]:
            assert program.stdin
            assert program.stdout
            program.stdin.write(json.dumps({"dialect": dialect, "stream": stream, "wire": wire}) + "\n")
            program.stdin.flush()
            answer = json.loads(program.stdout.readline())
            if "error" in answer:
                raise Refused(answer["error"])
            return list(answer["said"])

        yield ask


def wire_of(events: list[Event]) -> str:
    names = [f"event: {event.event}\n" if event.event else "" for event in events]
    return "".join(f"{name}data: {event.data}\n\n" for name, event in zip(names, events, strict=True))


def reading(dialect: str, dumped: list[Reading], *, stream: bool) -> Reading:
    """The naive reading of what the SDK dumped."""
    match dialect:
        case "openai.chat":
            return naive_chat(dumped, "delta" if stream else "message")
        case "openai.responses":
            return naive_responses([without_parsed(event) for event in dumped]) if stream else naive_response(dumped[0])
        case "anthropic.messages":
            return naive_message(dumped[0])
        case _:
            return naive_google(dumped)


def without_parsed(value: Any) -> Any:
    """What the SDK's helper adds to items on its own account left out."""
    if isinstance(value, list):
        return [without_parsed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: without_parsed(item) for name, item in value.items() if not name.startswith("parsed")}


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("spoken", DIALECTS)
@pytest.mark.parametrize(("wire", "path"), ANSWERS)
def test_an_sdk_reads_what_the_provider_said(read: Read, wire: str, path: Path, spoken: str, stream: bool) -> None:
    """Text, reasoning, calls, class of finish, tokens: with the types its users see."""
    if not here(SDK[spoken]):
        pytest.skip(f"{SDK[spoken]} is not here")
    events, dialect = said(wire, path), DIALECTS[spoken]
    answer = assembled(events, issuer(wire))
    if stream:
        text = wire_of(streamed(dialect, events, told(dialect), issuer(wire)))
    else:
        text = dialect.answer(answer, told(dialect, stream=False), issuer(wire)).decode()
    found = reading(spoken, read(spoken, stream, text), stream=stream)
    assert comparable(found) == expected(answer)


@pytest.mark.parametrize("spoken", DIALECTS)
def test_an_sdk_takes_no_cut_answer_for_whole(read: Read, spoken: str) -> None:
    """It raises, or hands over a response that says it failed, with our words."""
    if not here(SDK[spoken]):
        pytest.skip(f"{SDK[spoken]} is not here")
    writer = DIALECTS[spoken].Writer(told(DIALECTS[spoken]))
    writer.begin(issuer("switchgear"))
    out = [
        *writer.feed(Start()),
        *writer.feed(TextDelta("Once upon")),
        *writer.fail(error("interrupted", "It was cut.")),
    ]
    try:
        said = json.dumps(read(spoken, True, wire_of(out))[-1])
    except Refused as problem:
        said = str(problem)
    assert "It was cut." in said
    assert '"status": "completed"' not in said
