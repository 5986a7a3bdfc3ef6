"""A body passed on: the same bytes but for the model."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from switchgeard.dialects.anthropic_messages import id_rule, patched, renamed, renamed_body
from switchgeard.dialects.glimpse import Unreadable
from switchgeard.upstream.sse import Event

BODY = b'{ "model" : "mine", "max_tokens":1, "x": 1.0, "messages":[{"role":"user","content":"\\u00e9"}] }'


def test_only_the_model_changes() -> None:
    """Spelling, spaces and unknown members stay."""
    assert patched(BODY, model="theirs", stream=False) == BODY.replace(b"mine", b"theirs")


def test_stream_and_limit_are_set() -> None:
    """In place where the body has them, else in front."""
    whole = json.loads(patched(BODY, model="t", stream=True, max_tokens=7))
    assert (whole["stream"], whole["max_tokens"]) == (True, 7)
    streamed = b'{"stream":true,"model":"m"}'
    assert patched(streamed, model="t", stream=False) == b'{"stream":false,"model":"t"}'


@pytest.mark.parametrize(
    ("thinking", "limit", "sent"),
    [
        ({"type": "enabled", "budget_tokens": 31999}, 8192, {"type": "enabled", "budget_tokens": 8191}),
        ({"type": "enabled", "budget_tokens": 31999}, 1024, {"type": "disabled"}),
        ({"type": "enabled", "budget_tokens": 4000}, 8192, {"type": "enabled", "budget_tokens": 4000}),
        ({"type": "adaptive"}, 1024, {"type": "adaptive"}),
        (None, 1024, None),
    ],
)
def test_a_budget_stays_below_a_limit_that_was_lowered(thinking: object, limit: int, sent: object) -> None:
    """The API refuses anything else."""
    body = json.dumps({"model": "m", "max_tokens": 32000, "thinking": thinking}).encode()
    assert json.loads(patched(body, model="t", stream=True, max_tokens=limit))["thinking"] == sent


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.text())))
def test_every_other_member_is_as_it_was(members: dict[str, object]) -> None:
    """Whatever they are called, but for names that only capitals tell apart."""
    assume(len({name.casefold() for name in {**members, "model": "m"}}) == len({**members, "model": "m"}))
    body = json.dumps({**members, "model": "m"}).encode()
    expected = {**members, "model": "t", "stream": True}
    assert json.loads(patched(body, model="t", stream=True)) == expected


@pytest.mark.parametrize("body", [b'{"model":"a","model":"b"}', b"[]", b'{"model":"a","x":' + b"[" * 100_000])
def test_what_cannot_be_walked_is_refused(body: bytes) -> None:
    """Nobody is shown one reading of a body and sent another."""
    with pytest.raises(Unreadable):
        patched(body, model="t", stream=True)


def test_every_id_a_client_holds_is_legal() -> None:
    """It was given by this API, or named by us."""
    assert id_rule("claude-opus-4-8") is None


def test_the_start_of_a_message_and_a_whole_one_get_the_name() -> None:
    """Nothing else names a model."""
    start = Event("message_start", '{"type":"message_start", "message":{"id":"m1","model":"theirs"} }')
    assert renamed(start, "ours").data == start.data.replace("theirs", "ours")
    assert json.loads(renamed_body(b'{"id":"m1","model":"theirs"}', "ours")) == {"id": "m1", "model": "ours"}
    other = Event("content_block_start", '{"type":"content_block_start","content_block":{"model":"theirs"}}')
    assert renamed(other, "ours") is other
