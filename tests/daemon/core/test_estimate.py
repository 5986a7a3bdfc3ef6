"""Estimates and needs."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import (
    Completion,
    Document,
    Image,
    Message,
    Opaque,
    Reasoning,
    Request,
    ResponseFormat,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)
from switchgear_protocol.words import Finish
from switchgeard.core.estimate import IMAGE_TOKENS, PAGE_TOKENS, broken_off, counted, input_tokens, needs
from switchgeard.core.needs import Needs

PLAIN = Request([Message("user", "hello")])


def test_a_plain_question_needs_nothing_special() -> None:
    """Only room for its tokens."""
    assert needs(PLAIN) == Needs(input_tokens=input_tokens(PLAIN))
    assert 2 <= input_tokens(PLAIN) <= 10


def test_needs_are_found_wherever_they_hide() -> None:
    """Images inside tool results, tools in the history, a schema, reasoning."""
    request = Request(
        [
            Message("assistant", [ToolCall("1", "look", "{}")]),
            Message("user", [ToolResult("1", [Text("here"), Image(data="AA==")]), Document(data="JVBERg==")]),
        ],
        response_format=ResponseFormat("json_schema", schema={"type": "object"}),
        reasoning=Reasoning(effort="high"),
        max_tokens=99,
    )
    assert needs(request) == Needs(True, True, True, True, True, input_tokens(request), 99)
    assert input_tokens(request) > IMAGE_TOKENS + PAGE_TOKENS


def test_a_text_document_needs_no_pdf_and_no_reasoning_is_no_need() -> None:
    """What is refused or plain asks nothing of the offer."""
    text = Document(data=base64.b64encode(b"words " * 100).decode(), media_type="text/plain")
    request = Request([Message("user", [text])], reasoning=Reasoning(effort="none"))
    assert not needs(request).pdf
    assert not needs(request).reasoning
    assert 150 <= input_tokens(request) <= 250


def test_tools_and_opaque_blocks_count_as_the_json_they_are_sent_as() -> None:
    """They are part of the prompt."""
    tooled = Request(PLAIN.messages, tools=[Tool("look", "Looks.", {"type": "object"})])
    opaque = Request([*PLAIN.messages, Message("assistant", [Opaque("anthropic.messages", {"type": "x" * 700})])])
    assert needs(tooled).tools
    assert input_tokens(tooled) > input_tokens(PLAIN) + 10
    assert input_tokens(opaque) > input_tokens(PLAIN) + 200


@given(st.text(), st.text())
def test_more_content_is_never_estimated_as_less(first: str, more: str) -> None:
    """Also for text no tokenizer would like."""
    short = Request([Message("user", [Thinking(first)])])
    long = Request([Message("user", [Thinking(first), Text(more)])])
    assert input_tokens(short) <= input_tokens(long)


@pytest.mark.parametrize(
    ("length", "said", "used"),
    [
        (0, None, None),
        (0, Usage(50, 1), Usage(50, 1)),
        (350, None, Usage(40, 100, estimated=True)),
        (350, Usage(estimated=True), Usage(40, 100, estimated=True)),
        (350, Usage(50, 1, cache_read=7), Usage(50, 100, cache_read=7, estimated=True)),
        (350, Usage(50, 80), Usage(50, 80)),
    ],
)
def test_an_answer_that_broke_off_used_at_least_what_came(length: int, said: Usage | None, used: Usage | None) -> None:
    """Nothing is guessed of what nothing came of, and nothing where the provider has counted."""
    assert broken_off(Needs(input_tokens=40), length, said) == used


def test_usage_nobody_counted_is_estimated_and_what_was_counted_is_kept() -> None:
    """Marked as an estimate, never nothing."""
    request = Request([Message("user", "How are you?")])
    answer = Message("assistant", [Text("Fine, thank you.")])
    guessed = counted(needs(request), Completion(answer, Finish.STOP, Usage(estimated=True))).usage
    assert guessed == Usage(input=input_tokens(request), output=guessed.output, estimated=True)
    assert guessed.output >= 4
    told = Completion(answer, Finish.STOP, Usage(input=3))
    assert counted(needs(request), told) is told
