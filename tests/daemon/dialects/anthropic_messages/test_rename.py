"""A provider's own answer under the name the client asked for."""

import json

import pytest

from switchgeard.dialects.anthropic_messages import renamed, renamed_body
from switchgeard.upstream.sse import Event

START = '{"type":"message_start", "message":{"id":"m1","model":"theirs","usage":{"x":1.0}} }'


def test_the_start_gets_the_name() -> None:
    """And is else as it came, with or without an event name."""
    for name in ("message_start", None):
        assert renamed(Event(name, START), "ours") == Event(name, START.replace("theirs", "ours"))


@pytest.mark.parametrize(
    "data",
    [
        '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}',
        '{"type":"content_block_delta","delta":{"type":"text_delta","text":"message_start"}}',
        '{"type":"message_start"}',
        '{"type":"message_start","message":5}',
        '{"type":"message_start","message":{"id":"m1"}}',
        "message_start, cut",
        '{"type":"message_start","message":' + "[" * 100_000,
        "",
    ],
)
def test_every_other_event_is_the_same_object(data: str) -> None:
    """Text that only mentions it, and what cannot be read, too."""
    event = Event("x", data)
    assert renamed(event, "ours").data == data


def test_a_whole_body_gets_the_name() -> None:
    """What has no model, or is no JSON, stays."""
    assert json.loads(renamed_body(b'{"id":"m1","model":"theirs"}', "ours")) == {"id": "m1", "model": "ours"}
    for body in (b'{"id":1}', b"<html>", b"[]"):
        assert renamed_body(body, "ours") == body
