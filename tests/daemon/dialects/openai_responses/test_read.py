"""A client's openai.responses body in canonical form."""

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
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.openai_responses import read
from switchgeard.dialects.openai_responses.read_items import LEFT_OUT
from switchgeard.dialects.openai_responses.shapes import SHAPES
from switchgeard.dialects.openai_responses.tools import FREE_TEXT
from switchgeard.dialects.sealed import seal
from switchgeard.dialects.tool_ids import renamed

ME = Issuer("openai#1", "openai.responses", "m")
CLAUDE = Issuer("claude#1", "anthropic.messages", "opus")
FUNCTION = {"type": "function", "name": "f", "description": "Does f.", "parameters": {"type": "object"}}


def issuer_of(blob: str) -> Issuer | None:
    return ME if blob == "mine" else None


def request(**fields: Any) -> Request:
    return read(json.dumps({"model": "m", "input": "Hi", **fields}).encode(), issuer_of)


def messages(*items: Any) -> list[Message]:
    return request(input=list(items)).messages


def blocks(*items: Any) -> list[Any]:
    """What one assistant message holds."""
    found = messages({"role": "user", "content": "Hi"}, *items)
    assert [message.role for message in found] == ["user", "assistant"]
    return list(found[1].content)


def test_input_may_be_a_text() -> None:
    """It is the user's."""
    assert request().messages == [Message("user", [Text("Hi")])]


def test_every_option_is_read() -> None:
    """What every wire may drop is dropped."""
    found = request(
        instructions="Be brief.",
        tools=[{**FUNCTION, "strict": True}],
        tool_choice={"type": "function", "name": "f"},
        parallel_tool_calls=False,
        max_output_tokens=9,
        temperature=0.5,
        top_p=0.9,
        reasoning={"effort": "high", "summary": "auto"},
        text={"format": {"type": "json_schema", "name": "a", "schema": {"x": 1}, "strict": True}, "verbosity": "low"},
        store=False,
        prompt_cache_key="k",
        metadata={"a": "b"},
    )
    assert found == Request(
        messages=[Message("user", [Text("Hi")])],
        system="Be brief.",
        tools=[Tool("f", "Does f.", {"type": "object"}, strict=True)],
        tool_choice=NamedTool("f"),
        parallel_tool_calls=False,
        max_tokens=9,
        temperature=0.5,
        top_p=0.9,
        reasoning=Reasoning("high"),
        response_format=ResponseFormat("json_schema", "a", {"x": 1}, strict=True),
    )


def test_what_the_developer_says_first_is_the_system_prompt() -> None:
    """Codex has no instructions; later words of his stay where they are."""
    found = request(
        instructions="a",
        input=[
            {"role": "developer", "content": [{"type": "input_text", "text": "b"}]},
            {"type": "message", "role": "system", "content": "c"},
            {"role": "user", "content": "Hi"},
            {"role": "developer", "content": "d"},
        ],
    )
    assert found.system == "a\n\nb\n\nc"
    assert found.messages == [Message("user", [Text("Hi")]), Message("system", [Text("d")])]


def test_parts_become_blocks() -> None:
    """Those kept by the provider, and audio, are left out."""
    parts = [
        {"type": "input_text", "text": "a"},
        {"type": "input_image", "image_url": "data:image/jpeg;base64,AA", "detail": "high"},
        {"type": "input_image", "image_url": "https://x/y.png"},
        {"type": "input_file", "file_data": "data:application/pdf;base64,AA", "filename": "a.pdf"},
        {"type": "input_image", "file_id": "f"},
        {"type": "input_file", "file_id": "f"},
        {"type": "input_file", "file_url": "https://x"},
        {"type": "input_audio", "input_audio": {}},
    ]
    assert messages({"role": "user", "content": parts})[0].content == [
        Text("a"),
        Image("image/jpeg", "AA"),
        Image(url="https://x/y.png"),
        Document("AA", name="a.pdf"),
    ]


def test_what_the_assistant_made_in_a_row_is_one_message() -> None:
    """Text, refusals, reasoning and calls in their order."""
    parts = [{"type": "output_text", "text": "a"}, {"type": "refusal", "refusal": "no"}]
    assert blocks(
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "mine"},
        {"type": "message", "role": "assistant", "content": parts, "phase": "commentary"},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"x":1}'},
        {"type": "function_call", "call_id": "d", "namespace": "ns", "name": "f", "arguments": ""},
        {"type": "custom_tool_call", "call_id": "e", "name": "g", "input": 'say "hi"'},
    ) == [
        Thinking("hm", "mine", issuer=str(ME)),
        Text("a"),
        Text("no"),
        ToolCall("c", "f", '{"x":1}'),
        ToolCall("d", "ns__f", ""),
        ToolCall("e", "g", '{"input":"say \\"hi\\""}'),
    ]


