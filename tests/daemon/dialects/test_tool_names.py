"""Tool names: legal on the wire they go to, and told back as the client knows them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import Message, NamedTool, Request, Text, Tool, ToolCall, ToolResult
from switchgeard.dialects.known import DIALECTS
from switchgeard.dialects.tool_names import LIMIT, LIMITS, legal

LONG = "mcp__a_server_with_a_rather_long_name__and_a_tool_whose_name_goes_on_and_on_for_ever"


def asking(name: str) -> Request:
    call = Message("assistant", [Text("hm"), ToolCall("1", name, "{}")])
    messages = [Message("user", "x"), call, Message("user", [ToolResult("1", "y")])]
    return Request(messages, tools=[Tool(name), Tool("weather")], tool_choice=NamedTool(name))


def test_legal_names_stay() -> None:
    """The very request."""
    request = asking("weather")
    assert legal(request, "openai.chat") == (request, {})
    assert legal(request, "openai.chat")[0] is request


@given(st.text(min_size=1, max_size=150), st.sampled_from(sorted(DIALECTS)))
def test_any_name_is_made_legal_everywhere_and_told_back(name: str, wire: str) -> None:
    """In the tool, the call and the choice alike."""
    request, back = legal(asking(name), wire)
    new = request.tools[0].name
    assert re.fullmatch(r"[A-Za-z0-9_-]+", new)
    assert len(new) <= LIMITS.get(wire, LIMIT)
    [call] = [block for block in request.messages[1].content if isinstance(block, ToolCall)]
    assert (call.name, request.tool_choice) == (new, NamedTool(new))
    assert back.get(new, new) == name
    assert legal(asking(name), wire)[0] == request


@pytest.mark.parametrize(("wire", "kept"), [("anthropic.messages", True), ("openai.chat", False)])
def test_what_one_wire_takes_another_may_not(wire: str, kept: bool) -> None:
    """Claude Code names the tools of MCP servers so."""
    assert (legal(asking(LONG), wire)[1] == {}) is kept
