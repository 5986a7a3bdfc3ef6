"""A canonical request as google.generate takes it."""

import json
from typing import Any

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
from switchgeard.dialects.google_generate import NAME, encode
from switchgeard.dialects.google_generate.signature import BYPASS
from switchgeard.dialects.turns import BEGUN, GO_ON

OURS = Issuer("g#1", NAME, "gemini-3-pro")
OTHERS = Issuer("a#1", "anthropic.messages", "m")
NEW, OLD = "gemini-3-pro", "gemini-2.5-pro"


def encoded(*messages: Message, model: str = NEW, features: Features | None = None, **asked: Any) -> dict[str, Any]:
    request = Request(list(messages), **asked)
    body = encode(request, model, stream=True, issuer=OURS, features=features or Features())
    return dict(json.loads(body))


def contents(*messages: Message, model: str = NEW) -> list[Any]:
    return list(encoded(*messages, model=model)["contents"])


def user(*blocks: Any) -> Message:
    return Message("user", list(blocks) or "Hi")


def model(*blocks: Any) -> Message:
    return Message("assistant", list(blocks))


def said(text: str, role: str = "user") -> dict[str, Any]:
    return {"role": role, "parts": [{"text": text}]}


def test_a_plain_question_is_contents_and_nothing_else() -> None:
    """Model and stream are in the URL."""
    assert encoded(user()) == {"contents": [said("Hi")]}


def test_every_option_has_its_place() -> None:
    """Within what Google takes."""
    asked: dict[str, Any] = {
        "max_tokens": 9,
        "temperature": 3.0,
        "top_p": 0.5,
        "top_k": 3,
        "seed": 2**31 + 5,
        "stop": list("abcdefg"),
    }
    asked |= {"frequency_penalty": 0.1, "presence_penalty": 0.2, "system": "Be kind."}
    body = encoded(user(), **asked)
    assert body["systemInstruction"] == {"parts": [{"text": "Be kind."}]}
    assert body["generationConfig"] == {
        "maxOutputTokens": 9,
        "temperature": 2.0,
        "topP": 0.5,
        "topK": 3,
        "seed": 5,
        "frequencyPenalty": 0.1,
        "presencePenalty": 0.2,
        "stopSequences": ["a", "b", "c", "d"],  # the gate told of the others
    }


def test_a_limit_is_the_callers_or_the_offers() -> None:
    """Never above the offer's; nobody else sets one."""
    assert encoded(user(), max_tokens=99, features=Features(max_output=50))["generationConfig"]["maxOutputTokens"] == 50
    assert "generationConfig" not in encoded(user())


def test_tools_keep_their_schema_and_the_choice_its_name() -> None:
    """parametersJsonSchema takes JSON Schema as it is."""
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/x"}}}
    tools = [Tool("f", "does", schema), Tool("g")]
    body = encoded(user(), tools=tools, tool_choice=NamedTool("g"))
    assert body["tools"] == [
        {
            "functionDeclarations": [
                {"name": "f", "description": "does", "parametersJsonSchema": schema},
                {"name": "g", "description": ""},
            ]
        }
    ]
    assert body["toolConfig"] == {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["g"]}}
    modes = [encoded(user(), tools=tools, tool_choice=word)["toolConfig"] for word in ("auto", "none", "required")]
    assert [mode["functionCallingConfig"] for mode in modes] == [{"mode": "AUTO"}, {"mode": "NONE"}, {"mode": "ANY"}]
    assert "toolConfig" not in encoded(user(), tool_choice="none")


def test_a_form_is_asked_for_and_where_it_cannot_be_in_words() -> None:
    """Models before 3 refuse it beside tools."""
    schema = {"type": "object"}
    wanted = ResponseFormat("json_schema", schema=schema)
    form = {"responseMimeType": "application/json", "responseJsonSchema": schema}
    assert encoded(user(), response_format=wanted)["generationConfig"] == form
    assert encoded(user(), response_format=wanted, tools=[Tool("f")])["generationConfig"] == form
    bare = encoded(user(), response_format=ResponseFormat("json"))["generationConfig"]
    assert bare == {"responseMimeType": "application/json"}
    assert encoded(user(), response_format=ResponseFormat("text")) == {"contents": [said("Hi")]}
    old = encoded(user(), model=OLD, response_format=wanted, tools=[Tool("f")])
    assert "generationConfig" not in old
    assert '{"type":"object"}' in old["systemInstruction"]["parts"][0]["text"]


def test_thinking_is_asked_for() -> None:
    """As the model takes it."""
    asked = encoded(user(), reasoning=Reasoning("high"))["generationConfig"]
    assert asked == {"thinkingConfig": {"includeThoughts": True, "thinkingLevel": "HIGH"}}


def test_turns_of_one_role_are_one_and_system_messages_are_the_users() -> None:
    """Those that lead belong to the prompt."""
    messages = [Message("system", "s1"), user(), Message("system", "s2"), user(Text("b")), model(Text("c")), user()]
    body = encoded(*messages, system="s0")
    assert body["systemInstruction"] == {"parts": [{"text": "s0\n\ns1"}]}
    first = {"role": "user", "parts": [{"text": "Hi"}, {"text": "s2"}, {"text": "b"}]}
    assert body["contents"] == [first, said("c", "model"), said("Hi")]


def test_the_user_begins_and_has_the_last_word() -> None:
    """Google refuses the one and does not go on with the other."""
    assert contents(model(Text("a"))) == [said(BEGUN), said("a", "model"), said(GO_ON)]


