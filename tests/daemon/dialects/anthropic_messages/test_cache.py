"""Cache markers of a translated request."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Block, Image, Message, Request, Text, Thinking, Tool, ToolCall, ToolResult
from switchgeard.core.issuer import Issuer
from switchgeard.core.offer import Features
from switchgeard.dialects.anthropic_messages import NAME, encode
from switchgeard.dialects.anthropic_messages.cache import least

MODEL = "claude-opus-4-8"
ISSUER = Issuer("p#1", NAME, MODEL)
LONG = "word " * 2000  # some 2,800 tokens as we guess
TOOL = Tool("f", "Does f")
LONG_TOOL = Tool("f", LONG)
EPHEMERAL = {"type": "ephemeral"}


def body(request: Request, model: str = MODEL) -> Any:
    return json.loads(encode(request, model, stream=True, issuer=ISSUER, features=Features()))


def marked(value: Any, at: str = "") -> list[str]:
    """Where markers stand, by dotted path."""
    if isinstance(value, dict):
        found = [at] if value.get("cache_control") == EPHEMERAL else []
        return found + [place for name, inner in value.items() for place in marked(inner, f"{at}.{name}".strip("."))]
    if isinstance(value, list):
        return [place for index, inner in enumerate(value) for place in marked(inner, f"{at}.{index}")]
    return []


def loop(steps: int, text: str = LONG) -> list[Message]:
    """An agent at work: the user's words, then calls and results."""
    out = [Message("user", text)]
    for step in range(steps):
        out += [Message("assistant", [ToolCall(f"t{step}", "f")]), Message("user", [ToolResult(f"t{step}", "ok")])]
    return out


def test_an_agents_step_has_its_four_markers() -> None:
    """The last tool, the system prompt, the last two user turns."""
    request = Request(loop(2), system="Be brief.", tools=[TOOL, LONG_TOOL])
    assert marked(body(request)) == [
        "messages.2.content.0",
        "messages.4.content.0",
        "system.0",
        "tools.1",
    ]
    assert body(request)["system"] == [{"type": "text", "text": "Be brief.", "cache_control": EPHEMERAL}]


def test_what_one_step_writes_the_next_one_reads() -> None:
    """The last marker of a step stands where the last but one of the next does, behind the same prefix."""
    first, second = (body(Request(loop(steps), tools=[TOOL])) for steps in (1, 2))
    assert set(marked(first["messages"])) & set(marked(second["messages"])) == {"2.content.0"}


@pytest.mark.parametrize(
    "request_",
    [
        Request([Message("user", LONG)], system=LONG),
        Request(loop(2, "short"), system="short", tools=[TOOL]),
    ],
)
def test_what_is_not_worth_it_is_not_marked(request_: Request) -> None:
    """A question nothing will follow; a prefix too short to be cached."""
    assert marked(body(request_)) == []


def test_a_marker_stands_behind_enough() -> None:
    """Not on tools that are too few, but on the prompt with them."""
    request = Request([Message("user", "Hi")], system=LONG, tools=[TOOL])
    assert marked(body(request)) == ["messages.0.content.0", "system.0"]
    late = Request([*loop(0, "short"), Message("assistant", "a"), Message("user", LONG)])
    assert marked(body(late)) == ["messages.2.content.0"]


def test_a_conversation_without_tools_is_marked_once_it_is_one() -> None:
    """An answer in it says that more will come."""
    request = Request([Message("user", LONG), Message("assistant", "a"), Message("user", "b")])
    assert marked(body(request)) == ["messages.0.content.0", "messages.2.content.0"]


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("claude-opus-4-5-20251101", 4096),
        ("claude-opus-4.6", 4096),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", 4096),
        ("claude-opus-4-7", 2048),
        ("claude-opus-4-8", 1024),
        ("claude-sonnet-4-5-20250929", 1024),
        ("claude-3-5-sonnet-20241022", 1024),
        ("claude-sonnet-5", 1024),
        ("claude-sonnet-5-5", 512),
        ("claude-opus-5-20270101", 512),
        ("claude-fable-1", 512),
        ("kimi-k3", 1024),
    ],
)
def test_each_model_has_its_least(model: str, tokens: int) -> None:
    """What is not listed has the usual one."""
    assert least(model) == tokens


BLOCKS: st.SearchStrategy[Block] = st.sampled_from(
    [
        Text(LONG),
        Image(data="AAAA"),
        ToolCall("t", "f"),
        ToolResult("t", LONG),
        Thinking("x", signature="s", issuer=str(ISSUER)),
    ]
)


@given(
    st.lists(
        st.builds(Message, st.sampled_from(["user", "assistant"]), st.lists(BLOCKS, min_size=1, max_size=3)), min_size=1
    )
)
def test_there_are_never_more_than_four(messages: list[Message]) -> None:
    """And none on thinking or a call."""
    sent = body(Request(messages, system=LONG, tools=[LONG_TOOL]))
    places = marked(sent)
    assert len(places) <= 4
    last = [message["content"][-1] for message in sent["messages"]]
    assert {block["type"] for block in last if "cache_control" in block} <= {"text", "image", "tool_result"}
