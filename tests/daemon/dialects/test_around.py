"""A conversation said in one dialect, read, said in another and read again: it stays the same conversation."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Block, Message, Request, Text, Tool, ToolCall, ToolResult
from switchgeard.core.issuer import Issuer
from switchgeard.core.offer import Features
from switchgeard.dialects.known import DIALECTS

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)
TOOL = Tool("weather", "The weather", {"type": "object", "properties": {"city": {"type": "string"}}})
ARGUMENTS = st.dictionaries(st.sampled_from(["city", "day"]), WORDS | st.integers(0, 9), max_size=2).map(json.dumps)


@st.composite
def conversations(draw: st.DrawFn) -> Request:
    """Turns of question, calls, results and answer, as an agent has them."""
    messages: list[Message] = []
    for turn in range(draw(st.integers(1, 3))):
        messages.append(Message("user", [Text(draw(WORDS))]))
        calls: list[Block] = [
            ToolCall(f"call_{turn}{number}", "weather", draw(ARGUMENTS)) for number in range(draw(st.integers(0, 2)))
        ]
        said: list[Block] = [Text(draw(WORDS))] if draw(st.booleans()) or not calls else []
        messages.append(Message("assistant", [*said, *calls]))
        if calls:
            results: list[Block] = [ToolResult(c.id, draw(WORDS)) for c in calls if isinstance(c, ToolCall)]
            messages += [Message("user", results), Message("assistant", [Text(draw(WORDS))])]
    messages.append(Message("user", [Text(draw(WORDS))]))
    return Request(messages, system=draw(st.none() | WORDS), tools=[TOOL], max_tokens=1000)


def heard(request: Request) -> list[Any]:
    """Who said what, one entry per block, however it is put in messages."""
    out: list[Any] = [
        ("system", request.system),
        ("tools", [(t.name, t.description, t.parameters) for t in request.tools]),
    ]
    for message in request.messages:
        blocks: list[Block] = [Text(message.content)] if isinstance(message.content, str) else message.content
        out += [_block(message.role, block) for block in blocks]
    return out


def _block(role: str, block: Block) -> Any:
    match block:
        case ToolCall(id=id, name=name, arguments=arguments):
            return ("call", id, name, json.loads(arguments or "{}"))
        case ToolResult(id=id, content=content):
            return ("result", id, content if isinstance(content, str) else [getattr(p, "text", None) for p in content])
        case Text(text=text):
            return (role, text)
        case _:
            return block


def said(request: Request, dialect: str) -> Request:
    """The request as a client of this dialect would have said it, read."""
    body = DIALECTS[dialect].encode(request, "m", stream=True, issuer=Issuer("p#1", dialect, "m"), features=Features())
    glimpsed = DIALECTS[dialect].glimpse(body, model="m", stream=True)
    assert glimpsed.turn_boundary
    assert glimpsed.needs.tools
    return DIALECTS[dialect].read(body, lambda blob: None)


@pytest.mark.parametrize("first", DIALECTS)
@pytest.mark.parametrize("second", DIALECTS)
@given(conversation=conversations())
def test_a_conversation_goes_around(first: str, second: str, conversation: Request) -> None:
    """Words, calls, results, tools: from our own dialect through two others."""
    once = said(conversation, first)
    assert flat(heard(said(once, second))) == flat(heard(once)) == flat(heard(conversation))


def flat(entries: list[Any]) -> list[Any]:
    """Results in one spelling: a text."""
    return [
        (*entry[:2], "".join(entry[2])) if entry[0] == "result" and isinstance(entry[2], list) else entry
        for entry in entries
    ]
