"""anthropic.messages, a whole body: its blocks as events, and what is none."""

import json
from typing import Any

import pytest

from switchgear_protocol.content import Usage
from switchgear_protocol.events import (
    BlockEnd,
    Finished,
    OpaqueBlock,
    ReasoningDelta,
    ReasoningSignature,
    Start,
    TextDelta,
    ToolArgsDelta,
    ToolStart,
    UsageReport,
)
from switchgear_protocol.words import Finish
from switchgeard.dialects import anthropic_messages
from switchgeard.dialects.fault import Garbled, UpstreamError

NAME = "anthropic.messages"


def test_a_body_gives_the_events_of_its_blocks() -> None:
    """Text, thinking, a call, and what is kept whole."""
    blocks: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "a"},
        {"type": "mcp_tool_use", "id": "m", "input": {}},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"x": 1}},
    ]
    message = {"type": "message", "id": "msg_1", "model": "m", "content": blocks, "stop_reason": "tool_use"}
    events = anthropic_messages.whole(
        json.dumps({**message, "usage": {"input_tokens": 7, "output_tokens": 9}}).encode()
    )
    assert events == [
        Start("msg_1", "m", Usage(7, 9)),
        ReasoningDelta("hm"),
        ReasoningSignature("s"),
        BlockEnd(),
        TextDelta("a"),
        BlockEnd(),
        OpaqueBlock(NAME, blocks[2]),
        ToolStart("t", "f"),
        ToolArgsDelta("t", '{"x":1}'),
        BlockEnd("t"),
        UsageReport(Usage(7, 9)),
        Finished(Finish.TOOL_CALLS),
    ]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b"[]", b'{"content":[],"stop_reason":null}', b'{"content":[5]}']
)
def test_a_body_that_is_no_message_is_garbled(body: bytes) -> None:
    """Empty, HTML, no content, no stop_reason."""
    with pytest.raises(Garbled):
        anthropic_messages.whole(body)


@pytest.mark.parametrize("body", [b'{"type":"error","error":{"type":"api_error"}}', b'{"error":"no"}'])
def test_an_error_body_is_an_upstream_error(body: bytes) -> None:
    """Whatever its status was."""
    with pytest.raises(UpstreamError) as caught:
        anthropic_messages.whole(body)
    assert caught.value.body == body
