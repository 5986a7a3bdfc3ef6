"""What routing sees of a client's openai.responses body."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.core.issuer import Issuer
from switchgeard.dialects.glimpse import Glimpse, Unreadable
from switchgeard.dialects.openai_responses import glimpse
from switchgeard.dialects.sealed import seal

USER = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "ok"}
FUNCTION = {"type": "function", "name": "f", "parameters": {}}


def seen(*items: Any, **fields: Any) -> Glimpse:
    return glimpse(json.dumps({"model": "m", "input": list(items) or "Hi", **fields}).encode())


def uses(*items: Any, **fields: Any) -> frozenset[str]:
    return seen(*items, **fields).needs.uses


def test_the_smallest_body() -> None:
    """A model and a text: nothing is needed, the user speaks."""
    found = glimpse(b'{"model":"m","input":"Hi"}')
    assert (found.model, found.stream, found.turn_boundary) == ("m", False, True)
    assert (found.needs.dialect, found.needs.uses, found.needs.tools) == ("openai.responses", frozenset(), False)


def test_the_url_may_say_model_and_stream() -> None:
    """Then the body need not."""
    found = glimpse(b'{"input":"Hi","stream":false}', model="n", stream=True)
    assert (found.model, found.stream) == ("n", True)


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        (b"", None),
        (b"[]", None),
        (b'{"model":"m","input":"Hi"', None),
        (b'{"model":"m","input":' + b"[" * 100_000, None),
        (b'{"model":"m","x":' + b"[" * 100_000 + b"]" * 100_000 + b',"input":"Hi"}', None),
        (b'{"input":"Hi"}', "model"),
        (b'{"model":5,"input":"Hi"}', "model"),
        (b'{"model":"m"}', "input"),
        (b'{"model":"m","input":[]}', "input"),
        (b'{"model":"m","input":5}', "input"),
        (b'{"model":"m","input":[5]}', "input.0"),
        (b'{"model":"m","input":[{"role":7}]}', "input.0.role"),
        (b'{"model":"m","input":[{"role":"user","content":7}]}', "input.0.content"),
        (b'{"model":"m","input":[{"role":"user","content":[{"type":7}]}]}', "input.0.content.0.type"),
        (b'{"model":"m","input":"Hi","tools":[{"type":5}]}', "tools.0.type"),
        (b'{"model":"m","input":"Hi","stream":"yes"}', "stream"),
    ],
)
def test_what_is_no_body_is_unreadable(body: bytes, parameter: str | None) -> None:
    """It says where, in the client's own words."""
    with pytest.raises(Unreadable) as caught:
        glimpse(body)
    assert caught.value.parameter == parameter
    assert caught.value.message


def test_features_are_seen_wherever_they_stand() -> None:
    """Pictures in a tool's output too."""
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AA"}
    assert seen({**USER, "content": [picture]}).needs.images
    assert seen(USER, CALL, {**RESULT, "output": [picture]}).needs.images
    assert seen({**USER, "content": [{"type": "input_file", "file_data": "data:application/pdf;base64,AA"}]}).needs.pdf
    text = {"type": "input_file", "file_data": "data:text/plain;base64,AA"}
    assert not seen({**USER, "content": [text]}).needs.pdf
    assert seen(USER, CALL, RESULT).needs.tools
    assert seen(tools=[FUNCTION]).needs.tools
    assert seen(text={"format": {"type": "json_schema", "schema": {}}}).needs.json_schema


@pytest.mark.parametrize(
    ("reasoning", "wanted"),
    [(None, False), ({"summary": "auto"}, False), ({"effort": "none"}, False), ({"effort": "low"}, True)],
)
def test_reasoning_is_needed_when_it_is_asked_for(reasoning: Any, wanted: bool) -> None:
    """A wish for summaries is none."""
    assert seen(reasoning=reasoning).needs.reasoning is wanted


