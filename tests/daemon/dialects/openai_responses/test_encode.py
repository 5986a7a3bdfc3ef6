"""A canonical request as openai.responses takes it."""

import json
from typing import Any

import pytest

from switchgear_protocol.content import (
    Block,
    Document,
    Image,
    Message,
    NamedTool,
    Opaque,
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
from switchgeard.dialects.openai_responses import encode

ME = Issuer("openai#1", "openai.responses", "gpt-5.5")
OTHER = Issuer("openai#2", "openai.responses", "gpt-5.5")
HI = Message("user", "Hi")
ALL = Features()
CLOSED = {"type": "object", "properties": {}, "additionalProperties": False}
TOOL = Tool("f", "Does f.", {"type": "object", "properties": {"x": {"type": "string"}}})


def body(
    request: Request,
    model: str = "gpt-5.5",
    *,
    stream: bool = False,
    features: Features = ALL,
) -> dict[str, Any]:
    raw = encode(request, model, stream=stream, issuer=ME, features=features)
    return dict(json.loads(raw))


def sent(*messages: Message) -> list[dict[str, Any]]:
    return list(body(Request(list(messages)))["input"])


def said(*blocks: Block) -> list[dict[str, Any]]:
    """The assistant's items, between two words of the user."""
    return sent(HI, Message("assistant", list(blocks)), HI)[1:-1]


def test_the_smallest_request_keeps_nothing_with_the_provider() -> None:
    """`store` is false, and reasoning is asked for sealed."""
    assert body(Request([HI]), stream=True) == {
        "model": "gpt-5.5",
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}],
        "store": False,
        "stream": True,
        "include": ["reasoning.encrypted_content"],
    }


@pytest.mark.parametrize(
    ("model", "asked"),
    [("gpt-6-sol", True), ("openai/o3", True), ("grok-4", True), ("gpt-4.1", False), ("gpt-5-chat-latest", False)],
)
def test_only_models_that_seal_are_asked_to(model: str, asked: bool) -> None:
    """Others answer 400."""
    assert ("include" in body(Request([HI]), model)) is asked


def test_every_option_has_its_place() -> None:
    """Stop sequences, seed, penalties and top_k have none."""
    request = Request(
        [HI],
        system="Be brief.",
        tools=[TOOL],
        tool_choice=NamedTool("f"),
        parallel_tool_calls=False,
        max_tokens=100,
        temperature=0.5,
        top_p=0.9,
        top_k=5,
        seed=1,
        frequency_penalty=0.1,
        stop=["x"],
        reasoning=Reasoning("low"),
        response_format=ResponseFormat("json_schema", "a", {"type": "object"}),
    )
    out = body(request, "gpt-4.1")
    del out["input"]
    assert out == {
        "model": "gpt-4.1",
        "store": False,
        "instructions": "Be brief.",
        "max_output_tokens": 100,
        "temperature": 0.5,
        "top_p": 0.9,
        "tools": [
            {"type": "function", "name": "f", "description": "Does f.", "parameters": TOOL.parameters, "strict": False}
        ],
        "tool_choice": {"type": "function", "name": "f"},
        "parallel_tool_calls": False,
        "reasoning": {"effort": "low", "summary": "auto"},
        "text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}, "strict": False}},
    }


def test_reasoning_models_take_no_sampling() -> None:
    """It is left out, not refused."""
    assert "temperature" not in body(Request([HI], temperature=0.5))


@pytest.mark.parametrize(
    ("reasoning", "sent"),
    [
        (Reasoning("none"), {"effort": "none"}),
        (Reasoning("xhigh"), {"effort": "xhigh", "summary": "auto"}),
        (Reasoning(budget_tokens=10_000), {"effort": "medium", "summary": "auto"}),
        (Reasoning(), None),
    ],
)
def test_effort_is_a_word(reasoning: Reasoning, sent: Any) -> None:
    """A budget becomes one; where there are thoughts, their summary is asked for."""
    assert body(Request([HI], reasoning=reasoning)).get("reasoning") == sent


def test_limits_are_what_the_offer_and_the_wire_take() -> None:
    """At most the offer's, at least 16, none when nothing was asked."""
    assert body(Request([HI], max_tokens=9000), features=Features(max_output=500))["max_output_tokens"] == 500
    assert body(Request([HI], max_tokens=1))["max_output_tokens"] == 16
    assert "max_output_tokens" not in body(Request([HI]))


def test_json_without_a_schema_is_an_object() -> None:
    """And plain text needs no format."""
    assert body(Request([HI], response_format=ResponseFormat("json")))["text"] == {"format": {"type": "json_object"}}
    assert "text" not in body(Request([HI], response_format=ResponseFormat("text")))