def test_seals_are_opened() -> None:
    """What travelled in one is its issuer's again; what nobody sealed is nobody's."""

    def reasoning(blob: str | None) -> dict[str, Any]:
        summary = [{"type": "summary_text", "text": text} for text in ("a", "b")]
        return {"type": "reasoning", "summary": summary, "encrypted_content": blob}

    assert blocks(
        reasoning(seal(CLAUDE, "sig")),
        reasoning(seal(CLAUDE, "")),
        reasoning(seal(CLAUDE, "blob", redacted=True)),
        reasoning("stranger"),
        reasoning(None),
    ) == [
        Thinking("a\n\nb", "sig", issuer=str(CLAUDE)),
        Thinking("a\n\nb", issuer=str(CLAUDE)),
        Thinking(redacted="blob", issuer=str(CLAUDE)),
        Thinking("a\n\nb", "stranger"),
        Thinking("a\n\nb"),
    ]


def test_a_compaction_is_kept_whole_for_its_issuer() -> None:
    """It means something there only."""
    item = {"type": "compaction", "id": "cmp_1", "encrypted_content": "mine"}
    assert blocks(item) == [Opaque("openai.responses", item, str(ME))]


def test_results_answer_their_calls() -> None:
    """A text, parts with pictures, or nothing; ids as the provider minted them."""
    minted = "toolu|1"
    picture = [{"type": "input_text", "text": "see"}, {"type": "input_image", "image_url": "data:image/png;base64,AA"}]
    found = messages(
        {"role": "user", "content": "Hi"},
        {"type": "function_call", "call_id": renamed(minted), "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": renamed(minted), "output": "ok"},
        {"type": "function_call_output", "call_id": "b", "output": picture},
        {"type": "custom_tool_call_output", "call_id": "c", "output": None},
    )
    assert found[1].content == [ToolCall(minted, "f", "{}")]
    assert [message.content for message in found[2:]] == [
        [ToolResult(minted, "ok")],
        [ToolResult("b", [Text("see"), Image("image/png", "AA")])],
        [ToolResult("c", "")],
    ]


def test_calls_of_other_shapes_are_calls() -> None:
    """Their result is text, or JSON; a local shell's says its call in `id`."""
    found = messages(
        {"role": "user", "content": "Hi"},
        {"type": "local_shell_call", "id": "lsh_1", "call_id": "a", "action": {"type": "exec", "command": ["ls"]}},
        {"type": "shell_call", "call_id": "b", "action": {"commands": ["ls"]}},
        {"type": "apply_patch_call", "call_id": "c", "operation": {"type": "delete_file", "path": "x"}},
        {"type": "tool_search_call", "call_id": "d", "arguments": {"query": "q"}, "execution": "client"},
        {"type": "local_shell_call_output", "id": "a", "output": "x y"},
        {"type": "shell_call_output", "call_id": "b", "output": [{"stdout": "x"}]},
        {"type": "apply_patch_call_output", "call_id": "c", "status": "completed", "output": "done"},
        {"type": "tool_search_output", "call_id": "d", "tools": [FUNCTION]},
    )
    assert [(block.name, json.loads(block.arguments)) for block in found[1].content if isinstance(block, ToolCall)] == [
        ("local_shell", {"type": "exec", "command": ["ls"]}),
        ("shell", {"commands": ["ls"]}),
        ("apply_patch", {"type": "delete_file", "path": "x"}),
        ("tool_search", {"query": "q"}),
    ]
    results = [block for message in found[2:] for block in message.content]
    assert results == [
        ToolResult("a", "x y"),
        ToolResult("b", '[{"stdout": "x"}]'),
        ToolResult("c", "done"),
        ToolResult("d", "now available: f"),
    ]


def test_tools_become_functions() -> None:
    """Those of a namespace under its name, free text as one parameter with the grammar in words."""
    grammar = {"type": "grammar", "syntax": "lark", "definition": "start: /x/"}
    found = request(
        tools=[
            FUNCTION,
            {"type": "custom", "name": "patch", "description": "Patches.", "format": grammar},
            {"type": "namespace", "name": "ns", "description": "", "tools": [FUNCTION]},
            *({"type": shape.tool} for shape in SHAPES if shape.parameters),
            {"type": "tool_search", "execution": "client", "description": "Finds.", "parameters": {"type": "object"}},
            {"type": "web_search"},
            {"type": "tool_search"},
            {"type": "mcp", "server_label": "x"},
            FUNCTION,
        ]
    )
    assert found.tools == [
        Tool("f", "Does f.", {"type": "object"}),
        Tool("patch", "Patches.\n\nThe input must match this lark grammar:\nstart: /x/", FREE_TEXT),
        Tool("ns__f", "Does f.", {"type": "object"}),
        *(Tool(shape.tool, shape.words, shape.parameters) for shape in SHAPES if shape.parameters),
        Tool("tool_search", "Finds.", {"type": "object"}),
    ]


