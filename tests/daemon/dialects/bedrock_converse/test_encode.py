"""A canonical request as Converse takes it."""

import base64
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
from switchgeard.dialects.bedrock_converse import NAME, encode
from switchgeard.dialects.lacking import NO_IMAGE

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
OPUS = "us.anthropic.claude-opus-4-6-v1:0"
NOVA = "amazon.nova-pro-v1:0"
OURS = Issuer("b#1", NAME, CLAUDE)
LOOK = Tool("look", "Looks.", {"type": "object", "properties": {"at": {"type": "string"}}})
MARK = {"cachePoint": {"type": "default"}}


def body(request: Request, model: str = NOVA, features: Features | None = None) -> dict[str, Any]:
    made = encode(request, model, stream=True, issuer=OURS, features=features or Features())
    decoded: dict[str, Any] = json.loads(made)
    return decoded


def asked(*blocks: Block, **more: Any) -> Request:
    return Request([Message("user", list(blocks) or "Hello")], **more)


def test_a_plain_request_is_words_and_limits() -> None:
    """The model is in the path and so is whether it streams."""
    request = asked(system="Be brief.", max_tokens=9, temperature=1.7, top_p=0.5, stop=["x"], top_k=3, seed=4)
    assert body(request) == {
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "system": [{"text": "Be brief."}],
        "inferenceConfig": {"maxTokens": 9, "temperature": 1.0, "topP": 0.5, "stopSequences": ["x"]},
    }


def test_claude_takes_temperature_or_top_p_and_newer_ones_neither() -> None:
    """Both together are a 400 there."""
    request = asked(temperature=0.5, top_p=0.5, max_tokens=9)
    assert body(request, CLAUDE)["inferenceConfig"] == {"maxTokens": 9, "temperature": 0.5}
    assert body(request, "anthropic.claude-opus-4-7")["inferenceConfig"] == {"maxTokens": 9}


@pytest.mark.parametrize(
    ("choice", "said"),
    [("auto", {"auto": {}}), ("required", {"any": {}}), (NamedTool("look"), {"tool": {"name": "look"}}), (None, None)],
)
def test_tools_and_their_choice_are_configured(choice: Any, said: object) -> None:
    """A schema is an object of its own."""
    config = body(asked(tools=[LOOK], tool_choice=choice))["toolConfig"]
    assert config["tools"] == [
        {"toolSpec": {"name": "look", "description": "Looks.", "inputSchema": {"json": LOOK.parameters}}}
    ]
    assert config.get("toolChoice") == said


CALLED = [
    Message("user", "Look!"),
    Message(
        "assistant",
        [Thinking("Hm", "c2ln", issuer=str(OURS)), Text("Yes."), ToolCall("bad id!", "look", '{"at":"x"}')],
    ),
    Message("user", [Text("And?"), ToolResult("bad id!", [Text("seen"), Image(data="aQ==")], is_error=True)]),
]


def test_a_tool_loop_goes_back_whole() -> None:
    """The issuer's own thinking signed, a legal id, the result first in its turn."""
    _, assistant, user = body(Request(CALLED, tools=[LOOK]), CLAUDE)["messages"]
    thought, text, call = assistant["content"]
    assert thought == {"reasoningContent": {"reasoningText": {"text": "Hm", "signature": "c2ln"}}}
    assert text == {"text": "Yes."}
    assert (call["toolUse"]["name"], call["toolUse"]["input"]) == ("look", {"at": "x"})
    result, words = user["content"][:2]
    assert result["toolResult"] == {
        "toolUseId": call["toolUse"]["toolUseId"],
        "content": [{"text": "seen"}, {"image": {"format": "png", "source": {"bytes": "aQ=="}}}],
        "status": "error",
    }
    assert words == {"text": "And?"}


@pytest.mark.parametrize("more", [{}, {"tools": [LOOK], "tool_choice": "none"}])
def test_calls_without_tools_are_said_in_words(more: dict[str, Any]) -> None:
    """A transcript with calls is a 400 where no tool is configured; so "none" is said by offering none."""
    made = body(Request(CALLED, **more))
    assert "toolConfig" not in made
    assert "toolUse" not in json.dumps(made)
    assert "[called the tool look" in json.dumps(made)


def test_thinking_of_others_stays_behind() -> None:
    """And what only another wire understands."""
    blocks: list[Block] = [
        Thinking("a", "s", issuer="x#1|anthropic.messages|m"),
        Opaque("anthropic.messages", {}),
        Text("A"),
    ]
    made = body(Request([Message("user", "Q"), Message("assistant", blocks), Message("user", "R")]))
    assert made["messages"][1]["content"] == [{"text": "A"}]


def test_an_image_by_url_is_said_in_words() -> None:
    """Converse takes bytes; a data URL holds some."""
    found = body(asked(Image(url="https://a/b.png"), Image(url="data:image/jpeg;base64,aQ=="), Text("?")))
    first, second, _ = found["messages"][0]["content"]
    assert first == {"text": NO_IMAGE}
    assert second == {"image": {"format": "jpeg", "source": {"bytes": "aQ=="}}}