def test_tokens_are_guessed_from_text_alone() -> None:
    """Base64 and seals weigh nothing of their own; instructions and tools count."""
    big = "A" * 1_000_000
    assert 3000 < seen({**USER, "content": [{"type": "input_text", "text": "a" * 10_500}]}).needs.input_tokens < 3100
    picture = {"type": "input_image", "image_url": f"data:image/png;base64,{big}"}
    assert 1500 < seen({**USER, "content": [picture]}).needs.input_tokens < 1600
    assert seen(USER, {"type": "reasoning", "summary": [], "encrypted_content": big}).needs.input_tokens < 100
    assert seen(instructions="a" * 3500).needs.input_tokens > 1000
    assert seen(tools=[{**FUNCTION, "description": "a" * 3500}]).needs.input_tokens > 1000
    assert seen("x" * 0 or USER, max_output_tokens=7).needs.output_tokens == 7


@pytest.mark.parametrize(
    ("fields", "use"),
    [
        ({"tools": [{"type": "web_search"}]}, "hosted_tools"),
        ({"tools": [FUNCTION, {"type": "code_interpreter"}]}, "hosted_tools"),
        ({"tools": [FUNCTION, {"type": "web_search"}], "tool_choice": {"type": "web_search"}}, "hosted_tools"),
        ({"previous_response_id": "resp_1"}, "server_state"),
        ({"conversation": {"id": "conv_1"}}, "server_state"),
        ({"background": True}, "server_state"),
        ({"top_logprobs": 2}, "logprobs"),
        ({"include": ["message.output_text.logprobs"]}, "logprobs"),
        ({"tools": [FUNCTION], "parallel_tool_calls": False}, "sequential_tools"),
    ],
)
def test_what_another_wire_cannot_say_is_a_use(fields: dict[str, Any], use: str) -> None:
    """One by one."""
    assert uses(USER, **fields) == {use}


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ({"type": "input_audio"}, {"audio"}),
        ({"type": "input_image", "file_id": "f1"}, {"files"}),
        ({"type": "input_image", "image_url": "https://x/y.png"}, {"image_urls"}),
        ({"type": "input_file", "file_id": "f1"}, {"files"}),
        ({"type": "input_file", "file_url": "https://x/y.pdf"}, {"files"}),
    ],
)
def test_parts_of_the_providers_own_are_uses(part: dict[str, Any], found: set[str]) -> None:
    """As are links."""
    assert uses({**USER, "content": [part]}) == found


def test_what_an_agent_offers_with_every_request_is_no_use() -> None:
    """Codex sends web_search and tool_search beside its own tools, asked or not."""
    tools = [
        FUNCTION,
        {"type": "web_search", "external_web_access": True},
        {"type": "tool_search", "execution": "server"},
    ]
    assert uses(USER, tools=tools, tool_choice="auto", include=["reasoning.encrypted_content"], store=False) == set()


def test_a_conversation_the_provider_keeps_needs_no_input() -> None:
    """Its ids are told; so are references to items."""
    found = glimpse(b'{"model":"m","previous_response_id":"resp_1","conversation":"conv_1","prompt":{"id":"pmpt_1"}}')
    assert found.server_state == ("resp_1", "conv_1", "pmpt_1")
    found = seen(USER, {"type": "item_reference", "id": "rs_1"})
    assert found.server_state == ("rs_1",)
    assert found.needs.uses == {"server_state"}


def test_sessions_are_named_best_first() -> None:
    """What is no text names none."""
    found = seen(session_id="s", prompt_cache_key="k", conversation={"id": "conv"}, metadata={"user_id": "u", "x": 1})
    assert found.identities == (
        ("session_id", "s"),
        ("prompt_cache_key", "k"),
        ("conversation", "conv"),
        ("metadata.user_id", "u"),
    )
    assert seen(session_id=5, metadata={"user_id": None}).identities == ()


