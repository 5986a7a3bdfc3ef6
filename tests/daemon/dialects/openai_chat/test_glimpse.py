"""What is seen of an openai.chat body at a glance."""

import json
import math
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutations import SPICE
from switchgeard.core.estimate import IMAGE_TOKENS, MESSAGE_TOKENS, PAGE_TOKENS
from switchgeard.core.needs import USES, Needs
from switchgeard.dialects.glimpse import Glimpse, Unreadable
from switchgeard.dialects.openai_chat import glimpse, read

USER = {"role": "user", "content": "Hi"}
FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def seen(*messages: Any, **fields: Any) -> Glimpse:
    return glimpse(json.dumps({"model": "m", "messages": list(messages) or [USER], **fields}).encode())


def part(kind: str, **fields: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": kind, **fields}]}


def test_a_plain_body_needs_nothing() -> None:
    """Model, no stream, tokens of one message."""
    found = seen(USER)
    tokens = math.ceil(MESSAGE_TOKENS + len('"Hi"') / 3.5)
    assert found == Glimpse("m", False, Needs(dialect="openai.chat", input_tokens=tokens), opening=b'user\n"Hi"')


def test_the_url_may_say_model_and_stream() -> None:
    """Some hosts have them there."""
    body = json.dumps({"messages": [USER]}).encode()
    found = glimpse(body, model="m", stream=True)
    assert (found.model, found.stream) == ("m", True)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"stream": True}, False),
        ({"stream": True, "stream_options": {}}, False),
        ({"stream": True, "stream_options": None}, False),
        ({"stream": True, "stream_options": {"include_usage": True}}, True),
        ({}, True),
    ],
)
def test_a_stream_tells_usage_only_when_asked(fields: dict[str, Any], wanted: bool) -> None:
    """A whole body always does."""
    assert seen(USER, **fields).usage_wanted is wanted


@pytest.mark.parametrize(
    ("fields", "need"),
    [
        ({"tools": [FUNCTION]}, "tools"),
        ({"tools": [{"type": "custom", "custom": {"name": "c"}}]}, "tools"),
        ({"functions": [{"name": "f"}]}, "tools"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "json_schema"),
        ({"reasoning_effort": "low"}, "reasoning"),
        ({"reasoning": {"effort": "high"}}, "reasoning"),
        ({"reasoning": {"max_tokens": 100}}, "reasoning"),
        ({"reasoning": {"enabled": True}}, "reasoning"),
    ],
)
def test_a_need_is_seen(fields: dict[str, Any], need: str) -> None:
    """By what asks for it, and nothing else is."""
    needs = seen(USER, **fields).needs
    assert [name for name in ("tools", "images", "pdf", "json_schema", "reasoning") if getattr(needs, name)] == [need]


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": []},
        {"tools": [{"type": "web_search"}]},
        {"functions": []},
        {"response_format": {"type": "json_object"}},
        {"reasoning_effort": "none"},
        {"reasoning": {"effort": "none"}},
        {"reasoning": {"enabled": False, "effort": "high"}},
        {"reasoning": {}},
        {"reasoning": True},
    ],
)
def test_what_asks_for_nothing_is_no_need(fields: dict[str, Any]) -> None:
    """Words clients send without meaning anything by them."""
    needs = seen(USER, **fields).needs
    assert (needs.tools, needs.json_schema, needs.reasoning) == (False, False, False)


def test_media_are_seen_and_not_counted_as_text() -> None:
    """A megabyte of base64 is one image; a file is pages, or text; what a host keeps has no size."""
    data = "A" * 1_000_000
    image = seen(part("image_url", image_url={"url": f"data:image/png;base64,{data}"})).needs
    assert (image.images, image.uses) == (True, frozenset())
    assert IMAGE_TOKENS < image.input_tokens < IMAGE_TOKENS + 10
    linked = seen(part("image_url", image_url="https://x/y.png")).needs
    assert (linked.images, linked.uses) == (True, frozenset({"image_urls"}))
    pdf = seen(part("file", file={"file_data": f"data:application/pdf;base64,{data}"})).needs
    assert (pdf.pdf, pdf.uses) == (True, frozenset())
    assert PAGE_TOKENS * 16 <= pdf.input_tokens < PAGE_TOKENS * 16 + 10
    text = seen(part("file", file={"file_data": f"data:text/plain;base64,{data}"})).needs
    assert not text.pdf
    assert 214_000 < text.input_tokens < 215_000
    kept = seen(part("file", file={"file_id": "file-1"})).needs
    assert (kept.pdf, kept.uses) == (False, frozenset({"files"}))