def test_tools_always_say_whether_they_are_strict_and_have_parameters() -> None:
    """This wire takes absence for true; strict mode takes closed schemas only."""
    assert body(
        Request([HI], tools=[Tool("f", "", CLOSED, strict=True), Tool("g", strict=True)], tool_choice="required")
    )["tools"] == [
        {"type": "function", "name": "f", "parameters": CLOSED, "strict": True},
        {"type": "function", "name": "g", "parameters": {"type": "object", "properties": {}}, "strict": False},
    ]


def test_an_offer_without_a_feature_is_not_asked_for_it() -> None:
    """Tools and pictures are put in words."""
    request = Request([Message("user", [Image(data="AA")])], tools=[TOOL], reasoning=Reasoning("high"))
    out = body(request, features=Features(tools=False, images=False, reasoning=False))
    assert not {"tools", "reasoning"} & out.keys()
    assert out["input"][0]["content"][0]["type"] == "input_text"


# --- items


def test_the_users_parts_have_their_types() -> None:
    """Pictures inline or by URL, a PDF as a data URL, a text document as text."""
    content: list[Block] = [
        Text("Look:"),
        Image(data="AA"),
        Image(url="https://x/y.png"),
        Document("AA", name="a.pdf"),
        Document("aGk=", "text/plain"),
    ]
    assert sent(Message("user", content))[0]["content"] == [
        {"type": "input_text", "text": "Look:"},
        {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "auto"},
        {"type": "input_image", "image_url": "https://x/y.png", "detail": "auto"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA"},
        {"type": "input_text", "text": "hi"},
    ]


def test_a_system_message_in_the_middle_is_the_developers() -> None:
    """Where it stands: a plan refuses the role system."""
    assert sent(HI, Message("system", "Now in French."), HI)[1] == {
        "type": "message",
        "role": "developer",
        "content": [{"type": "input_text", "text": "Now in French."}],
    }


def test_a_tool_loop_is_calls_and_their_outputs() -> None:
    """No item ids; an error is marked; what was not answered is."""
    calls: list[Block] = [ToolCall("a", "f", '{"x":1}'), ToolCall("b|fc_1", "f")]
    out = sent(HI, Message("assistant", calls), Message("user", [ToolResult("a", "no", is_error=True)]))
    assert out[1:] == [
        {"type": "function_call", "call_id": "a", "name": "f", "arguments": '{"x":1}'},
        {"type": "function_call", "call_id": out[2]["call_id"], "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": "Error: no"},
        {"type": "function_call_output", "call_id": out[2]["call_id"], "output": out[4]["output"]},
    ]
    assert "|" not in out[2]["call_id"]
    assert out[4]["output"].startswith("Error: ")


def test_a_result_with_a_picture_is_a_list() -> None:
    """In its place, not behind it."""
    result = ToolResult("a", [Text("see"), Image(data="AA")], is_error=True)
    out = sent(HI, Message("assistant", [ToolCall("a", "f")]), Message("user", [result]))
    assert [part["type"] for part in out[2]["output"]] == ["input_text", "input_text", "input_image"]
    assert out[2]["output"][0]["text"] == "Error:"


def test_texts_in_a_row_are_parts_of_one_message() -> None:
    """Until something else comes."""
    assert said(Text("a"), Text("b"), ToolCall("c", "f"), Text("d"))[0] == {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "a"}, {"type": "output_text", "text": "b"}],
    }


def test_reasoning_goes_back_to_its_issuer_in_its_place() -> None:
    """Without an id; to nobody else, and not without a seal."""
    mine, theirs = Thinking("hm", "gAAA", issuer=str(ME)), Thinking("hm", "gBBB", issuer=str(OTHER))
    out = said(mine, theirs, Thinking("hm", issuer=str(ME)), Thinking(redacted="gCCC", issuer=str(ME)), Text("a"))
    assert out[:-1] == [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "gAAA"},
        {"type": "reasoning", "summary": [], "encrypted_content": "gCCC"},
    ]


def test_reasoning_that_nothing_follows_stays_behind() -> None:
    """The API refuses it: an answer that was cut has some."""
    assert [item["type"] for item in said(Text("a"), Thinking("hm", "gAAA", issuer=str(ME)))] == ["message"]


def test_blocks_of_the_providers_own_go_back_to_it() -> None:
    """Without the id it keeps nothing under; notes go back into their message."""
    notes = Opaque("openai.responses", {"type": "message_notes", "phase": "commentary", "annotations": [[1]]}, str(ME))
    own = Opaque("openai.responses", {"type": "compaction", "id": "cmp_1", "encrypted_content": "g"}, str(ME))
    others = Opaque("openai.responses", {"type": "compaction"}, str(OTHER))
    assert said(Text("a"), notes, own, others, Text("b"))[:2] == [
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "a", "annotations": [1]}],
            "phase": "commentary",
        },
        {"type": "compaction", "encrypted_content": "g"},
    ]
