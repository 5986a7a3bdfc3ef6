"""anthropic.messages, encoded: golden bodies and what the wire would refuse."""

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
from switchgeard.dialects.anthropic_messages import NAME, encode

ISSUER = Issuer("p#1", "anthropic.messages", "m")
OLD, NEW, FOREIGN = "claude-sonnet-4-5", "claude-opus-4-8", "glm-5"
TOOL = Tool("weather", "The weather", {"type": "object", "properties": {"city": {"type": "string"}}})


def body(request: Request, model: str = NEW, stream: bool = True, **more: Any) -> Any:
    features = more.pop("features", Features())
    return json.loads(encode(request, model, stream=stream, issuer=ISSUER, features=features, **more))


def said(*messages: Message, model: str = NEW) -> Any:
    """Without what the user is made to say before an assistant that speaks first."""
    out = body(Request(list(messages)), model)["messages"]
    return out[1:] if messages[0].role == "assistant" else out


def asked(**fields: Any) -> Request:
    return Request([Message("user", "Hi")], **fields)


def test_a_whole_conversation_has_its_golden_body() -> None:
    """System, thinking of the issuer, a call and its result, tools, options."""
    request = Request(
        [
            Message("user", "Weather?"),
            Message(
                "assistant",
                [
                    Thinking("hm", signature="sig", issuer=str(ISSUER)),
                    Text("Let me look."),
                    ToolCall("t1", "weather", '{"city": "Rome"}'),
                ],
            ),
            Message("user", [ToolResult("t1", "sunny"), Text("And tomorrow?")]),
        ],
        system="Be brief.",
        tools=[TOOL],
        tool_choice="auto",
        max_tokens=1000,
        temperature=1.5,
        stop=["END"],
    )
    assert body(request, OLD) == {
        "model": OLD,
        "max_tokens": 1000,
        "system": "Be brief.",
        "stream": True,
        "temperature": 1.0,
        "stop_sequences": ["END"],
        "tools": [{"name": "weather", "description": "The weather", "input_schema": TOOL.parameters}],
        "tool_choice": {"type": "auto"},
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "hm", "signature": "sig"},
                    {"type": "text", "text": "Let me look."},
                    {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Rome"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "t1", "content": "sunny"},
                    {"type": "text", "text": "And tomorrow?"},
                ],
            },
        ],
    }


def test_a_plain_request_asks_for_nothing_more() -> None:
    """No stream, no tools, no options; max_tokens because the wire demands it."""
    assert body(asked(), stream=False) == {
        "model": NEW,
        "max_tokens": 32_000,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
    }


@pytest.mark.parametrize(("model", "most"), [(OLD, 32_000), ("claude-3-5-haiku-latest", 8_192), (FOREIGN, 8_192)])
def test_where_nobody_set_a_limit_there_is_room_for_thoughts(model: str, most: int) -> None:
    """As much as every model of that age takes; a client of another dialect need not set one."""
    assert body(asked(reasoning=Reasoning("low")), model)["max_tokens"] == most


@pytest.mark.parametrize(
    ("wanted", "most", "sent"), [(None, None, 32_000), (None, 64_000, 64_000), (5, 64_000, 5), (99, 50, 50)]
)
def test_max_tokens_is_always_there(wanted: int | None, most: int | None, sent: int) -> None:
    """What was asked, up to what the offer can; else the offer's most."""
    features = Features(max_output=most)
    assert body(asked(max_tokens=wanted), features=features)["max_tokens"] == sent


