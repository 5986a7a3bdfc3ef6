"""A client's body in canonical form."""

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
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.google_generate import NAME, encode, read
from switchgeard.dialects.google_generate.read_contents import KEPT
from switchgeard.dialects.google_generate.signature import BYPASS, carried
from switchgeard.dialects.tool_ids import renamed

GOOGLE = Issuer("g#1", NAME, "m")
ELSEWHERE = Issuer("a#1", "anthropic.messages", "m")
NAMES = ("text", "thought", "thoughtSignature", "functionCall", "functionResponse", "name", "response", "args", "parts")
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
USER = {"role": "user", "parts": [{"text": "Hi"}]}


def asked(*contents: Any, **body: Any) -> Request:
    given = {"contents": list(contents) or [USER], **body}
    return read(json.dumps(given).encode(), lambda blob: GOOGLE if blob == "Zg==" else None)


def said(*parts: Any) -> dict[str, Any]:
    return {"role": "model", "parts": list(parts)}


def blocks(*contents: Any) -> list[Any]:
    """Of the last message."""
    return list(asked(*contents).messages[-1].content)


def test_a_plain_question_is_one_message() -> None:
    """A content without a role is the user's."""
    assert asked() == asked({"parts": [{"text": "Hi"}]}) == Request([Message("user", [Text("Hi")])])


def test_every_option_has_its_place() -> None:
    """And the instruction is the prompt."""
    config = {"maxOutputTokens": 9, "temperature": 0.5, "topP": 0.4, "topK": 3, "seed": 1, "stopSequences": ["x"]}
    config |= {"frequencyPenalty": 0.1, "presencePenalty": 0.2, "candidateCount": 2, "unknown": {}}
    found = asked(
        generationConfig=config, systemInstruction={"parts": [{"text": "a"}, {"text": "b"}]}, safetySettings=[]
    )
    assert found.system == "a\n\nb"
    assert (found.max_tokens, found.temperature, found.top_p, found.top_k, found.seed) == (9, 0.5, 0.4, 3, 1)
    assert (found.frequency_penalty, found.presence_penalty, found.stop) == (0.1, 0.2, ["x"])


def test_tools_are_read_in_either_form() -> None:
    """Those Google runs are left out; names that are not allowed too."""
    declared = [
        {"name": "f", "description": "d", "parameters": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}},
        {"name": "g", "parametersJsonSchema": {"type": "object"}},
        {"name": "h"},
    ]
    tools = [{"googleSearch": {}}, {"functionDeclarations": declared}]
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert asked(tools=tools).tools == [Tool("f", "d", schema), Tool("g", "", {"type": "object"}), Tool("h")]

    def chosen(**calling: Any) -> tuple[list[str], Any]:
        found = asked(tools=tools, toolConfig={"functionCallingConfig": calling})
        return [tool.name for tool in found.tools], found.tool_choice

    assert chosen(mode="ANY", allowedFunctionNames=["g"]) == (["g"], NamedTool("g"))
    assert chosen(mode="ANY", allowedFunctionNames=["g", "h"]) == (["g", "h"], "required")
    assert chosen(mode="NONE") == (["f", "g", "h"], "none")
    assert chosen(mode="validated") == (["f", "g", "h"], "auto")
    assert chosen() == (["f", "g", "h"], None)
    assert asked(toolConfig={"functionCallingConfig": {"mode": "ANY"}}).tool_choice is None


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"thinkingLevel": "low"}, Reasoning("low")),
        ({"thinking_level": "HIGH", "include_thoughts": True}, Reasoning("high")),
        ({"thinkingBudget": 0}, Reasoning("none")),
        ({"thinkingBudget": 99}, Reasoning(budget_tokens=99)),
        ({"thinkingBudget": -1}, Reasoning("medium")),
        ({"includeThoughts": True}, Reasoning("medium")),
        ({}, None),
    ],
)
def test_thinking_is_read(config: dict[str, Any], expected: Reasoning | None) -> None:
    """Level, budget, or whatever the model likes."""
    assert asked(generationConfig={"thinkingConfig": config}).reasoning == expected


