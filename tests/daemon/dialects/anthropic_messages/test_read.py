"""A client's Messages API body as a canonical request."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import (
    Document,
    Image,
    Message,
    NamedTool,
    Reasoning,
    Request,
    ResponseFormat,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from switchgeard.core.issuer import Issuer
from switchgeard.core.offer import Features
from switchgeard.dialects import openai_chat
from switchgeard.dialects.anthropic_messages import NAME, encode, read
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.sealed import seal
from switchgeard.dialects.tool_ids import renamed

OWN = Issuer("claude#1", NAME, "claude-opus-4-8")
CHAT = Issuer("glm#1", "openai.chat", "glm-5")
USER = {"role": "user", "content": "Hi"}
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
BUDGET = {"type": "enabled", "budget_tokens": 2000}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "UERG"}
CALL = b'{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":%s}]}]}'
CALLED = {"type": "tool_use"}
DOCUMENT = '{"type":"document","source":{"type":"content","content":['
RESULT = '{"type":"tool_result","tool_use_id":"t","content":['
MARKER = {"cache_control": {"type": "ephemeral"}}


def nobody(blob: str) -> Issuer | None:
    return None


def understood(**members: Any) -> Request:
    return read(json.dumps({"model": "m", "messages": [USER], **members}).encode(), nobody)


def blocks(*content: dict[str, Any], role: str = "assistant") -> Any:
    return understood(messages=[{"role": role, "content": list(content)}]).messages[0].content


def user(block: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [block]}]}


def refused(**members: Any) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        understood(**members)
    return caught.value


def test_what_claude_code_sends_is_understood() -> None:
    """A prompt in blocks, markers, an accounting line, a system message in the middle, a tool's image."""
    png = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    request = understood(
        system=[
            {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.197;"},
            {"type": "text", "text": "You are an agent.", **MARKER},
            {"type": "text", "text": "Be brief.", **MARKER},
        ],
        messages=[
            {"role": "user", "content": [{"type": "text", "text": "Look", **MARKER}]},
            {"role": "system", "content": "Agents: none"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": seal(CHAT, "reasoning_content")},
                    {"type": "tool_use", "id": "t1", "name": "Read", "input": {"path": "p"}},
                ],
            },
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [png], **MARKER}]},
        ],
        tools=[{"name": "Read", "description": "Reads", "input_schema": SCHEMA, **MARKER}],
        metadata={"user_id": "{}"},
        max_tokens=64000,
        thinking={"type": "adaptive"},
        context_management={"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        output_config={"effort": "medium"},
        stream=True,
    )
    assert request == Request(
        messages=[
            Message("user", [Text("Look")]),
            Message("system", "Agents: none"),
            Message(
                "assistant",
                [
                    Thinking("hm", signature="reasoning_content", issuer=str(CHAT)),
                    ToolCall("t1", "Read", '{"path": "p"}'),
                ],
            ),
            Message("user", [ToolResult("t1", [Image("image/png", data="AAAA")])]),
        ],
        system="You are an agent.\n\nBe brief.",
        tools=[Tool("Read", "Reads", SCHEMA)],
        max_tokens=64000,
        reasoning=Reasoning("medium"),
    )


def test_options_have_their_counterparts() -> None:
    """Sampling, stop, schema, limits."""
    request = understood(
        system="Be brief.",
        max_tokens=0,
        temperature=0.5,
        top_p=0.9,
        top_k=5,
        stop_sequences=["END"],
        output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
    )
    assert request == Request(
        messages=[Message("user", "Hi")],
        system="Be brief.",
        max_tokens=1,
        temperature=0.5,
        top_p=0.9,
        top_k=5,
        stop=["END"],
        response_format=ResponseFormat("json_schema", schema=SCHEMA),
    )
    assert understood(output_format={"type": "json_schema", "schema": SCHEMA}).response_format is not None


@pytest.mark.parametrize(
    ("members", "wanted"),
    [
        ({}, None),
        ({"thinking": {"type": "adaptive"}}, Reasoning("high")),
        ({"thinking": BUDGET}, Reasoning(None, 2000)),
        ({"thinking": BUDGET, "output_config": {"effort": "low"}}, Reasoning("low", 2000)),
        ({"thinking": {"type": "disabled"}, "output_config": {"effort": "low"}}, Reasoning("none")),
        ({"output_config": {"effort": "max"}}, Reasoning("max")),
        ({"output_config": {}}, None),
    ],
)
def test_thinking_is_asked_for_by_effort_or_budget(members: dict[str, Any], wanted: Reasoning | None) -> None:
    """Adaptive alone is high."""
    assert understood(**members).reasoning == wanted