def test_what_only_its_issuer_understands_stays_behind() -> None:
    """Thinking and opaque blocks of others are dropped, unsigned thinking too; ours are sent as they came."""
    search = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    own: list[Block] = [
        Thinking(redacted="r", issuer=str(ISSUER)),
        Opaque(NAME, search, str(ISSUER)),
        Text("a"),
        Opaque(NAME, {"type": "citations", "citations": [{"url": "u"}]}, str(ISSUER)),
    ]
    foreign: list[Block] = [
        Thinking("hm", signature="s", issuer="q#1|anthropic.messages|m"),
        Thinking("hm", signature="s"),
        Thinking("hm", issuer=str(ISSUER)),
        Opaque(NAME, search, "q/m"),
        Opaque("openai.responses", search, str(ISSUER)),
        Text("b"),
        Opaque(NAME, {"type": "citations", "citations": [{"url": "u"}]}, "q/m"),
    ]
    user = Message("user", "Hi")
    messages = said(user, Message("assistant", own), user, Message("assistant", foreign), user)
    assert messages[1]["content"] == [
        {"type": "redacted_thinking", "data": "r"},
        search,
        {"type": "text", "text": "a", "citations": [{"url": "u"}]},
    ]
    assert messages[3]["content"] == [{"type": "text", "text": "b"}]


def test_roles_alternate_and_results_come_first() -> None:
    """User and system messages in a row are one turn; so are the assistant's."""
    messages = said(
        Message("user", "one"),
        Message("user", "two"),
        Message("assistant", "a"),
        Message("assistant", [ToolCall("t1", "f"), ToolCall("t2", "f")]),
        Message("system", "be careful"),
        Message("user", [Text("look"), ToolResult("t2", "2")]),
        Message("user", [ToolResult("t1", "1", is_error=True)]),
    )
    assert [message["role"] for message in messages] == ["user", "assistant", "user"]
    assert messages[2]["content"] == [
        {"type": "tool_result", "tool_use_id": "t1", "content": "1", "is_error": True},
        {"type": "tool_result", "tool_use_id": "t2", "content": "2"},
        {"type": "text", "text": "be careful"},
        {"type": "text", "text": "look"},
    ]


def test_a_turn_left_empty_disappears() -> None:
    """And its neighbours become one."""
    gone = Message("assistant", [Thinking("hm", signature="s", issuer="q#1|anthropic.messages|m")])
    messages = said(Message("user", "a"), gone, Message("user", [Text(""), Text("b")]))
    assert messages == [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]


def test_leading_system_messages_are_the_system_prompt() -> None:
    """After the request's own."""
    request = Request([Message("system", "two"), Message("user", "Hi")], system="one")
    assert body(request)["system"] == "one\n\ntwo"


def test_a_prefill_ends_in_no_space() -> None:
    """The wire refuses it."""
    assert said(Message("user", "Hi"), Message("assistant", "So: "))[1]["content"] == [{"type": "text", "text": "So:"}]


def test_a_begun_answer_is_gone_on_with_in_words_where_it_must_be() -> None:
    """Models that refuse it are asked; a turn that was only paused is sent as it is."""
    begun = [Message("user", "Hi"), Message("assistant", "So")]
    assert [message["role"] for message in said(*begun, model=OLD)] == ["user", "assistant"]
    asked_for = said(*begun, model=NEW)
    assert [message["role"] for message in asked_for] == ["user", "assistant", "user"]
    assert "exactly where it stops" in asked_for[2]["content"][0]["text"]
    paused = Opaque(NAME, {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}, str(ISSUER))
    assert len(said(Message("user", "Hi"), Message("assistant", [Text("So"), paused]), model=NEW)) == 2


def test_nothing_ends_in_thinking() -> None:
    """What was cut there is worth nothing to the next try."""
    thought = Thinking("hm", signature="s", issuer=str(ISSUER))
    assert [message["role"] for message in said(Message("user", "Hi"), Message("assistant", [thought]))] == ["user"]
    left = said(Message("user", "Hi"), Message("assistant", [Text("a"), thought]), model=OLD)
    assert left[1]["content"] == [{"type": "text", "text": "a"}]


