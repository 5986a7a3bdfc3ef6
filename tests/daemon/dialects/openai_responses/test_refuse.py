"""Refusals of openai.responses."""

import json
from typing import Any

import pytest

from switchgear_protocol.errors import CODES, ErrorObject, error
from switchgeard.dialects import openai_responses, refusing
from switchgeard.dialects.openai_responses import refuse


def told(what: ErrorObject) -> dict[str, Any]:
    return dict(json.loads(openai_responses.error(what).body)["error"])


@pytest.mark.parametrize("kind", CODES)
def test_every_kind_has_a_status_a_type_and_a_sentence(kind: str) -> None:
    """In OpenAI's shape, all four members always there."""
    what = error(kind, "It failed", hint="switchgear status", detail="Nobody was there")
    refused = openai_responses.error(what)
    assert refused.status == refusing.status(what)
    body = json.loads(refused.body)
    assert list(body) == ["error"]
    assert body["error"].keys() >= {"message", "type", "param", "code"}
    assert body["error"]["message"] == "It failed. Nobody was there. hint: switchgear status"


@pytest.mark.parametrize(
    ("kind", "sort", "code"),
    [
        ("no_such_model", "invalid_request_error", "model_not_found"),
        ("context_length", "invalid_request_error", "context_length_exceeded"),
        ("content_policy", "invalid_request_error", "content_policy_violation"),
        ("unauthorized", "invalid_request_error", "invalid_api_key"),
        ("budget", "insufficient_quota", "insufficient_quota"),
        ("busy", "server_error", "server_error"),
        ("internal", "server_error", "server_error"),
    ],
)
def test_types_and_codes_are_openais(kind: str, sort: str, code: str) -> None:
    """Clients look for them."""
    found = told(error(kind, "no"))
    assert (found["type"], found["code"]) == (sort, code)


def test_a_short_wait_is_a_rate_limit() -> None:
    """A client retries by itself."""
    found = told(error("exhausted", "no", retry_after_ms=30_000))
    assert (found["type"], found["code"]) == ("rate_limit_error", "rate_limit_exceeded")


def test_a_long_wait_ends_a_clients_retries() -> None:
    """With the moment of the first reset when it is known: Codex tells it to the user."""
    found = told(error("exhausted", "no", retry_after_ms=7_200_000, retry_at=1000.5))
    assert (found["type"], found["resets_at"]) == ("usage_limit_reached", 1000)
    found = told(error("exhausted", "no", retry_after_ms=7_200_000))
    assert found["code"] == "insufficient_quota"


def test_exhausted_for_an_unknown_time_is_no_rate_limit() -> None:
    """503: there is nothing to wait for."""
    refused = openai_responses.error(error("exhausted", "no"))
    assert (refused.status, json.loads(refused.body)["error"]["type"]) == (503, "server_error")


def test_an_answer_that_was_cut_is_the_servers_error() -> None:
    """Its code tells a client that it may ask again."""
    assert refuse.failed(error("interrupted", "Cut")) == {"code": "server_error", "message": "Cut."}
    assert refuse.failed(error("context_length", "Long"))["code"] == "context_length_exceeded"