def test_forms_are_read() -> None:
    """Only of JSON; a schema without its type of answer is not one."""
    mime = {"responseMimeType": "application/json"}
    form = asked(generationConfig=mime | {"responseSchema": {"type": "STRING"}}).response_format
    assert form == ResponseFormat("json_schema", schema={"type": "string"}, strict=False)
    assert asked(generationConfig=mime | {"responseJsonSchema": {"a": 1}}).response_format == ResponseFormat(
        "json_schema", schema={"a": 1}, strict=False
    )
    assert asked(generationConfig=mime).response_format == ResponseFormat("json")
    assert asked(generationConfig={"responseMimeType": "text/x.enum"}).response_format is None


def test_a_stream_that_was_kept_in_pieces_is_one_message() -> None:
    """Text, thoughts and their signature put together."""
    seal = carried(ELSEWHERE, "sig")
    pieces = [{"text": "h", "thought": True}, {"text": "m", "thought": True}]
    pieces += [{"text": "", "thought": True, "thoughtSignature": seal}, {"text": "Hel"}, {"text": "lo"}, {"text": ""}]
    expected = [Thinking("hm", signature="sig", issuer=str(ELSEWHERE)), Text("Hello")]
    assert blocks(USER, *[said(piece) for piece in pieces]) == expected
    assert blocks(USER, said(*pieces)) == expected


def test_signatures_are_googles_own_sealed_or_nobodys() -> None:
    """On a call, on a text, with the thoughts before; Google's dummy and the seal of a foreign call are none."""
    call = {"functionCall": {"id": "1", "name": "f", "args": {"a": 1}}}
    made = ToolCall("1", "f", '{"a": 1}')
    thought = {"text": "hm", "thought": True}
    assert blocks(USER, said(thought, call | {"thoughtSignature": "Zg"})) == [
        Thinking("hm", signature="Zg==", issuer=str(GOOGLE)),
        made,
    ]
    assert blocks(USER, said({"text": "a", "thoughtSignature": "eA=="})) == [Thinking(signature="eA=="), Text("a")]
    assert blocks(USER, said(call | {"thoughtSignature": BYPASS})) == [made]
    assert blocks(USER, said(call | {"thoughtSignature": carried(ELSEWHERE, "")})) == [made]
    hidden = {"text": "", "thought": True, "thoughtSignature": carried(ELSEWHERE, "x", redacted=True)}
    assert blocks(USER, said(hidden)) == [Thinking(redacted="x", issuer=str(ELSEWHERE))]


def test_calls_and_results_find_each_other() -> None:
    """By id, by an id of ours, and without one by function and order."""
    named = [said({"functionCall": {"id": renamed("a|b"), "name": "f"}})]
    named += [{"role": "user", "parts": [{"functionResponse": {"id": renamed("a|b"), "name": "f", "response": {}}}]}]
    assert blocks(USER, *named) == [ToolResult("a|b")]
    calls = said(*[{"functionCall": {"name": name}} for name in ("f", "g", "f")])
    results = [{"functionResponse": {"name": name, "response": {"output": name}}} for name in ("g", "f", "f")]
    found = asked(USER, calls, {"role": "function", "parts": results})
    made = [block.id for block in found.messages[1].content if isinstance(block, ToolCall)]
    assert len(set(made)) == 3
    assert [block.id for block in found.messages[2].content if isinstance(block, ToolResult)] == [
        made[1],
        made[0],
        made[2],
    ]
    later = asked(USER, calls, {"parts": results}, USER, calls)
    assert [block.id for block in later.messages[1].content if isinstance(block, ToolCall)] == made


@pytest.mark.parametrize(
    ("response", "text", "failed"),
    [
        ({"result": "a"}, "a", False),
        ({"output": {"x": 1}}, '{"x": 1}', False),
        ({"error": "no"}, "no", True),
        ({"a": 1, "b": 2}, '{"a": 1, "b": 2}', False),
        ({}, "", False),
    ],
)
def test_a_results_text_is_what_it_holds(response: Any, text: str, failed: bool) -> None:
    """Of any other shape, its JSON."""
    call = said({"functionCall": {"id": "1", "name": "f"}})
    answered = {"functionResponse": {"id": "1", "name": "f", "response": response}}
    assert blocks(USER, call, {"parts": [answered]}) == [ToolResult("1", text, failed)]