def test_images_and_documents_have_their_sources() -> None:
    """Inline in both spellings, by URL, PDF, plain text; also inside tool results."""
    blocks: list[Block] = [
        Image("image/png", data="AAAA"),
        Image(url="data:image/jpeg;base64,BBBB"),
        Image(url="https://example.org/a.png"),
        Document("UERG", name="a.pdf"),
        Document("aMOp", media_type="text/plain"),
    ]
    png = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    assert said(Message("user", blocks))[0]["content"] == [
        png,
        {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "BBBB"}},
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "UERG"},
            "title": "a.pdf",
        },
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hé"}},
    ]
    call = Message("assistant", [ToolCall("t", "f")])
    seen = said(call, Message("user", [ToolResult("t", [Text("see"), Text(""), Image(data="AAAA")])]))
    assert seen[1]["content"][0]["content"] == [{"type": "text", "text": "see"}, png]


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ("", {}),
        ('{"a":1}', {"a": 1}),
        ('{"a"', {"arguments": '{"a"'}),
        ("[1]", {"arguments": "[1]"}),
        ("[" * 100_000, {"arguments": "[" * 100_000}),
    ],
)
def test_arguments_are_sent_as_an_object(arguments: str, sent: dict[str, Any]) -> None:
    """What the model wrote, wrapped if it is none."""
    assert said(Message("assistant", [ToolCall("t", "f", arguments)]))[0]["content"][0]["input"] == sent


def test_arguments_keep_their_spelling() -> None:
    """The prompt cache is by bytes."""
    request = Request([Message("assistant", [ToolCall("t", "f", '{ "b": 1.0, "a": "\\u00e9" }')])])
    assert b'"input":{ "b": 1.0, "a": "\\u00e9" }' in encode(
        request, NEW, stream=True, issuer=ISSUER, features=Features()
    )


def test_foreign_ids_are_made_legal_alike_in_call_and_result() -> None:
    """Characters and length this wire refuses."""
    long = "call:1|" + "x" * 80
    messages = said(Message("assistant", [ToolCall(long, "f")]), Message("user", [ToolResult(long, "a")]))
    sent = messages[0]["content"][0]["id"]
    assert sent == messages[1]["content"][0]["tool_use_id"]
    assert len(sent) <= 64
    assert sent.replace("_", "").isalnum()


@pytest.mark.parametrize(
    ("choice", "parallel", "sent"),
    [
        (None, None, None),
        ("required", None, {"type": "any"}),
        ("none", False, {"type": "none"}),
        (NamedTool("f"), False, {"type": "tool", "name": "f", "disable_parallel_tool_use": True}),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        ("auto", True, {"type": "auto"}),
    ],
)
def test_tool_choice_is_translated(choice: Any, parallel: bool | None, sent: Any) -> None:
    """Including the switch for parallel calls, which lives inside it."""
    assert body(asked(tools=[TOOL], tool_choice=choice, parallel_tool_calls=parallel)).get("tool_choice") == sent
    assert "tool_choice" not in body(asked(tool_choice=choice, parallel_tool_calls=parallel))


def test_a_tool_without_parameters_has_a_schema() -> None:
    """The wire demands one."""
    [tool] = body(asked(tools=[Tool("f", strict=True)]))["tools"]
    assert tool == {"name": "f", "input_schema": {"type": "object", "properties": {}}}


@pytest.mark.parametrize(("more", "strict"), [({"additionalProperties": False}, True), ({}, None)])
def test_a_tool_is_strict_where_its_schema_can_be(more: dict[str, Any], strict: bool | None) -> None:
    """Its own words are not changed for it: a model may answer what they say."""
    parameters = {**TOOL.parameters, **more}
    [tool] = body(asked(tools=[Tool("f", "", parameters, strict=True)]))["tools"]
    assert (tool["input_schema"], tool.get("strict")) == (parameters, strict)


