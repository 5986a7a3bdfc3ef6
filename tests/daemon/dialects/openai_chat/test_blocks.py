"""Deltas of openai.chat that are more than text and functions: free text, the old spelling, sound and pictures."""

import json
from typing import Any

import pytest

from switchgear_protocol.content import ToolCall
from switchgear_protocol.events import OpaqueBlock, StreamEvent, ToolArgsDelta, ToolStart, commits
from switchgear_protocol.words import Finish
from switchgeard.dialects import openai_chat
from switchgeard.dialects.assemble import Assembler
from switchgeard.upstream.sse import Event


def decoded(*deltas: dict[str, Any], finish: str = "stop") -> list[StreamEvent]:
    """The events of one choice's deltas and its end."""
    decoder = openai_chat.Decoder()
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": finish})
    out: list[StreamEvent] = []
    for choice in choices:
        out += decoder.feed(Event(None, json.dumps({"id": "c1", "choices": [choice]})))
    return out + decoder.end()


def test_free_text_of_a_custom_tool_becomes_the_one_argument_input() -> None:
    """Piece by piece, escaped as JSON wants it; its text may hold anything."""
    first: dict[str, Any] = {"index": 0, "id": "call_1", "type": "custom", "custom": {"name": "python", "input": ""}}
    pieces = ['print("', "é\n", '\\")']
    more = [{"tool_calls": [{"index": 0, "custom": {"input": piece}}]} for piece in pieces]
    assembler = Assembler("")
    for event in decoded({"tool_calls": [first]}, *more, finish="tool_calls"):
        assembler.feed(event)
    [call] = list(assembler.completion().message.content)
    assert isinstance(call, ToolCall)
    assert (call.id, call.name, json.loads(call.arguments)) == ("call_1", "python", {"input": "".join(pieces)})


def test_free_text_of_a_whole_body_is_read_too() -> None:
    """There it stands in the message."""
    call = {"id": "call_1", "type": "custom", "custom": {"name": "python", "input": 'say "x"'}}
    choice = {"index": 0, "message": {"role": "assistant", "tool_calls": [call]}, "finish_reason": "tool_calls"}
    out = openai_chat.whole(json.dumps({"id": "c1", "choices": [choice]}).encode())
    assert ToolStart("call_1", "python") in out
    assert json.loads("".join(event.json for event in out if isinstance(event, ToolArgsDelta))) == {"input": 'say "x"'}


def test_a_call_in_the_old_spelling_is_a_call() -> None:
    """function_call has no id: it gets one from the answer's."""
    out = decoded(
        {"function_call": {"name": "f", "arguments": ""}},
        {"function_call": {"arguments": '{"a"'}},
        {"function_call": {"arguments": ":1}"}},
        finish="function_call",
    )
    assert ToolStart("call_c1_0", "f") in out
    assert "".join(event.json for event in out if isinstance(event, ToolArgsDelta)) == '{"a":1}'
    assert out[-1].reason is Finish.TOOL_CALLS  # type: ignore[union-attr]


@pytest.mark.parametrize("said", [{"audio": {"id": "a", "data": "AAAA"}}, {"images": [{"type": "image_url"}]}])
def test_sound_and_pictures_are_content(said: dict[str, Any]) -> None:
    """An answer of nothing else is under way with the first of it, and is not waited for as if it were silent."""
    out = decoded(said)
    assert OpaqueBlock("openai.chat", said) in out
    assert any(map(commits, out))