@pytest.mark.parametrize(
    ("choice", "wanted", "parallel"),
    [
        ({"type": "auto"}, "auto", None),
        ({"type": "any", "disable_parallel_tool_use": True}, "required", False),
        ({"type": "none"}, "none", None),
        ({"type": "tool", "name": "f"}, NamedTool("f"), None),
        ({"type": "tool", "name": "web_search"}, None, None),
        (None, None, None),
    ],
)
def test_a_tool_choice_is_translated(choice: Any, wanted: Any, parallel: bool | None) -> None:
    """One that names a tool left out is none."""
    tools = [{"name": "f", "input_schema": {}}, {"type": "web_search_20250305", "name": "web_search"}]
    request = understood(tools=tools, tool_choice=choice)
    assert (request.tool_choice, request.parallel_tool_calls) == (wanted, parallel)
    assert understood(tool_choice=choice).tool_choice is None


def test_only_the_clients_own_tools_stay() -> None:
    """Those of Anthropic's making go; deferred ones are offered at once."""
    tools = [
        {"name": "f", "input_schema": SCHEMA, "strict": True, "defer_loading": True},
        {"type": "custom", "name": "g"},
        {"type": "bash_20250124", "name": "bash"},
        {"type": "mcp_toolset", "mcp_server_name": "x"},
    ]
    assert understood(tools=tools).tools == [Tool("f", "", SCHEMA, strict=True), Tool("g")]


def test_thinking_has_its_issuer() -> None:
    """From the seal, else from who is known to have signed it; else it is nobody's."""
    body = {
        "model": "m",
        "messages": [
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "a", "signature": "known"},
                    {"type": "thinking", "thinking": "b", "signature": "unknown"},
                    {"type": "thinking", "thinking": "c", "signature": seal(CHAT, "")},
                    {"type": "thinking", "thinking": "d"},
                    {"type": "redacted_thinking", "data": seal(CHAT, "blob", redacted=True)},
                    {"type": "redacted_thinking", "data": "known"},
                ],
            }
        ],
    }
    request = read(json.dumps(body).encode(), {"known": OWN}.get)
    assert request.messages[0].content == [
        Thinking("a", signature="known", issuer=str(OWN)),
        Thinking("b", signature="unknown"),
        Thinking("c", issuer=str(CHAT)),
        Thinking("d"),
        Thinking(redacted="blob", issuer=str(CHAT)),
        Thinking(redacted="known", issuer=str(OWN)),
    ]


def test_ids_we_renamed_are_the_providers_again() -> None:
    """In calls and results alike."""
    ours = renamed("call|1")
    call = blocks({"type": "tool_use", "id": ours, "name": "f", "input": {}})
    result = blocks({"type": "tool_result", "tool_use_id": ours, "content": "ok", "is_error": True}, role="user")
    assert call == [ToolCall("call|1", "f", "{}")]
    assert result == [ToolResult("call|1", "ok", is_error=True)]


def test_arguments_stay_as_they_were_written() -> None:
    """Byte by byte: the prompt cache of another provider is by bytes too."""
    body = (
        b'{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{ "b": 1.0 }}]}]}'
    )
    assert read(body, nobody).messages[0].content == [ToolCall("t", "f", '{ "b": 1.0 }')]


def test_media_is_carried_or_put_in_words() -> None:
    """Inline, by URL, as text; what only Anthropic holds is said to have been there."""
    found = blocks(
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
        {"type": "image", "source": {"type": "file", "file_id": "f"}},
        {"type": "document", "source": PDF, "title": "a"},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hé"}, "context": "old"},
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "part"}]}},
        {"type": "document", "source": {"type": "content", "content": "whole"}},
        {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}},
        {"type": "document", "source": {"type": "file", "file_id": "f"}},
        {"type": "search_result", "source": "s", "title": "t", "content": [{"type": "text", "text": "x"}]},
        role="user",
    )
    assert found == [
        Image(url="https://example.org/a.png"),
        Text("[an image was left out: another provider keeps it]"),
        Document("UERG", name="a"),
        Text("old"),
        Document("aMOp", "text/plain"),
        Text("part"),
        Text("whole"),
        Text("[a document was left out: https://example.org/a.pdf]"),
        Text("[a document was left out: another provider keeps it]"),
        Text("t\ns\nx"),
    ]