@pytest.mark.parametrize(
    ("fields", "use"),
    [
        ({"tools": [{"type": "web_search"}]}, "hosted_tools"),
        ({"web_search_options": {}}, "hosted_tools"),
        ({"n": 2}, "many_answers"),
        ({"logprobs": True}, "logprobs"),
        ({"top_logprobs": 3}, "logprobs"),
        ({"logit_bias": {"1": 5}}, "logit_bias"),
        ({"prediction": {"type": "content", "content": "x"}}, "prediction"),
        ({"audio": {"voice": "v"}}, "audio"),
        ({"seed": 0}, "seed"),
        ({"frequency_penalty": 0.1}, "penalties"),
        ({"presence_penalty": -1}, "penalties"),
        ({"top_k": 5}, "top_k"),
        ({"stop": "x"}, "stop"),
        ({"stop": list("abcd")}, "stop"),
        ({"stop": list("abcde")}, "many_stops"),
        ({"parallel_tool_calls": False, "tools": [FUNCTION]}, "sequential_tools"),
        ({"messages": [part("input_audio", input_audio={"data": "", "format": "wav"})]}, "audio"),
        ({"messages": [{"role": "assistant", "audio": {"id": "a"}}, USER]}, "audio"),
        ({"messages": [USER, {"role": "assistant", "content": "{"}]}, "prefill"),
    ],
)
def test_a_use_is_seen(fields: dict[str, Any], use: str) -> None:
    """By what makes it, and no other is."""
    assert use in USES
    assert seen(USER, **fields).needs.uses == {use}


@pytest.mark.parametrize(
    "fields",
    [
        {"n": 1},
        {"logprobs": False, "top_logprobs": None, "logit_bias": {}, "prediction": None, "audio": None, "seed": None},
        {"frequency_penalty": 0, "presence_penalty": 0.0, "top_k": None, "stop": [], "parallel_tool_calls": False},
        {"user": "u", "metadata": {"a": "b"}, "store": True, "service_tier": "flex", "verbosity": "low"},
        {"messages": [USER, {"role": "assistant", "tool_calls": [CALL]}]},
        {"anything": {"a": [1]}},
    ],
)
def test_defaults_and_what_may_be_dropped_are_no_use(fields: dict[str, Any]) -> None:
    """An offer is not skipped for them."""
    assert seen(USER, **fields).needs.uses == frozenset()


