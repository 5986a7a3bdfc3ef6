"""A whole answer as a chat.completion."""

import json
from typing import Any

import pytest
from hypothesis import given

from answering import FOREIGN, assembled, completions, events_of, gist, heard, streamed, told
from switchgear_protocol.content import Block, Completion, Message, Opaque, Text, Thinking, ToolCall, Usage
from switchgear_protocol.words import Finish
from switchgeard.dialects import openai_chat


def sent(*blocks: Block, finish: Finish = Finish.STOP, **asked: Any) -> Any:
    whole = Completion(Message("assistant", list(blocks)), finish, Usage(10, 5))
    return json.loads(openai_chat.answer(whole, told(openai_chat, **asked), FOREIGN))


def test_a_body_has_its_golden_form() -> None:
    """As the official client types it."""
    assert sent(Thinking("hm", signature="s"), Text("Hi, "), Text("you"), ToolCall("c", "f", '{"x":1}')) == {
        "id": "chatcmpl-0a1b2c",
        "object": "chat.completion",
        "created": 1_763_890_000,
        "model": "opus",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Hi, you",
                    "refusal": None,
                    "reasoning_content": "hm",
                    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}],
                },
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": 15,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
    }


def test_content_is_null_beside_calls_and_empty_without() -> None:
    """As this wire has it; what only its issuer can read is left out."""
    assert sent(ToolCall("c", "f"))["choices"][0]["message"]["content"] is None
    assert sent(Opaque("anthropic.messages", {"type": "x"}), Thinking(redacted="r"))["choices"][0]["message"] == {
        "role": "assistant",
        "content": "",
        "refusal": None,
    }


def test_a_free_text_call_is_one_again() -> None:
    """Its text out of the object; arguments that are no such object go as they are."""
    names = frozenset({"patch"})
    for arguments, text in (('{"input":"a\\n"}', "a\n"), ("[]", "[]"), ("{", "{"), ('{"input":1}', '{"input":1}')):
        [call] = sent(ToolCall("c", "patch", arguments), custom_tools=names)["choices"][0]["message"]["tool_calls"]
        assert call == {"id": "c", "type": "custom", "custom": {"name": "patch", "input": text}}


@pytest.mark.parametrize("finish", Finish)
def test_every_finish_has_a_word_of_this_wire(finish: Finish) -> None:
    """One that clients switch on."""
    word = sent(Text("a"), finish=finish)["choices"][0]["finish_reason"]
    assert word in {"stop", "length", "tool_calls", "content_filter"}


def test_a_content_that_is_a_text_is_one() -> None:
    """Completions made elsewhere may have it."""
    whole = Completion(Message("assistant", "Hi"), Finish.STOP, Usage())
    body = json.loads(openai_chat.answer(whole, told(openai_chat), FOREIGN))
    assert body["choices"][0]["message"]["content"] == "Hi"


@given(completions())
def test_any_answer_arrives_as_it_is(answer: Completion) -> None:
    """Whole, read by our own decoder; and a stream of it says the same, reasoning too."""
    body = assembled(openai_chat.whole(openai_chat.answer(answer, told(openai_chat), FOREIGN)))
    stream = heard(openai_chat.Decoder(), streamed(openai_chat, events_of(answer), told(openai_chat)))
    assert gist(body) == gist(stream) == gist(answer)
    thoughts = [[b.text for b in one.message.content if isinstance(b, Thinking)] for one in (body, stream, answer)]
    assert thoughts[0] == thoughts[1] == ["".join(thoughts[2])][: len(thoughts[2])]