def test_results_hold_text_and_images_and_documents_follow() -> None:
    """A reference to a tool is words."""
    pdf = {"type": "document", "source": PDF}
    content = [{"type": "text", "text": "see"}, pdf, {"type": "tool_reference", "tool_name": "g"}]
    assert blocks({"type": "tool_result", "tool_use_id": "t", "content": content}, role="user") == [
        ToolResult("t", [Text("see"), Text("[the tool g can be called now]")]),
        Document("UERG"),
    ]
    assert blocks({"type": "tool_result", "tool_use_id": "t"}, role="user") == [ToolResult("t", "")]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
        {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result"}]},
        {"type": "bash_code_execution_tool_result", "tool_use_id": "s", "content": {"type": "x"}},
        {"type": "mcp_tool_use", "id": "s", "name": "n", "server_name": "x", "input": {}},
        {"type": "mcp_tool_result", "tool_use_id": "s", "content": []},
        {"type": "container_upload", "file_id": "f"},
        {"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}},
        {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "f"}},
        {"type": "compaction", "content": None},
    ],
)
def test_what_has_no_counterpart_is_left_out(block: dict[str, Any]) -> None:
    """The text around it stays."""
    text = {"type": "text", "text": "a", "citations": [{"type": "char_location"}]}
    assert blocks(text, block) == [Text("a")]


def test_a_compaction_is_its_summary() -> None:
    """The client may have thrown away what it sums up."""
    assert blocks({"type": "compaction", "content": "We did x."}) == [Text("We did x.")]


@pytest.mark.parametrize(
    ("members", "parameter"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "tool", "content": ""}]}, "messages.0.role"),
        (user({"type": "next_year"}), "messages.0.content.0.type"),
        (user({"type": "text", "text": 1}), "messages.0.content.0.text"),
        (user({"type": "tool_use", "id": "t", "name": "f", "input": []}), "messages.0.content.0.input"),
        (user({"type": "tool_result", "tool_use_id": "t", "content": [CALLED]}), "messages.0.content.0.content.0.type"),
        (user({"type": "image", "source": {"type": "x"}}), "messages.0.content.0.source.type"),
        ({"system": [{"type": "text"}]}, "system.0.text"),
        ({"tools": [{"input_schema": {}}]}, "tools.0.name"),
        ({"tools": [{"name": "f", "input_schema": []}]}, "tools.0.input_schema"),
        ({"tool_choice": {"type": "some"}}, "tool_choice.type"),
        ({"output_config": {"effort": "huge"}}, "output_config.effort"),
    ],
)
def test_what_is_wrong_is_named(members: dict[str, Any], parameter: str) -> None:
    """The dotted path."""
    assert refused(**members).parameter == parameter


def test_a_schema_too_deep_is_refused() -> None:
    """It would be built and encoded again."""
    schema: dict[str, Any] = {}
    for _ in range(200):
        schema = {"properties": {"a": schema}}
    assert refused(tools=[{"name": "f", "input_schema": schema}]).parameter == "tools.0.input_schema"


@pytest.mark.parametrize("piece", [DOCUMENT, RESULT])
@pytest.mark.parametrize("levels", [3, 60, 150, 250, 20_000])
def test_no_nesting_breaks_the_stack(piece: str, levels: int) -> None:
    """Whole or cut."""
    close = "]}}" if "source" in piece else "]}"
    for body in (piece * levels + close * levels, piece * levels):
        with pytest.raises(Unreadable):
            read(('{"messages":[{"role":"user","content":[' + body + "]}]}").encode(), nobody)


def test_what_is_no_text_is_refused() -> None:
    """A decoder that skips does not look."""
    with pytest.raises(Unreadable):
        read(CALL % b'{"a":"\xff"}', nobody)


FIELDS = st.sampled_from(["type", "role", "content", "text", "source", "data", "id", "name", "input", "tool_use_id"])
WORDS = st.sampled_from(
    ["text", "image", "document", "tool_use", "tool_result", "thinking", "base64", "content", "user"]
)
JSON = st.recursive(
    st.none() | st.integers() | st.text() | WORDS, lambda inner: st.lists(inner) | st.dictionaries(FIELDS, inner)
)


@given(JSON)
def test_any_json_is_understood_or_refused(value: object) -> None:
    """As a body, as messages and as content; nothing else is raised."""
    for body in (value, {"messages": value}, {"messages": [{"role": "user", "content": value}]}, {"system": value}):
        with contextlib.suppress(Unreadable):
            assert read(json.dumps(body).encode(), nobody).messages


def test_a_conversation_moves_to_another_wire_and_back() -> None:
    """Thinking and ids go to who made them, and to nobody else."""
    history = [
        {"role": "user", "content": "Hi"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "secret", "signature": "sig"},
                {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}]},
    ]
    request = read(json.dumps({"model": "m", "max_tokens": 9, "messages": history}).encode(), {"sig": OWN}.get)
    chat = openai_chat.encode(request, "glm-5", stream=True, issuer=CHAT, features=Features())
    assert b"secret" not in chat
    assert b"sig" not in chat
    back = json.loads(encode(request, OWN.model, stream=True, issuer=OWN, features=Features()))
    assert back["messages"][1:] == history[1:]