def test_calls_results_and_legacy_limits_are_seen() -> None:
    """Calls in the transcript need tools; either member limits the output."""
    loop = seen(USER, {"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "tool_call_id": "c1"})
    assert (loop.needs.tools, loop.turn_boundary) == (True, False)
    assert seen(USER, max_tokens=5).needs.output_tokens == 5
    assert seen(USER, max_tokens=5, max_completion_tokens=6).needs.output_tokens == 6


def test_identities_come_best_first() -> None:
    """Only names: no numbers, nothing empty or endless."""
    named = seen(
        USER,
        metadata={"user_id": "u", "session_id": "ms"},
        prompt_cache_key="p",
        session_id="s",
    )
    assert named.identities == (
        ("session_id", "s"),
        ("prompt_cache_key", "p"),
        ("metadata.session_id", "ms"),
        ("metadata.user_id", "u"),
    )
    assert seen(USER, metadata=[1], prompt_cache_key=7, session_id="").identities == ()
    assert seen(USER, session_id="s" * 513).identities == ()


def test_the_opening_is_the_same_in_every_later_turn() -> None:
    """System and first user message, whatever is said after them and however parts are marked."""
    system = {"role": "developer", "content": "Be brief."}
    marked = {"role": "user", "content": [{"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}]}
    first = seen(system, USER).opening
    assert first == b'developer\n"Be brief."user\n"Hi"'
    assert (
        seen(system, marked, {"role": "assistant", "content": "x"}, {"role": "user", "content": "y"}).opening == first
    )
    assert seen({**system, "content": "Be long."}, USER).opening != first


def test_what_is_sealed_is_seen_in_order() -> None:
    """Reasoning by its text, OpenRouter's details and Gemini's signatures by their blobs."""
    signed = {**CALL, "extra_content": {"google": {"thought_signature": "g"}}}
    details = [
        {"type": "reasoning.encrypted", "data": "e"},
        {"type": "reasoning.text", "text": "t", "signature": "s"},
        5,
    ]
    found = seen(
        USER,
        {"role": "assistant", "content": "", "reasoning_content": "hm", "tool_calls": [signed]},
        {"role": "assistant", "reasoning": "ah", "reasoning_details": details},
        {"role": "assistant", "reasoning": {"effort": 1}, "reasoning_content": None},
        {"role": "assistant", "reasoning_content": [1], "reasoning_details": {"data": "x"}},
    )
    assert found.sealed == ("hm", "g", "ah", "e", "s")


def test_free_text_tools_are_known_by_name() -> None:
    """Their calls go back as free text."""
    assert seen(USER, tools=[FUNCTION, {"type": "custom", "custom": {"name": "patch"}}]).custom_tools == {"patch"}


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        (b"", None),
        (b"[]", None),
        (b"<html>", None),
        (b'{"model":"m","model":"n","messages":[{"role":"user"}]}', None),
        (b'{"messages":[{"role":"user"}]}', "model"),
        (b'{"model":"","messages":[{"role":"user"}]}', "model"),
        (b'{"model":5,"messages":[{"role":"user"}]}', "model"),
        (b'{"model":"m"}', "messages"),
        (b'{"model":"m","messages":[]}', "messages"),
        (b'{"model":"m","messages":null}', "messages"),
        (b'{"model":"m","messages":["a"]}', "messages.0"),
        (b'{"model":"m","messages":[{"role":"user"},{"content":"a"}]}', "messages.1.role"),
        (b'{"model":"m","messages":[{"role":"user","content":5}]}', "messages.0.content"),
        (b'{"model":"m","messages":[{"role":"user","content":[5]}]}', "messages.0.content.0"),
        (b'{"model":"m","messages":[{"role":"user","content":[{}]}]}', "messages.0.content.0.type"),
        (b'{"model":"m","messages":[{"role":"user"}],"stream":"yes"}', "stream"),
        (b'{"model":"m","messages":[{"role":"user"}],"tools":{}}', "tools"),
        (b'{"model":"m","messages":[{"role":"user"}],"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", None),
    ],
)
def test_what_is_no_body_is_unreadable(body: bytes, parameter: str | None) -> None:
    """With the place where it is none."""
    with pytest.raises(Unreadable) as caught:
        glimpse(body)
    assert caught.value.parameter == parameter
    assert caught.value.message


WHOLE = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "s"},
        part("image_url", image_url={"url": "https://x"}),
        {"role": "assistant", "content": None, "tool_calls": [CALL], "reasoning_content": "hm"},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "ok"}]},
    ],
    "tools": [FUNCTION, {"type": "custom", "custom": {"name": "c"}}],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}},
    "stop": ["x"],
    "reasoning": {"effort": "low"},
    "stream": True,
}
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WHOLE, "role", "type"]), inner),
    max_leaves=8,
)


def refused(body: bytes) -> list[str]:
    """What glimpse and read have against it; anything but Unreadable is a defect."""
    said = []
    for call in (glimpse, lambda text: read(text, lambda blob: None)):
        try:
            call(body)
        except Unreadable as problem:
            said.append(problem.message)
    return said


@given(st.sampled_from([*WHOLE]), ANYTHING)
def test_any_value_anywhere_is_read_or_unreadable(name: str, value: Any) -> None:
    """Nothing else ever comes of a client's JSON."""
    body = msgspec.json.encode({**WHOLE, name: value})
    assert all(refused(bytes(body)))


@given(st.integers(0, 2**32))
def test_mutated_bodies_are_read_or_unreadable(seed: int) -> None:
    """Bytes cut, swapped and doubled."""
    chance = random.Random(seed)
    body = bytearray(json.dumps(WHOLE).encode())
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(body))
        body[at : at + chance.randrange(9)] = chance.choice([b"", chance.choice(SPICE), bytes(body[:at])])
    assert all(refused(bytes(body)))
