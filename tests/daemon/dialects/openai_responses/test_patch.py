"""What passes through as bytes: a body to a provider of the same dialect, its events to the client."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.demo import responses
from switchgeard.demo.said import Said
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.openai_responses import id_rule, patched, renamed, renamed_body
from switchgeard.upstream.sse import Event

BODIES = st.dictionaries(
    st.sampled_from(["model", "stream", "max_output_tokens", "input", "x", "réponse"]),
    st.none() | st.booleans() | st.text() | st.lists(st.text()),
)


@given(BODIES, st.none() | st.integers(1, 100))
def test_only_what_is_asked_for_is_changed(body: dict[str, Any], max_tokens: int | None) -> None:
    """The rest is as it came, also in its order."""
    out = json.loads(patched(json.dumps(body).encode(), model="other", stream=True, max_tokens=max_tokens))
    limits = {} if max_tokens is None else {"max_output_tokens": max_tokens}
    assert out == {**body, "model": "other", "stream": True, **limits}
    assert [name for name in out if name in body] == list(body)


def test_a_body_that_does_not_stream_is_not_told_so() -> None:
    """Unless it says something of it."""
    assert json.loads(patched(b'{"model":"m"}', model="n", stream=False)) == {"model": "n"}
    assert json.loads(patched(b'{"stream":true}', model="n", stream=False)) == {"model": "n", "stream": False}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"model":1,"model":2}'])
def test_what_is_no_object_is_unreadable(body: bytes) -> None:
    """Nor one that says a thing twice."""
    with pytest.raises(Unreadable):
        patched(body, model="m", stream=True)


def test_the_response_in_an_event_is_renamed_and_nothing_else() -> None:
    """At the beginning and at the end; the deltas between are the same objects."""
    for payload in responses.stream(Said(text=('"model":"up"', '{"response":{"model":"up"}}')), "up"):
        event = Event(payload["type"], json.dumps(payload))
        out = renamed(event, "opus")
        if "response" in payload:
            assert json.loads(out.data) == {**payload, "response": {**payload["response"], "model": "opus"}}
        else:
            assert out is event


def test_an_event_that_cannot_be_read_stays() -> None:
    """It is for the client to see."""
    event = Event(None, '"response" "model" {')
    assert renamed(event, "opus") is event


def test_a_whole_body_is_renamed() -> None:
    """Not what its tools say."""
    body = {"id": "r", "tools": [{"model": "up"}], "model": "up", "output": [{"model": "up"}]}
    assert json.loads(renamed_body(json.dumps(body).encode(), "opus")) == {**body, "model": "opus"}
    assert renamed_body(b"not json \xff", "opus") == b"not json \xff"


def test_ids_of_this_dialect_are_legal_in_it() -> None:
    """Whatever the model."""
    assert id_rule("gpt-5.5") is None