def test_the_opening_stays_the_same_while_a_conversation_grows() -> None:
    """Instructions and what was said before anybody answered; another beginning is another opening."""
    developer = {"role": "developer", "content": "Be brief."}
    first = seen(developer, USER, instructions="x").opening
    answer = {"type": "message", "role": "assistant", "content": "Hello"}
    assert seen(developer, USER, answer, USER, instructions="x").opening == first
    assert seen(developer, USER, CALL, RESULT, instructions="x").opening == first
    assert seen(developer, USER, instructions="y").opening != first
    assert seen(USER, instructions="x").opening != first


def test_the_opening_is_the_same_however_it_is_spelled() -> None:
    """Clients begin with a text and go on with items; some keep items as the SDK made them."""
    made = {**USER, "id": "msg_1", "content": [{"type": "input_text", "text": "Grüezi"}]}
    asked: list[Any] = ["Grüezi", [{"role": "user", "content": "Grüezi"}], [made]]
    raw = [json.dumps({"model": "m", "input": each}).encode() for each in asked]
    began = {glimpse(body).opening for body in (*raw, '{"model":"m","input":"Grüezi"}'.encode())}
    assert len(began) == 1


@pytest.mark.parametrize(("items", "turn"), [((USER,), True), ((USER, CALL, RESULT), False), ((RESULT, USER), True)])
def test_a_turn_begins_with_the_users_own_words(items: tuple[Any, ...], turn: bool) -> None:
    """Not with what a tool said."""
    assert seen(*items).turn_boundary is turn


def test_seals_are_told() -> None:
    """Everything encrypted, in order."""
    ours = seal(Issuer("a#1", "anthropic.messages", "m"), "sig")
    reasoning = [{"type": "reasoning", "summary": [], "encrypted_content": blob} for blob in ("gAAA", ours)]
    found = seen(USER, *reasoning, {"type": "compaction", "encrypted_content": "gBBB"}, CALL, RESULT)
    assert found.sealed == ("gAAA", ours, "gBBB")


def test_tools_of_other_shapes_are_spelled() -> None:
    """By the name other wires know them by; also those the transcript adds."""
    tools = [
        FUNCTION,
        {"type": "custom", "name": "apply_patch"},
        {"type": "local_shell"},
        {"type": "namespace", "name": "ns", "tools": [FUNCTION, {"type": "custom", "name": "g"}]},
        {"type": "tool_search", "execution": "client"},
        {"type": "shell", "environment": {"type": "container_auto"}},
    ]
    added = {
        "type": "additional_tools",
        "role": "developer",
        "tools": [{"type": "namespace", "name": "n2", "tools": [FUNCTION]}],
    }
    found = seen(USER, added, tools=tools)
    assert found.spelled == {
        "apply_patch": ("custom", "apply_patch", ""),
        "local_shell": ("local_shell", "", ""),
        "ns__f": ("function", "f", "ns"),
        "ns__g": ("custom", "g", "ns"),
        "tool_search": ("tool_search", "", ""),
        "n2__f": ("function", "f", "n2"),
    }
    assert found.custom_tools == {"apply_patch", "ns__g"}


def test_items_and_parts_nobody_knows_are_passed_over() -> None:
    """A provider of this dialect may know them."""
    unknown = {"type": "agent_message", "content": 5, "output": {"x": 1}}
    assert seen(USER, unknown, {**USER, "content": [{"type": "input_smell", "smell": 1}]}).needs.uses == set()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["message", "user", "input_image", "function", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "role", "content", "image_url", "tools", "id"]), inner, max_size=4)
    ),
    max_leaves=12,
)
MEMBERS = st.sampled_from(
    [
        "model",
        "input",
        "tools",
        "instructions",
        "tool_choice",
        "text",
        "reasoning",
        "conversation",
        "metadata",
        "include",
    ]
)


@given(st.dictionaries(MEMBERS, JSON))
def test_any_json_is_seen_or_unreadable(body: dict[str, Any]) -> None:
    """Nothing else leaves."""
    try:
        found = glimpse(json.dumps(body).encode(), model="m")
    except Unreadable:
        return
    assert found.needs.input_tokens >= 0
