"""A refusal as openai.chat spells it."""

import json
from typing import Any

import pytest

from switchgear_protocol.errors import CODES, ErrorObject, error
from switchgeard.dialects.openai_chat import error as refused
from switchgeard.dialects.refusing import STATUS


def test_a_refusal_has_its_golden_form() -> None:
    """Message with why and hint; type, param and code as OpenAI's clients read them."""
    told = refused(
        error("no_such_model", 'There is no model "x".', detail='Did you mean "y"?', hint="switchgear models")
    )
    assert told.status == 404
    assert json.loads(told.body) == {
        "error": {
            "message": 'There is no model "x". Did you mean "y"? hint: switchgear models',
            "type": "invalid_request_error",
            "param": None,
            "code": "model_not_found",
        }
    }


@pytest.mark.parametrize(
    ("kind", "more", "status", "type", "code"),
    [
        ("exhausted", {"retry_after_ms": 5}, 429, "rate_limit_error", "rate_limit_exceeded"),
        ("exhausted", {}, 503, "server_error", "server_is_overloaded"),
        ("budget", {}, 402, "insufficient_quota", "insufficient_quota"),
        ("context_length", {}, 400, "invalid_request_error", "context_length_exceeded"),
        ("content_policy", {}, 400, "invalid_request_error", "content_policy_violation"),
        ("unauthorized", {}, 401, "invalid_request_error", "invalid_api_key"),
        ("interrupted", {}, 502, "server_error", "stream_interrupted"),
        ("credential_store", {}, 500, "server_error", "credential_store"),
    ],
)
def test_clients_find_the_words_they_look_for(
    kind: str, more: dict[str, Any], status: int, type: str, code: str
) -> None:
    """Status, type and code."""
    told = refused(error(kind, "No.", **more))
    said = json.loads(told.body)["error"]
    assert (told.status, said["type"], said["code"]) == (status, type, code)


@pytest.mark.parametrize("kind", CODES)
def test_every_kind_can_be_said(kind: str) -> None:
    """With the status all dialects share, unless nothing is known of when."""
    told = refused(error(kind, "No.", retry_after_ms=1))
    assert told.status == STATUS.get(kind, 500)
    assert json.loads(told.body)["error"]["message"].startswith("No.")


def test_an_error_without_words_has_some() -> None:
    """Clients show them."""
    assert json.loads(refused(ErrorObject(-32603, "")).body)["error"]["message"] == "The request failed."
