"""Errors as the Messages API says them."""

import json

import pytest

from switchgear_protocol.errors import CODES, error
from switchgeard.dialects.anthropic_messages import error as refused


@pytest.mark.parametrize(
    ("kind", "status", "type"),
    [
        ("invalid_params", 400, "invalid_request_error"),
        ("unauthorized", 401, "authentication_error"),
        ("budget", 402, "billing_error"),
        ("no_such_model", 404, "not_found_error"),
        ("too_large", 413, "request_too_large"),
        ("exhausted", 503, "overloaded_error"),
        ("busy", 503, "overloaded_error"),
        ("interrupted", 502, "api_error"),
        ("internal", 500, "api_error"),
    ],
)
def test_each_kind_has_its_type(kind: str, status: int, type: str) -> None:
    """And the status every dialect gives it."""
    told = refused(error(kind, "It failed", hint="switchgear status"))
    assert told.status == status
    assert json.loads(told.body) == {
        "type": "error",
        "error": {"type": type, "message": "It failed. hint: switchgear status"},
    }


def test_exhausted_with_a_time_is_a_rate_limit() -> None:
    """So that the client waits."""
    told = refused(error("exhausted", "All providers are exhausted", retry_after_ms=5000))
    assert (told.status, json.loads(told.body)["error"]["type"]) == (429, "rate_limit_error")


@pytest.mark.parametrize(
    ("detail", "begins"),
    [
        (None, "prompt is too long: "),
        ("prompt is too long: 9 tokens > 5 maximum", "prompt is too long: 9 tokens > 5 maximum"),
        ("400: prompt is too long: 9 tokens > 5 maximum", "prompt is too long: 9 tokens > 5 maximum"),
        ("This model's maximum context length is 5 tokens.", "prompt is too long: "),
    ],
)
def test_a_prompt_too_long_begins_as_claude_code_looks_for(detail: str | None, begins: str) -> None:
    """With the provider's numbers where it gave them in these words."""
    told = refused(error("context_length", "The prompt does not fit", detail=detail))
    message = json.loads(told.body)["error"]["message"]
    assert told.status == 400
    assert message.startswith(begins)
    assert "The prompt does not fit" in message


@pytest.mark.parametrize("kind", sorted(CODES))
def test_no_kind_goes_without_words(kind: str) -> None:
    """Even when nobody found any."""
    told = json.loads(refused(error(kind, "")).body)
    assert told["error"]["message"]
    assert told["error"]["type"]