def test_media_in_a_result_stay_with_it() -> None:
    """A document follows."""
    media = [{"inlineData": {"mimeType": kind, "data": "AA"}} for kind in ("image/png", "application/pdf")]
    answered = {"functionResponse": {"id": "1", "name": "f", "response": {"result": "a"}, "parts": media}}
    call = said({"functionCall": {"id": "1", "name": "f"}})
    found = blocks(USER, call, {"parts": [answered]})
    assert found == [ToolResult("1", [Text("a"), Image(data="AA")]), Document("AA")]


def test_media_are_read_and_what_has_no_counterpart_is_words() -> None:
    """Files Google keeps, sound, moving pictures; parts of tools it runs are left out."""
    parts = [{"inlineData": {"mimeType": "image/webp", "data": "-_=="}}]
    parts += [{"inlineData": {"mimeType": "application/pdf", "data": "AA", "displayName": "d"}}]
    parts += [{"inlineData": {"mimeType": kind, "data": "AA"}} for kind in ("audio/wav", "video/mp4")]
    parts += [{"fileData": {"fileUri": uri, "mimeType": "image/png"}} for uri in ("https://x/y.png", "gs://b/c")]
    found = blocks({"parts": [*parts, {"executableCode": {}}, {"codeExecutionResult": {}}]})
    assert found[:2] == [Image("image/webp", data="+/=="), Document("AA", name="d")]
    assert [isinstance(block, Text) and "left out" in block.text for block in found[2:4]] == [True, True]
    assert found[4:] == [Image("image/png", url="https://x/y.png"), Text(KEPT)]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"contents": [{"role": "robot"}]}, "contents.0.role"),
        ({"contents": [USER, said({"functionCall": {}})]}, "contents.1.parts.0.functionCall.name"),
        ({"contents": [said({"functionCall": {"name": "f", "args": 1}})]}, "contents.0.parts.0.functionCall.args"),
        ({"contents": []}, "contents"),
        ({"contents": [USER], "tools": [{"functionDeclarations": [{}]}]}, "tools.0.functionDeclarations.0.name"),
        (
            {"contents": [USER], "toolConfig": {"functionCallingConfig": {"mode": "X"}}},
            "toolConfig.functionCallingConfig.mode",
        ),
        (
            {"contents": [USER], "generationConfig": {"thinkingConfig": {"thinkingLevel": "X"}}},
            "generationConfig.thinkingConfig.thinkingLevel",
        ),
    ],
)
def test_what_cannot_be_meant_is_unreadable_and_says_where(body: dict[str, Any], parameter: str) -> None:
    """By its dotted path."""
    with pytest.raises(Unreadable) as caught:
        read(json.dumps(body).encode(), lambda blob: None)
    assert caught.value.parameter == parameter


def test_what_is_nested_too_deep_is_unreadable() -> None:
    """Never our stack's end."""
    with pytest.raises(Unreadable, match="deep"):
        read(b'{"contents":[{"parts":[{"functionCall":{"name":"f","args":' + b'{"a":' * 50_000, lambda blob: None)


@given(ANY)
def test_nothing_but_unreadable_is_raised(body: Any) -> None:
    """Whatever JSON comes."""
    try:
        found: Any = read(json.dumps({"contents": [{"role": "model", "parts": [body]}]}).encode(), lambda blob: None)
    except Unreadable as bad:
        found = bad.message
    assert found


def test_what_encode_says_is_read_back() -> None:
    """A request of every sort, there and back."""
    tools = [Tool("f", "d", {"type": "object"})]
    turns = [
        Message("user", [Text("a"), Image(data="AA")]),
        Message(
            "assistant", [Thinking(signature="Zg==", issuer=str(GOOGLE)), Text("b"), ToolCall("1", "f", '{"a":1}')]
        ),
        Message("user", [ToolResult("1", "r", is_error=True)]),
    ]
    request = Request(turns, system="s", tools=tools, tool_choice="required", max_tokens=5, top_k=2, stop=["x"])
    body = encode(request, "gemini-2.5-pro", stream=True, issuer=GOOGLE, features=Features())
    assert read(body, lambda blob: GOOGLE) == request
