"""A client's body and a provider's chunks passed on with a few members replaced."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from switchgeard.dialects.glimpse import Unreadable
from switchgeard.dialects.openai_chat import id_rule, patched, renamed, renamed_body
from switchgeard.upstream.sse import Event

CHUNK = Event(None, '{"id":"x","model":"gpt-5.5-2026","choices":[{"index":0,"delta":{"content":"model"}}]}')


def sent(body: str, model: str = "qwen3", *, stream: bool = False, **more: Any) -> str:
    return patched(body.encode(), model=model, stream=stream, **more).decode()


def test_only_what_is_named_changes() -> None:
    """Blanks, order, numbers and unknown members stay as they came."""
    body = '{ "seed": 1e2, "model" : "opus", "x": [1.0, "\\u00e9"],\n "stream":false, "messages": [ ] }'
    assert sent(body) == body.replace('"opus"', '"qwen3"')
    assert sent('{"model":"opus"}') == '{"model":"qwen3"}'


def test_what_a_stream_ends_with_is_the_clients_wish() -> None:
    """Asked or not, it stays as it came; without a stream the options would be refused."""
    options = '"stream_options":{"include_usage":false,"include_obfuscation":false}'
    body = '{"model":"opus",' + options + ',"stream":true}'
    assert sent(body, stream=True) == body.replace("opus", "qwen3")
    plain = '{"model":"opus","stream":true}'
    assert sent(plain, stream=True) == plain.replace("opus", "qwen3")
    assert json.loads(sent(body)) == {"model": "qwen3", "stream": False}


def test_who_refuses_the_option_is_not_sent_it() -> None:
    """Mistral answers 422 to it, and tells the usage anyway."""
    asked = json.loads(sent('{"stream_options":{"include_usage":true},"model":"m"}', "mistral-small", stream=True))
    assert asked == {"model": "mistral-small", "stream": True}


@pytest.mark.parametrize(
    ("body", "model", "limits"),
    [
        ('{"model":"m","max_tokens":9}', "gpt-5.5", {"max_tokens": 5}),
        ('{"model":"m","max_completion_tokens":9}', "qwen3", {"max_completion_tokens": 5}),
        ('{"model":"m","max_tokens":null}', "qwen3", {"max_tokens": 5}),
        ('{"max_completion_tokens":9,"max_tokens":8}', "qwen3", {"max_completion_tokens": 5, "max_tokens": 5}),
        ('{"max_completion_tokens":9,"max_tokens":null}', "qwen3", {"max_completion_tokens": 5, "max_tokens": None}),
        ('{"model":"m"}', "gpt-5.5", {"max_completion_tokens": 5}),
        ('{"model":"m"}', "qwen3", {"max_tokens": 5}),
    ],
)
def test_a_limit_stands_where_the_client_put_it(body: str, model: str, limits: dict[str, Any]) -> None:
    """Else where the model's family has it; without one to set, nothing changes."""
    asked = json.loads(sent(body, model, max_tokens=5))
    assert {name: value for name, value in asked.items() if name.startswith("max")} == limits
    assert json.loads(sent(body, model)) == {**json.loads(body), "model": model}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"model":"a","model":"b"}', b'{"a":' + b"[" * 100_000])
def test_what_cannot_be_walked_is_unreadable(body: bytes) -> None:
    """Nobody is sent one reading of a body when another was looked at."""
    with pytest.raises(Unreadable):
        patched(body, model="m", stream=True)


def test_a_chunk_says_the_name_the_client_asked_for() -> None:
    """And is the same object where it names none."""
    named = renamed(CHUNK, "opus")
    assert json.loads(named.data) == {**json.loads(CHUNK.data), "model": "opus"}
    for data in ("[DONE]", '{"choices":[]}', '{"error":{"message":"model"}}', '{"model":null}'):
        event = Event(None, data)
        assert renamed(event, "opus") is event


def test_a_body_says_the_name_the_client_asked_for() -> None:
    """What names none, or cannot be read, goes as it is."""
    assert renamed_body(b'{"x":1, "model":"a"}', "opus") == b'{"x":1, "model":"opus"}'
    assert renamed_body(b'{"x":1}', "opus") == b'{"x":1}'
    assert renamed_body(b"oops", "opus") == b"oops"


def test_only_mistral_has_a_rule_for_ids() -> None:
    """Nine letters; others take what they minted."""
    rule = id_rule("mistral-large-latest")
    assert rule is not None
    assert len(rule("toolu_01AbcDef")) == 9
    assert id_rule("gpt-5.5") is None


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(), max_size=5), st.text(), st.booleans())
def test_any_other_member_stays(body: dict[str, Any], model: str, stream: bool) -> None:
    """Whatever it is called, but for names that only capitals tell apart."""
    assume(len({name.casefold() for name in {"model": "m", **body}}) == len({"model": "m", **body}))
    asked = json.loads(patched(json.dumps({"model": "m", **body}).encode(), model="qwen3", stream=stream))
    ours = {"model", "stream", "stream_options"}
    assert {k: v for k, v in asked.items() if k not in ours} == {k: v for k, v in body.items() if k not in ours}
