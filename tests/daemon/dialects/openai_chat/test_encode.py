"""openai.chat, encoded: golden bodies and what each model family takes."""

import json
from typing import Any

import pytest

from switchgear_protocol.content import (
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
from switchgeard.dialects.openai_chat import encode

ISSUER = Issuer("p#1", "openai.chat", "m")
EMPTY = {"type": "object", "properties": {}, "additionalProperties": False}
TOOL = Tool("weather", "The weather", EMPTY, strict=True)


def body(request: Request, model: str = "grok-4", stream: bool = True, **more: Any) -> Any:
    features = more.pop("features", Features())
    return json.loads(encode(request, model, stream=stream, issuer=ISSUER, features=features, **more))


def said(*messages: Message, model: str = "grok-4") -> Any:
    return body(Request(list(messages)), model)["messages"]


def asked(**fields: Any) -> Request:
    return Request([Message("user", "Hi")], **fields)


def test_a_whole_conversation_has_its_golden_body() -> None:
    """System, a call and its result in their roles, tools, options, usage always."""
    request = Request(
        [
            Message("user", "Weather?"),
            Message("assistant", [Text("Let me look."), ToolCall("t1", "weather", '{"city": "Rome"}')]),
            Message("user", [ToolResult("t1", "sunny"), Text("And tomorrow?")]),
        ],
        system="Be brief.",
        tools=[TOOL],
        tool_choice=NamedTool("weather"),
        parallel_tool_calls=False,
        max_tokens=1000,
        temperature=1.5,
        top_p=0.9,
        reasoning=Reasoning("low"),
    )
    function = {"name": "weather", "description": "The weather", "parameters": TOOL.parameters, "strict": True}
    assert body(request) == {
        "model": "grok-4",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 1000,
        "temperature": 1.5,
        "top_p": 0.9,
        "reasoning_effort": "low",
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
        "parallel_tool_calls": False,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "content": "Let me look.",
                "tool_calls": [
                    {"id": "t1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
                ],
            },
            {"role": "tool", "tool_call_id": "t1", "content": "sunny"},
            {"role": "user", "content": "And tomorrow?"},
        ],
    }


def test_a_plain_request_asks_for_nothing_more() -> None:
    """No stream options without a stream."""
    assert body(asked(), stream=False) == {"model": "grok-4", "messages": [{"role": "user", "content": "Hi"}]}


def test_images_and_documents_are_parts() -> None:
    """A text alone stays a string, because not every host reads parts."""
    blocks = [Text("see"), Image(data="AAAA"), Image(url="https://example.org/a.png"), Document("UERG", name="a.pdf")]
    assert said(Message("user", blocks))[0]["content"] == [  # type: ignore[arg-type]
        {"type": "text", "text": "see"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,UERG"}},
    ]
    assert said(Message("user", [Text("a"), Text("b")]))[0]["content"] == "a\nb"


def test_images_in_results_follow_in_a_user_message() -> None:
    """After all results of the turn, which must stay together."""
    calls = Message("assistant", [ToolCall("t1", "f"), ToolCall("t2", "f")])
    results = [ToolResult("t1", [Image(data="AAAA")]), ToolResult("t2", [Text("no")], is_error=True)]
    messages = said(calls, Message("user", results))  # type: ignore[arg-type]
    assert messages[1:] == [
        {"role": "tool", "tool_call_id": "t1", "content": "(an image: see the next message)"},
        {"role": "tool", "tool_call_id": "t2", "content": "Error: no"},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]},
    ]


