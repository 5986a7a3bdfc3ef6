"""A client's openai.chat body as a canonical request."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgear_protocol.content import (
    Block,
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
from switchgeard.dialects import tool_ids
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.openai_chat import encode, read

ISSUER = Issuer("deepseek#1", "openai.chat", "m")
PNG, TXT = "data:image/png;base64,AAA", "data:text/plain;base64,QQ=="
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
USER = {"role": "user", "content": "Hi"}


def nobody(blob: str) -> None:
    return None


def asked(*messages: Any, **fields: Any) -> Request:
    return read(json.dumps({"model": "m", "messages": list(messages) or [USER], **fields}).encode(), nobody)


def said(*messages: Any) -> list[Message]:
    return asked(*messages).messages


def call(id: str = "c1", name: str = "f", arguments: Any = "{}") -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_a_whole_conversation_is_read() -> None:
    """Every role, text and parts, a call and its result, tools and options."""
    request = asked(
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}], "name": "joe"},
        {"role": "assistant", "content": "Let me look.", "tool_calls": [call(arguments='{"city": "Rome"}')]},
        {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
        {"role": "system", "content": "Hurry."},
        {"role": "user", "content": "And tomorrow?"},
        tools=[
            {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True}}
        ],
        tool_choice="auto",
        parallel_tool_calls=False,
        max_completion_tokens=1000,
        temperature=0.5,
        top_p=1,
        top_k=4,
        seed=7,
        frequency_penalty=0.1,
        presence_penalty=-1,
        stop="END",
        reasoning_effort="low",
    )
    assert request == Request(
        [
            Message("user", [Text("Weather?")]),
            Message("assistant", [Text("Let me look."), ToolCall("c1", "f", '{"city": "Rome"}')]),
            Message("user", [ToolResult("c1", "sunny")]),
            Message("system", "Hurry."),
            Message("user", [Text("And tomorrow?")]),
        ],
        system="Be brief.\n\na\nb",
        tools=[Tool("f", "d", SCHEMA, strict=True)],
        tool_choice="auto",
        parallel_tool_calls=False,
        max_tokens=1000,
        temperature=0.5,
        top_p=1,
        top_k=4,
        seed=7,
        frequency_penalty=0.1,
        presence_penalty=-1,
        stop=["END"],
        reasoning=Reasoning("low"),
    )


def test_a_plain_body_asks_for_nothing_more() -> None:
    """Nulls are absent."""
    nulls = ("tools", "tool_choice", "stop", "seed", "reasoning", "reasoning_effort", "response_format", "max_tokens")
    assert asked(USER, **dict.fromkeys(nulls)) == Request([Message("user", [Text("Hi")])])
    assert asked(USER, stop=["a", "b"], max_tokens=5) == Request(
        [Message("user", [Text("Hi")])], stop=["a", "b"], max_tokens=5
    )


@pytest.mark.parametrize(
    ("part", "block"),
    [
        ({"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}, Image("image/png", "AAA")),
        ({"type": "image_url", "image_url": {"url": "https://x/y.png"}}, Image(url="https://x/y.png")),
        ({"type": "image_url", "image_url": "https://x/y.png"}, Image(url="https://x/y.png")),
        ({"type": "file", "file": {"file_data": TXT, "filename": "a"}}, Document("QQ==", "text/plain", "a")),
        ({"type": "file", "file": {"file_data": "QQ=="}}, Document("QQ==")),
        ({"type": "refusal", "refusal": "No."}, Text("No.")),
    ],
)  # fmt: skip
def test_a_part_is_a_block(part: dict[str, Any], block: Block) -> None:
    """Media in the spelling they came in."""
    assert said({"role": "user", "content": [part]}) == [Message("user", [block])]


def test_a_result_may_hold_parts() -> None:
    """Text and images; a document there has no counterpart."""
    parts = [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {"url": "u"}},
        {"type": "file", "file": {"file_data": "QQ=="}},
    ]
    assert said(USER, {"role": "tool", "tool_call_id": "c", "content": parts})[1:] == [
        Message("user", [ToolResult("c", [Text("a"), Image(url="u")])])
    ]
    assert said(USER, {"role": "tool", "tool_call_id": "c"})[1:] == [Message("user", [ToolResult("c")])]


def test_what_has_no_counterpart_is_left_out() -> None:
    """Each rule of the docstring: hosted tools, audio, kept files, sealed details, how many and how likely."""
    signed = {**call(), "extra_content": {"google": {"thought_signature": "g"}}}
    request = asked(
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}},
                                     {"type": "file", "file": {"file_id": "file-1"}}]},
        {"role": "assistant", "audio": {"id": "a"}, "reasoning_details": [{"data": "e"}], "tool_calls": [signed]},
        tools=[{"type": "web_search"}],
        tool_choice={"type": "web_search"},
        parallel_tool_calls=False,
        n=2, logprobs=True, logit_bias={"1": 2}, prediction={}, audio={}, metadata={}, user="u", store=True,
        service_tier="flex", verbosity="low", prompt_cache_key="k",
    )  # fmt: skip
    assert request == Request([Message("user", []), Message("assistant", [ToolCall("c1", "f", "{}")])])


def test_a_free_text_tool_becomes_a_function() -> None:
    """With one parameter; its calls in the transcript hold it."""
    request = asked(
        USER,
        {
            "role": "assistant",
            "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "patch", "input": 'a"\n'}}],
        },
        {"role": "tool", "tool_call_id": "c", "content": "ok"},
        tools=[{"type": "custom", "custom": {"name": "patch", "description": "d", "format": {"type": "grammar"}}}],
        tool_choice={"type": "custom", "custom": {"name": "patch"}},
    )
    schema = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
    assert request.tools == [Tool("patch", "d", schema)]
    assert request.tool_choice == NamedTool("patch")
    assert request.messages[1] == Message("assistant", [ToolCall("c", "patch", '{"input":"a\\"\\n"}')])


def test_allowed_tools_are_the_only_ones() -> None:
    """And may or must be used."""
    tools = [{"type": "function", "function": {"name": name}} for name in ("f", "g")]
    choice = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": tools[1:]}}
    request = asked(USER, tools=tools, tool_choice=choice)
    assert (request.tools, request.tool_choice) == ([Tool("g")], "required")


@pytest.mark.parametrize(
    ("fields", "reasoning"),
    [
        ({"reasoning_effort": "none"}, Reasoning("none")),
        ({"reasoning": {"effort": "high"}}, Reasoning("high")),
        ({"reasoning": {"max_tokens": 100}}, Reasoning(None, 100)),
        ({"reasoning": {"enabled": True}}, Reasoning("medium")),
        ({"reasoning": {"enabled": False, "effort": "high"}}, Reasoning("none")),
        ({"reasoning": {"exclude": True}}, None),
    ],
)
def test_effort_is_read_in_either_spelling(fields: dict[str, Any], reasoning: Reasoning | None) -> None:
    """OpenAI's and OpenRouter's."""
    assert asked(USER, **fields).reasoning == reasoning


@pytest.mark.parametrize(
    ("schema", "strict"),
    [({"name": "n", "schema": SCHEMA, "strict": True}, True), ({"name": "n", "schema": SCHEMA}, False)],
)
def test_a_schema_is_strict_only_when_it_says_so(schema: dict[str, Any], strict: bool) -> None:
    """The other way round than our own dialect has it."""
    found = asked(USER, response_format={"type": "json_schema", "json_schema": schema}).response_format
    assert found == ResponseFormat("json_schema", "n", SCHEMA, strict=strict)


def test_a_response_format_is_read() -> None:
    """By this wire's words."""
    assert asked(USER, response_format={"type": "text"}).response_format == ResponseFormat("text")
    assert asked(USER, response_format={"type": "json_object"}).response_format == ResponseFormat("json")