def test_documents_have_names_of_their_own_and_words_beside_them() -> None:
    """Of the characters Bedrock takes; the same name twice is a 400."""
    text = base64.b64encode(b"hi").decode()
    content = body(asked(Document("aQ==", name="a/b.pdf"), Document(text, "text/plain"), Document(text, "text/plain")))
    pdf, first, second, words = content["messages"][0]["content"]
    assert (pdf["document"]["format"], pdf["document"]["name"]) == ("pdf", "a b pdf")
    assert (first["document"]["format"], first["document"]["name"]) == ("txt", "document")
    assert second["document"]["name"] == "document (2)"
    assert words["text"]


def test_claude_thinks_as_its_version_does() -> None:
    """A budget up to 4.5, an effort from 4.6 on."""
    request = asked(reasoning=Reasoning("high"), max_tokens=40_000, temperature=0.3)
    budgeted, adaptive = body(request, CLAUDE), body(request, OPUS)
    assert budgeted["additionalModelRequestFields"]["thinking"]["type"] == "enabled"
    assert budgeted["additionalModelRequestFields"]["thinking"]["budget_tokens"] < 40_000
    assert "temperature" not in budgeted["inferenceConfig"]
    assert adaptive["additionalModelRequestFields"] == {"thinking": {"type": "adaptive"}}
    assert adaptive["outputConfig"] == {"effort": "high"}


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("openai.gpt-oss-120b-1:0", {"reasoning_effort": "high"}),
        ("us.amazon.nova-2-lite-v1:0", {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high"}}),
        ("us.deepseek.r1-v1:0", None),
    ],
)
def test_others_think_as_their_vendor_says(model: str, fields: object) -> None:
    """And nothing is sent to one that is not known: it would be a 400."""
    assert body(asked(reasoning=Reasoning("max")), model).get("additionalModelRequestFields") == fields


def test_a_schema_is_carried_as_text() -> None:
    """Closed, under its name."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    made = body(asked(response_format=ResponseFormat("json_schema", "out", schema)))
    said = made["outputConfig"]["textFormat"]
    assert (said["type"], said["structure"]["jsonSchema"]["name"]) == ("json_schema", "out")
    assert json.loads(said["structure"]["jsonSchema"]["schema"]) == schema | {"additionalProperties": False}


def test_prefixes_are_marked_for_claude_alone() -> None:
    """Behind the tools, the prompt and the last user turns, where they are long enough."""
    long = "word " * 9000
    talk = [Message("user", long), Message("assistant", "Yes."), Message("user", "And?")]
    request = Request(talk, system=long, tools=[Tool("look", long)])
    made = body(request, OPUS)
    assert made["toolConfig"]["tools"][-1] == made["system"][-1] == MARK
    assert [message["content"][-1] == MARK for message in made["messages"]] == [True, False, True]
    assert "cachePoint" not in json.dumps(body(request, NOVA))
    assert "cachePoint" not in json.dumps(body(asked(system="short", tools=[LOOK]), OPUS))


def test_an_answer_that_was_begun_is_gone_on_with_where_the_model_can() -> None:
    """Others are asked in words; it may not end in space."""
    request = Request([Message("user", "Count."), Message("assistant", "1, 2, ")])
    assert body(request, CLAUDE)["messages"][-1] == {"role": "assistant", "content": [{"text": "1, 2,"}]}
    assert body(request, OPUS)["messages"][-1]["role"] == "user"
    assert body(request, "meta.llama4")["messages"][-1]["role"] == "user"


TEXTS = st.builds(Text, st.sampled_from(["", " ", "a", "b\n"]))
CALLS = st.builds(ToolCall, st.sampled_from(["1", "2"]), st.just("look"), st.sampled_from(["", "{}", "not"]))
RESULTS = st.builds(ToolResult, st.sampled_from(["1", "2"]), st.sampled_from(["", "r"]))
THOUGHTS = st.builds(Thinking, st.just("t"), st.sampled_from([None, "s"]), issuer=st.sampled_from([None, str(OURS)]))
USERS = st.builds(
    Message, st.just("user"), st.lists(TEXTS | RESULTS | st.builds(Document, st.just("aQ==")), max_size=4)
)
ASSISTANTS = st.builds(
    Message,
    st.just("assistant"),
    st.lists(TEXTS | CALLS | THOUGHTS, max_size=4, unique_by=lambda b: getattr(b, "id", b)),
)
SYSTEMS = st.builds(Message, st.just("system"), st.lists(TEXTS, max_size=2))
MESSAGES = st.lists(USERS | ASSISTANTS | SYSTEMS, max_size=8)


@given(MESSAGES, st.sampled_from([CLAUDE, OPUS, NOVA]), st.booleans())
def test_any_transcript_is_one_converse_takes(messages: list[Message], model: str, tooled: bool) -> None:
    """User first and in turn, nothing empty, every call answered right behind it, no blank text."""
    made = body(Request(messages, tools=[LOOK] if tooled else []), model)["messages"]
    assert [message["role"] for message in made] == [("user", "assistant")[at % 2] for at in range(len(made))]
    assert made
    for message, following in zip(made, [*made[1:], {"content": []}], strict=True):
        assert message["content"]
        assert all(block["text"].strip() for block in message["content"] if "text" in block)
        calls = [block["toolUse"]["toolUseId"] for block in message["content"] if "toolUse" in block]
        results = [b["toolResult"]["toolUseId"] for b in following["content"] if "toolResult" in b]
        assert results == calls