def test_tools_that_the_transcript_adds_count_like_the_others() -> None:
    """By a search of the client's, or said by the developer."""
    other = {"type": "namespace", "name": "ns", "description": "", "tools": [FUNCTION]}
    found = request(
        input=[
            {"type": "additional_tools", "role": "developer", "tools": [FUNCTION]},
            {"role": "user", "content": "Hi"},
            {"type": "tool_search_output", "call_id": "d", "tools": [other]},
        ]
    )
    assert [tool.name for tool in found.tools] == ["f", "ns__f"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, None),
        ("required", "required"),
        ({"type": "function", "name": "g"}, NamedTool("g")),
        ({"type": "custom", "name": "g"}, NamedTool("g")),
        ({"type": "local_shell"}, NamedTool("local_shell")),
        ({"type": "function", "name": "f", "namespace": "ns"}, NamedTool("ns__f")),
        ({"type": "web_search"}, None),
    ],
)
def test_a_tool_choice_names_a_tool_there_is(choice: Any, expected: Any) -> None:
    """One of the provider's own is left out with it."""
    tools = [
        FUNCTION,
        {**FUNCTION, "name": "g"},
        {"type": "local_shell"},
        {"type": "namespace", "name": "ns", "tools": [FUNCTION]},
        {"type": "web_search"},
    ]
    assert request(tools=tools, tool_choice=choice).tool_choice == expected


def test_allowed_tools_are_the_only_ones() -> None:
    """With the mode they come with."""
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "g"}]}
    found = request(tools=[FUNCTION, {**FUNCTION, "name": "g"}], tool_choice=choice)
    assert ([tool.name for tool in found.tools], found.tool_choice) == (["g"], "required")


def test_without_tools_there_is_no_choice() -> None:
    """Other wires refuse one."""
    found = request(tools=[{"type": "web_search"}], tool_choice="required", parallel_tool_calls=True)
    assert (found.tools, found.tool_choice, found.parallel_tool_calls) == ([], None, None)


@pytest.mark.parametrize("kind", sorted(LEFT_OUT))
def test_items_without_a_counterpart_are_left_out(kind: str) -> None:
    """What the provider ran itself, or keeps."""
    assert messages({"role": "user", "content": "Hi"}, {"type": kind, "id": "x", "output": {"y": 1}}) == [
        Message("user", [Text("Hi")])
    ]


def test_formats_and_efforts_have_their_counterparts() -> None:
    """An object, plain text, and no wish."""
    assert request(text={"format": {"type": "json_object"}}).response_format == ResponseFormat("json")
    assert request(text={"format": {"type": "text"}}).response_format == ResponseFormat("text")
    assert request(text={"verbosity": "low"}).response_format is None
    assert request(reasoning={"summary": "auto"}).reasoning is None


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"input": [{"role": "robot", "content": "x"}]}, "input.0.role"),
        ({"input": [{"type": "message", "content": "x"}]}, "input.0.role"),
        ({"input": [{"type": "smell"}]}, "input.0.type"),
        ({"input": [{"role": "user", "content": [{"type": "input_smell"}]}]}, "input.0.content.0.type"),
        ({"input": [{"type": "function_call", "name": "f"}]}, "input.0.call_id"),
        ({"input": [{"type": "function_call", "call_id": "c"}]}, "input.0.name"),
        ({"input": [{"type": "function_call_output", "call_id": "c", "output": 5}]}, "input.0.output"),
        ({"tool_choice": "always"}, "tool_choice"),
        ({"tool_choice": {"type": "allowed_tools", "mode": "never"}}, "tool_choice.mode"),
        ({"reasoning": {"effort": "heroic"}}, "reasoning.effort"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type"),
        ({"tools": [{"type": "function", "name": 5}]}, "tools.0.name"),
        ({"temperature": "warm"}, "temperature"),
    ],
)
def test_nonsense_is_unreadable_and_says_where(fields: dict[str, Any], parameter: str) -> None:
    """In the client's own words."""
    with pytest.raises(Unreadable) as caught:
        request(**fields)
    assert caught.value.parameter == parameter


def test_a_body_nested_too_deep_is_unreadable() -> None:
    """Schemas are built and encoded again."""
    deep = '{"a":' * 100 + "1" + "}" * 100
    with pytest.raises(Unreadable, match="too deep"):
        read(
            b'{"model":"m","input":"Hi","tools":[{"type":"function","name":"f","parameters":%b}]}' % deep.encode(),
            issuer_of,
        )


WORDS = ["message", "user", "input_text", "function_call", "function_call_output", "reasoning", "custom", "x"]
FIELDS = ["type", "role", "content", "text", "call_id", "name", "output", "tools", "summary", "action", "arguments"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = st.sampled_from(["input", "tools", "instructions", "tool_choice", "text", "reasoning"])


@given(st.dictionaries(MEMBERS, JSON))
def test_any_json_is_a_request_or_unreadable(body: dict[str, Any]) -> None:
    """Nothing else leaves."""
    try:
        found = read(json.dumps(body).encode(), issuer_of)
    except Unreadable:
        return
    assert all(message.role in ("user", "assistant", "system") for message in found.messages)
