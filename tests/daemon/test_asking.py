"""Tests for `switchgeard.asking`: what is checked before anything is planned."""

from math import nan
from typing import Any

import pytest

from sample_offers import state
from switchgear_protocol.content import Message
from switchgear_protocol.messages import CompletionCreate
from switchgeard.asking import check, theirs
from switchgeard.dialects.known import DIALECTS
from switchgeard.rpc_error import RpcError


@pytest.mark.parametrize(
    "wrong",
    [
        {"deadline_s": nan},
        {"deadline_s": 0.0},
        {"wait_until_reset": nan},
        {"max_tokens": 0},
        {"messages": []},
        {"dialect": "x"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_by_name(wrong: dict[str, Any]) -> None:
    """MessagePack can say NaN, which is neither more nor less than any limit."""
    asked: dict[str, Any] = {"messages": [Message("user", "hello")]} | wrong
    with pytest.raises(RpcError) as refused:
        check(CompletionCreate("m", **asked))
    said = refused.value.answer
    assert said.data is not None
    assert said.data.kind == "invalid_params"
    assert next(iter(wrong)) in f"{said.message} {said.data.detail}"


def test_a_body_of_too_many_values_is_not_looked_at() -> None:
    """It is within its bytes, and would still take seconds in which nobody else is served."""
    message = '{"role":"user","content":""}'
    body = f'{{"model":"m","messages":[{",".join([message] * 60_000)}]}}'.encode()
    with pytest.raises(RpcError) as refused:
        theirs(state(), DIALECTS["openai.chat"], body)
    assert refused.value.answer.data is not None
    assert refused.value.answer.data.kind == "too_large"