def test_reasoning_belongs_to_whom_its_text_is_known_of() -> None:
    """In the field it came in; of nobody, or of another wire, it will travel nowhere."""
    owners = {"mine": ISSUER, "other": Issuer("claude#1", "anthropic.messages", "m")}

    def thoughts(**fields: Any) -> Block:
        body = {"model": "m", "messages": [USER, {"role": "assistant", "content": "x", **fields}]}
        blocks = read(json.dumps(body).encode(), owners.get).messages[1].content
        assert blocks[1:] == [Text("x")]
        assert not isinstance(blocks, str)
        return blocks[0]

    assert thoughts(reasoning_content="mine") == Thinking("mine", "reasoning_content", issuer=str(ISSUER))
    assert thoughts(reasoning="mine") == Thinking("mine", "reasoning", issuer=str(ISSUER))
    assert thoughts(reasoning="mine", reasoning_content="mine") == thoughts(reasoning_content="mine")
    assert thoughts(reasoning_content="whose") == Thinking("whose", "reasoning_content")
    assert thoughts(reasoning_content="other") == Thinking("other", "reasoning_content")


def test_ids_of_ours_are_the_providers_again() -> None:
    """In the call and in the result."""
    name = tool_ids.renamed("call|x")
    found = said(USER, {"role": "assistant", "tool_calls": [call(name)]}, {"role": "tool", "tool_call_id": name})
    assert found[1:] == [
        Message("assistant", [ToolCall("call|x", "f", "{}")]),
        Message("user", [ToolResult("call|x")]),
    ]