def test_a_call_alone_has_null_content_and_arguments() -> None:
    """No arguments are an empty object."""
    assert said(Message("assistant", [ToolCall("t", "f")]))[0] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    }


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_goes_back_within_its_tool_loop(field: str) -> None:
    """To its issuer, in the field it came in; not in turns before, not from others, not when signed elsewhere."""
    own = Thinking("hm", signature=field, issuer=str(ISSUER))
    user, result = Message("user", "Hi"), Message("user", [ToolResult("t", "a")])

    def sent(*blocks: Any) -> list[dict[str, Any]]:
        messages = [user, Message("assistant", [*blocks, ToolCall("t", "f")]), result]
        return [message for message in said(*messages, user) + said(*messages) if message["role"] == "assistant"]

    assert [message.get(field) for message in sent(own)] == [None, "hm"]
    assert not any(field in message for message in sent(Thinking("hm", signature=field, issuer="q#1|openai.chat|m")))
    assert not any(field in message for message in sent(Thinking("hm", signature="sig", issuer=str(ISSUER))))
    assert sent(Opaque("anthropic.messages", {"type": "x"}, str(ISSUER)))[0]["content"] is None


def test_a_turn_left_empty_disappears() -> None:
    """Thinking of another provider is no message."""
    gone = Message("assistant", [Thinking("hm", signature="s", issuer="q#1|openai.chat|m")])
    assert [message["role"] for message in said(Message("user", "a"), gone, Message("user", "b"))] == ["user", "user"]


@pytest.mark.parametrize(
    ("model", "field", "sampling", "options"),
    [
        ("gpt-5.5", "max_completion_tokens", False, True),
        ("openai/o3-mini", "max_completion_tokens", False, True),
        ("gpt-6-sol", "max_completion_tokens", False, True),
        ("gpt-4.1-nano", "max_completion_tokens", True, True),
        ("openai/gpt-oss-120b", "max_tokens", True, True),
        ("mistral-small-latest", "max_tokens", True, False),
        ("labs-devstral-small-2512", "max_tokens", True, False),
        ("deepseek-chat", "max_tokens", True, True),
        ("qwen3-max", "max_tokens", True, True),
    ],
)
def test_each_family_gets_the_options_it_takes(model: str, field: str, sampling: bool, options: bool) -> None:
    """The others answer 400 or 422."""
    out = body(asked(max_tokens=5, temperature=0.5), model)
    names = {"max_tokens", "max_completion_tokens", "temperature", "stream_options"} & set(out)
    assert names == {field} | ({"temperature"} if sampling else set()) | ({"stream_options"} if options else set())


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("qwen3-max", {"seed": 7, "frequency_penalty": 0.5, "presence_penalty": -0.5}),
        ("mistral-small-latest", {"random_seed": 7, "frequency_penalty": 0.5, "presence_penalty": -0.5}),
        ("gpt-5.5", {"seed": 7}),
        ("grok-4", {"seed": 7}),
        ("google/gemini-3-flash", {}),
    ],
)
def test_seed_and_penalties_go_where_they_are_taken(model: str, sent: dict[str, Any]) -> None:
    """By the name the family has for them."""
    out = body(asked(seed=7, frequency_penalty=0.5, presence_penalty=-0.5), model)
    names = {"seed", "random_seed", "frequency_penalty", "presence_penalty"}
    assert {name: value for name, value in out.items() if name in names} == sent


@pytest.mark.parametrize(("model", "taken"), [("gpt-4.1", True), ("gpt-5.5", False), ("grok-4", False)])
def test_stop_sequences_go_where_they_are_taken(model: str, taken: bool) -> None:
    """Models that reason answer 400 to them."""
    assert ("stop" in body(asked(stop=["halt"]), model)) is taken


