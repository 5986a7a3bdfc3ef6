"""A request to have the tokens of another counted."""

import json

import pytest

from switchgeard.dialects.anthropic_messages import counting
from switchgeard.dialects.glimpse import Unreadable


def test_counting_keeps_what_the_endpoint_takes() -> None:
    """max_tokens, stream, metadata and the like go."""
    body = json.dumps(
        {
            "model": "m",
            "max_tokens": 1,
            "stream": True,
            "metadata": {},
            "temperature": 1,
            "system": "s",
            "thinking": {"type": "adaptive"},
            "messages": [],
        }
    )
    assert json.loads(counting(body.encode(), model="t")) == {
        "model": "t",
        "system": "s",
        "thinking": {"type": "adaptive"},
        "messages": [],
    }
    assert json.loads(counting(b'{"messages":[]}', model="t")) == {"model": "t", "messages": []}


@pytest.mark.parametrize("body", [b'{"model":"a","model":"b"}', b"[]", b'{"model":"a","x":' + b"[" * 100_000])
def test_what_cannot_be_walked_is_refused(body: bytes) -> None:
    """Nobody is shown one reading of a body and sent another."""
    with pytest.raises(Unreadable):
        counting(body, model="t")