@pytest.mark.parametrize(
    ("model", "reasoning", "sent"),
    [
        (NEW, Reasoning("high"), {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
        (NEW, Reasoning("minimal"), {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}),
        (
            NEW,
            Reasoning(budget_tokens=10_000),
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "medium"}},
        ),
        (NEW, Reasoning("none"), {"thinking": {"type": "disabled"}}),
        (OLD, Reasoning("low"), {"thinking": {"type": "enabled", "budget_tokens": 4096}}),
        (OLD, Reasoning("max"), {"thinking": {"type": "enabled", "budget_tokens": 9999}}),
        (OLD, Reasoning("high"), {"thinking": {"type": "enabled", "budget_tokens": 8000}}),
        (FOREIGN, Reasoning(budget_tokens=2000), {"thinking": {"type": "enabled", "budget_tokens": 2000}}),
        (OLD, Reasoning(budget_tokens=100), {}),
        (NEW, Reasoning(), {}),
    ],
)
def test_reasoning_is_asked_for_as_the_model_takes_it(model: str, reasoning: Reasoning, sent: dict[str, Any]) -> None:
    """By effort where thinking is adaptive, else by a budget that leaves room for the answer."""
    out = body(asked(reasoning=reasoning, max_tokens=10_000), model)
    assert {name: out[name] for name in ("thinking", "output_config") if name in out} == sent


def test_thinking_and_what_it_forbids_do_not_meet() -> None:
    """No temperature beside it, none under a forced choice, none in a tool loop begun elsewhere."""
    low = Reasoning("low")
    assert "temperature" not in body(asked(reasoning=low, temperature=0.5, max_tokens=9000), OLD)
    assert "thinking" not in body(asked(reasoning=low, tools=[TOOL], tool_choice="required", max_tokens=9000), OLD)
    loop = [
        Message("user", "Hi"),
        Message("assistant", [Thinking("hm", signature="s", issuer="q#1|anthropic.messages|m"), ToolCall("t", "f")]),
        Message("user", [ToolResult("t", "a")]),
    ]
    assert "thinking" not in body(Request(loop, reasoning=low, max_tokens=9000), OLD)
    assert "thinking" in body(Request([*loop, Message("user", "And?")], reasoning=low, max_tokens=9000), OLD)
    assert "thinking" in body(Request(loop, reasoning=low, max_tokens=9000), NEW)
    begun = [Message("user", "Hi"), Message("assistant", "So")]
    assert "thinking" not in body(Request(begun, reasoning=low, max_tokens=9000), OLD)


@pytest.mark.parametrize(("model", "sent"), [(OLD, {"temperature": 0.5}), (NEW, {}), (FOREIGN, {"temperature": 0.5})])
def test_sampling_goes_where_it_is_taken(model: str, sent: dict[str, float]) -> None:
    """New Claude models refuse it; no Claude takes both."""
    out = body(asked(temperature=0.5, top_p=0.9), model)
    assert {name: out[name] for name in ("temperature", "top_p") if name in out} == sent
    assert "top_p" not in out


def test_top_k_goes_where_sampling_does() -> None:
    """Beside a temperature; not beside thinking, not to models that refuse it."""
    assert body(asked(top_k=5, temperature=0.5), OLD)["top_k"] == 5
    assert "top_k" not in body(asked(top_k=5), NEW)
    assert "top_k" not in body(asked(top_k=5, reasoning=Reasoning("low"), max_tokens=9000), OLD)


def test_a_response_format_is_a_schema_or_words() -> None:
    """A schema natively, beside an effort; plain JSON by asking."""
    wanted = ResponseFormat("json_schema", schema={"type": "object"})
    out = body(asked(response_format=wanted, reasoning=Reasoning("low")))
    schema = {"type": "object", "additionalProperties": False}
    assert out["output_config"] == {"effort": "low", "format": {"type": "json_schema", "schema": schema}}
    assert "JSON" in body(asked(response_format=ResponseFormat("json")))["system"]
    assert "system" not in body(asked(response_format=ResponseFormat("text")))