def test_arguments_may_be_the_object_itself() -> None:
    """Local tools send it; the text is the client's own."""
    body = (
        b'{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{"x": 1e2}}}]}]}'
    )
    assert read(body, nobody).messages == [Message("assistant", [ToolCall("c", "f", '{"x": 1e2}')])]


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"messages": [{"role": "robot", "content": "a"}]}, "messages.0.role"),
        ({"messages": [USER, {"role": "function", "name": "f", "content": "a"}]}, "messages.1.role"),
        ({"messages": [{"role": "user", "content": [{"type": "video"}]}]}, "messages.0.content.0.type"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages.0.content.0.image_url"),
        ({"messages": [{"role": "user", "content": [{"type": "file"}]}]}, "messages.0.content.0.file"),
        ({"messages": [{"role": "tool", "content": "a"}]}, "messages.0.tool_call_id"),
        ({"messages": [{"role": "assistant", "tool_calls": [{"id": "c"}]}]}, "messages.0.tool_calls.0.function"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"function": {}}]}]},
            "messages.0.tool_calls.0.function.name",
        ),
        ({"messages": []}, "messages"),
        ({"tools": [{"type": "function"}]}, "tools.0.function"),
        ({"tools": [{"type": "custom"}]}, "tools.0.custom"),
        ({"tools": [{"function": {"name": "f"}}], "tool_choice": "any"}, "tool_choice"),
        ({"reasoning_effort": "huge"}, "reasoning_effort"),
        ({"reasoning": {"effort": "huge"}}, "reasoning.effort"),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        ({"stop": [1]}, "stop.0"),
        ({"temperature": "hot"}, "temperature"),
    ],
)
def test_nonsense_is_unreadable_by_its_name(fields: dict[str, Any], parameter: str) -> None:
    """What no provider could be asked is not guessed at."""
    with pytest.raises(Unreadable) as caught:
        asked(USER, **fields)
    assert caught.value.parameter == parameter
    assert parameter in caught.value.message


def test_a_schema_nested_too_deep_is_unreadable() -> None:
    """It would have to be built, and encoded again."""
    deep = '{"a":' * 80 + "1" + "}" * 80
    tool = '{"type":"function","function":{"name":"f","parameters":' + deep + "}}"
    with pytest.raises(Unreadable, match="deep"):
        read(f'{{"messages":[{{"role":"user"}}],"tools":[{tool}]}}'.encode(), nobody)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10)
BLOCKS: dict[str, st.SearchStrategy[Block]] = {
    "user": st.builds(Text, TEXTS) | st.builds(Image, st.just("image/png"), st.just("AAAA")),
    "assistant": st.builds(Text, TEXTS),
}


@given(st.lists(st.sampled_from(["user", "assistant", "call"]), min_size=1, max_size=6), st.data())
def test_what_is_encoded_is_read_back(roles: list[str], data: st.DataObject) -> None:
    """A transcript that our own encoder wrote gives the same transcript, encoded again."""
    messages: list[Message] = []
    for number, role in enumerate(roles):
        if role == "call":
            messages.append(Message("assistant", [ToolCall(f"c{number}", "f", "{}")]))
            messages.append(Message("user", [ToolResult(f"c{number}", data.draw(TEXTS))]))
        else:
            blocks = data.draw(st.lists(BLOCKS[role], min_size=1, max_size=3))
            messages.append(Message(role, blocks))  # type: ignore[arg-type]
    request = Request(messages, system="s", tools=[Tool("f", "d", SCHEMA)])

    def encoded(asked: Request) -> bytes:
        return encode(asked, "m", stream=False, issuer=ISSUER, features=Features())

    assert encoded(read(encoded(request), nobody)) == encoded(request)


def test_functions_in_the_spelling_before_tools_are_refused() -> None:
    """Left out, the model could not do what it is asked; their answer has no counterpart."""
    with pytest.raises(Unreadable, match="functions: other dialects have only tools") as bad:
        asked(functions=[{"name": "f", "parameters": SCHEMA}])
    assert bad.value.parameter == "functions"
    assert asked(functions=[]).tools == asked(functions=None).tools == []