@pytest.mark.parametrize(
    ("model", "reasoning", "sent"),
    [
        ("gpt-5.5", Reasoning("xhigh"), "xhigh"),
        ("gpt-5.5", Reasoning("none"), "none"),
        ("gpt-5.5", Reasoning("minimal"), "low"),
        ("gpt-5.5", Reasoning("max"), "max"),
        ("gpt-5.2", Reasoning("max"), "xhigh"),
        ("gpt-5.1", Reasoning("xhigh"), "high"),
        ("gpt-5.1-codex-max", Reasoning("xhigh"), "xhigh"),
        ("gpt-5-mini", Reasoning("none"), "minimal"),
        ("gpt-5", Reasoning("max"), "high"),
        ("o3", Reasoning("none"), "low"),
        ("gpt-5.5", Reasoning(budget_tokens=4000), "low"),
        ("gpt-5.5", Reasoning(budget_tokens=99_000), "high"),
        ("gpt-5.5", Reasoning(), None),
        ("qwen3-max", Reasoning("max"), "high"),
        ("qwen3-max", Reasoning("none"), None),
        ("deepseek-v4-pro", Reasoning("low"), "high"),
        ("deepseek-v4-pro", Reasoning("max"), "max"),
        ("magistral-medium", Reasoning("high"), None),
    ],
)
def test_effort_is_said_in_words_the_family_knows(model: str, reasoning: Reasoning, sent: str | None) -> None:
    """Clamped to low, medium, high where the finer words are not known."""
    assert body(asked(reasoning=reasoning), model).get("reasoning_effort") == sent


def test_mistral_gets_nine_letter_ids_and_an_assistant_before_the_user() -> None:
    """Its models refuse other ids, and a user right after a tool."""
    call, result = (
        Message("assistant", [ToolCall("call_abc", "f")]),
        Message("user", [ToolResult("call_abc", "a"), Text("b")]),
    )
    messages = said(call, result, model="mistral-large")
    sent = messages[0]["tool_calls"][0]["id"]
    assert sent == messages[1]["tool_call_id"]
    assert (len(sent), sent.isalnum()) == (9, True)
    assert [message["role"] for message in messages] == ["assistant", "tool", "assistant", "user"]


def test_a_long_id_is_shortened_alike_in_call_and_result() -> None:
    """Some hosts refuse more than forty characters."""
    messages = said(Message("assistant", [ToolCall("x" * 64, "f")]), Message("user", [ToolResult("x" * 64, "a")]))
    sent = messages[0]["tool_calls"][0]["id"]
    assert (len(sent), messages[1]["tool_call_id"]) == (40, sent)


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (ResponseFormat("text"), None),
        (ResponseFormat("json"), {"type": "json_object"}),
        (
            ResponseFormat("json_schema", schema={"type": "object"}),
            {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": False}},
        ),
        (
            ResponseFormat("json_schema", schema=EMPTY),
            {"type": "json_schema", "json_schema": {"name": "answer", "schema": EMPTY, "strict": True}},
        ),
    ],
)
def test_a_response_format_is_translated(wanted: ResponseFormat, sent: Any) -> None:
    """Text is the default and not said; strict only where the schema is one strict mode takes."""
    assert body(asked(response_format=wanted)).get("response_format") == sent


def test_tool_options_need_tools() -> None:
    """The wire refuses them alone."""
    out = body(asked(tool_choice="required", parallel_tool_calls=True))
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & set(out)
    assert body(asked(tools=[Tool("f")], tool_choice="required"))["tool_choice"] == "required"


def test_what_the_offer_lacks_is_put_in_words() -> None:
    """Only reached when the user allowed the downgrade."""
    request = Request(
        [
            Message("user", [Image(data="AAAA"), Document("UERG")]),
            Message("assistant", [ToolCall("t", "f", "{}")]),
            Message("user", [ToolResult("t", [Text("a"), Image(data="AAAA")])]),
        ],
        tools=[TOOL],
        reasoning=Reasoning("low"),
        response_format=ResponseFormat("json_schema", schema={}),
        max_tokens=100,
    )
    bare = Features(tools=False, images=False, pdf=False, json_schema=False, reasoning=False, max_output=50)
    out = body(request, features=bare)
    assert "AAAA" not in str(out)
    assert out["response_format"] == {"type": "json_object"}
    assert out["max_tokens"] == 50
    assert not {"tools", "reasoning_effort"} & set(out)
    assert [message["role"] for message in out["messages"]] == ["user", "assistant", "user"]
    seeing = body(request, features=Features(images=False))
    assert "AAAA" not in str(seeing)
    assert seeing["messages"][2]["role"] == "tool"