def test_results_come_first_named_and_in_the_order_of_their_calls() -> None:
    """A result that is missing is said to be."""
    calls = model(ToolCall("1", "f", '{"a":1}'), ToolCall("2", "g"), ToolCall("3", "f", "[1]"))
    results = user(Text("and"), ToolResult("2", "two", is_error=True), ToolResult("1", [Text("one"), Text("1")]))
    turn = contents(user(), calls, results)[2]
    answers = [part["functionResponse"] for part in turn["parts"][:3]]
    assert [(answer["id"], answer["name"]) for answer in answers] == [("1", "f"), ("2", "g"), ("3", "f")]
    assert [answer["response"] for answer in answers[:2]] == [{"result": "one\n1"}, {"error": "two"}]
    assert "cancelled" in answers[2]["response"]["error"]
    assert turn["parts"][3] == {"text": "and"}
    args = [part["functionCall"]["args"] for part in contents(user(), calls, results)[1]["parts"]]
    assert args == [{"a": 1}, {}, {"arguments": "[1]"}]


def test_pictures_in_results_are_nested_or_follow() -> None:
    """Models from 3 on take them within."""
    picture = {"inlineData": {"mimeType": "image/png", "data": "AA"}}
    messages = [user(), model(ToolCall("1", "f")), user(ToolResult("1", [Text("see"), Image(data="AA")]))]
    assert contents(*messages)[2]["parts"][0]["functionResponse"]["parts"] == [picture]
    old = contents(*messages, model=OLD)[2]["parts"]
    assert "parts" not in old[0]["functionResponse"]
    assert old[1] == picture


def test_media_go_inline_and_a_picture_elsewhere_is_words() -> None:
    """Text documents are text."""
    blocks = [Image("image/webp", data="AA"), Image(url="data:image/gif;base64,BB"), Image(url="https://x/y.png")]
    blocks += [Document("Q0M="), Document("aGk=", "text/plain")]  # type: ignore[list-item]
    assert contents(user(*blocks))[0]["parts"] == [
        {"inlineData": {"mimeType": "image/webp", "data": "AA"}},
        {"inlineData": {"mimeType": "image/gif", "data": "BB"}},
        {"text": "[an image was left out: https://x/y.png]"},
        {"inlineData": {"mimeType": "application/pdf", "data": "Q0M="}},
        {"text": "hi"},
    ]


def test_signatures_go_back_on_the_part_behind_them() -> None:
    """Or on an empty text, when nothing follows; thoughts stay here."""
    mine = [Thinking("hm", signature=name, issuer=str(OURS)) for name in ("s1", "s2", "s3", "s4")]
    turn = model(mine[0], Text("a"), mine[1], ToolCall("1", "f"), ToolCall("2", "f"), mine[2], mine[3])
    parts = contents(user(), turn, user())[1]["parts"]
    assert [part.get("thoughtSignature") for part in parts] == ["s1", "s2", None, "s3", "s4"]
    assert [part.get("text") for part in parts] == ["a", None, None, "", ""]


def test_signatures_of_others_stay_behind() -> None:
    """Of another account, of another wire, of nobody known."""
    owners = (OTHERS, Issuer("g#2", NAME, NEW), None)
    thoughts = [Thinking("hm", signature="s", issuer=str(owner) if owner else None) for owner in owners]
    assert contents(user(), model(*thoughts, Text("a")), user())[1] == said("a", "model")


def test_the_first_call_of_each_step_of_the_current_loop_is_signed_or_excused() -> None:
    """With Google's dummy; calls of turns that are over are not checked, older models check none."""
    steps = []
    for number in (1, 2):
        calls = [ToolCall(f"{number}{letter}", "f") for letter in "ab"]
        steps += [model(*calls), user(*[ToolResult(call.id, "r") for call in calls])]
    transcript = [user(), *steps[:2], user(), *steps[2:]]

    def signatures(model: str) -> list[Any]:
        turns = [turn for turn in contents(*transcript, model=model) if turn["role"] == "model"]
        return [[part.get("thoughtSignature") for part in turn["parts"]] for turn in turns]

    assert signatures(NEW) == [[None, None], [BYPASS, None]]
    assert signatures(OLD) == [[None, None], [None, None]]
    signed = model(Thinking(signature="s", issuer=str(OURS)), ToolCall("1", "f"), ToolCall("2", "f"))
    parts = contents(user(), signed)[1]["parts"]
    assert [part.get("thoughtSignature") for part in parts] == ["s", None]


def test_blocks_of_its_own_go_back_to_their_issuer_only() -> None:
    """As they came."""
    data = {"executableCode": {"language": "PYTHON", "code": "1"}}
    mine, other = Opaque(NAME, data, str(OURS)), Opaque(NAME, data, str(Issuer("g#2", NAME, NEW)))
    assert contents(user(), model(mine, other, Text("a")), user())[1]["parts"] == [data, {"text": "a"}]


def test_a_picture_elsewhere_in_a_result_is_words_too() -> None:
    """The model is told that there was one."""
    result = ToolResult("t1", [Text("see"), Image(url="https://x/y.png"), Image(data="AA")])
    said = contents(user(Text("hi")), Message("assistant", [ToolCall("t1", "f")]), user(result))[2]["parts"]
    assert said[0]["functionResponse"]["response"] == {"result": "see\n[an image was left out: https://x/y.png]"}
