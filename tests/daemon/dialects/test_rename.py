"""A provider's own answer under the name the client asked for."""

import json

import pytest

from switchgeard.dialects import rename
from switchgeard.dialects.rename import LONG
from switchgeard.upstream.sse import Event

START = '{"type":"message_start", "message":{"id":"m1","model":"theirs","usage":{"x":1.0}} }'


def test_an_event_gets_the_name() -> None:
    """And is else as it came, with or without an event name."""
    for name in ("message_start", None):
        told = rename.event(Event(name, START), ("message", "model"), "ours")
        assert told == Event(name, START.replace("theirs", "ours"))


@pytest.mark.parametrize(
    "data",
    [
        '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}',
        '{"message":{"content":"\\"model\\""}}',
        '{"message":5,"model":"theirs"}',
        '{"message":{"id":"m1"},"x":"model"}',
        '{"message":{"model":null}}',
        '"message" "model", cut',
        '{"message":{"model":' + "[" * 100_000,
        "",
    ],
)
def test_every_other_event_is_the_same_object(data: str) -> None:
    """Text that only mentions it, and what cannot be read, too."""
    event = Event("x", data)
    assert rename.event(event, ("message", "model"), "ours") is event


def test_a_whole_body_gets_the_name() -> None:
    """Not what stands within it."""
    body = {"id": "m1", "model": "theirs", "output": [{"model": "theirs"}]}
    assert json.loads(rename.body(json.dumps(body).encode(), "model", "ours")) == {**body, "model": "ours"}


@pytest.mark.parametrize("size", [1, LONG])
@pytest.mark.parametrize("before", [{"id": "m1"}, {"choices": [{"model": "x"}]}, {"text": 'a "model" \\ é'}, {}])
def test_a_body_of_any_length_and_order_gets_the_name(before: dict[str, object], size: int) -> None:
    """Whether the name stands in front or behind what is nested."""
    body = {**before, "model": "theirs", "usage": {"n": 1}, "more": "x" * size}
    assert json.loads(rename.body(json.dumps(body).encode(), "model", "ours")) == {**body, "model": "ours"}


@pytest.mark.parametrize("body", [b'{"id":1}', b"<html>", b"[]", b"not json \xff", b'{"model":"a","model":"b"}'])
def test_a_body_without_one_name_stays(body: bytes) -> None:
    """Or with two, or that is no JSON."""
    assert rename.body(body, "model", "ours") == body
