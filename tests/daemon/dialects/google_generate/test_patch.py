"""Bodies and chunks that pass."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.demo import generate
from switchgeard.demo.said import Said
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.google_generate import TERMINAL, id_rule, patched, renamed, renamed_body
from switchgeard.upstream.sse import Event

BODIES = st.dictionaries(
    st.sampled_from(["safetySettings", "generationConfig", "x", "réponse"]),
    st.none() | st.dictionaries(st.sampled_from(["topK", "maxOutputTokens"]), st.integers()) | st.lists(st.text()),
)


@given(BODIES, st.none() | st.integers(1, 100))
def test_only_the_limit_is_changed(body: dict[str, Any], limit: int | None) -> None:
    """The URL says the rest; what is no config is made one."""
    out = json.loads(patched(json.dumps(body).encode(), model="up", stream=True, max_tokens=limit))
    before = body.get("generationConfig")
    config = {**(before if isinstance(before, dict) else {}), "maxOutputTokens": limit}
    assert out == (body if limit is None else {**body, "generationConfig": config})


def test_a_body_mostly_goes_as_the_very_bytes() -> None:
    """One that names a model must not contradict the URL."""
    body = b'{ "contents": [], "system_instruction": {"parts": {"text": "a"}} }'
    assert patched(body, model="up", stream=True) is body
    assert patched(b'{"model":"models/opus"}', model="up", stream=False) == b'{"model":"models/up"}'


def test_a_limit_in_the_other_spelling_is_the_same_limit() -> None:
    """Not said twice."""
    body = b'{"generation_config":{"max_output_tokens":9}}'
    assert patched(body, model="m", stream=True, max_tokens=5) == b'{"generationConfig":{"maxOutputTokens":5}}'


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"x":1,"x":2}', b"[" * 100_000])
def test_what_is_no_object_is_unreadable(body: bytes) -> None:
    """Nor one that says a thing twice."""
    with pytest.raises(Unreadable):
        patched(body, model="m", stream=True)


def test_a_chunk_is_renamed_and_nothing_else() -> None:
    """Not what the model says of itself."""
    said = Said(text=('"modelVersion":"up"',), tool="f", arguments='{"modelVersion":"up"}')
    for payload in generate.stream(said, "up"):
        out = renamed(Event(None, json.dumps(payload)), "opus")
        assert json.loads(out.data) == {**payload, "modelVersion": "opus"}
    assert json.loads(renamed_body(json.dumps(generate.whole(said, "up")).encode(), "opus"))["modelVersion"] == "opus"


@pytest.mark.parametrize("data", ['{"error":{"code":503}}', '"modelVersion" {', '{"modelVersion":1}'])
def test_a_chunk_that_names_no_model_is_the_same_object(data: str) -> None:
    """It is for the client to see."""
    event = Event(None, data)
    assert renamed(event, "opus") is event
    assert renamed_body(data.encode() + b"\xff", "opus") == data.encode() + b"\xff"


def test_any_id_is_legal_and_a_stream_has_no_last_word() -> None:
    """Of this wire."""
    assert id_rule("gemini-3-pro") is None
    assert TERMINAL is None
