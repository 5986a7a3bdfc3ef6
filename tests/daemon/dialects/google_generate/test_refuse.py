"""Refusals of google.generate."""

import json

import pytest

from switchgear_protocol.errors import CODES, error
from switchgeard.dialects import google_generate, refusing


@pytest.mark.parametrize("kind", CODES)
def test_every_kind_has_a_status_a_word_and_a_sentence(kind: str) -> None:
    """In google.rpc's shape; the code is the status."""
    what = error(kind, "It failed", hint="switchgear status", detail="Nobody was there")
    refused = google_generate.error(what)
    assert refused.status == refusing.status(what)
    told = json.loads(refused.body)["error"]
    assert told["code"] == refused.status
    assert told["message"] == "It failed. Nobody was there. hint: switchgear status"
    assert told["status"].isupper()
    assert refused.body.startswith(b'{"error":')  # how the official library knows one in a stream


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("context_length", "INVALID_ARGUMENT"),
        ("unauthorized", "UNAUTHENTICATED"),
        ("budget", "RESOURCE_EXHAUSTED"),
        ("no_such_model", "NOT_FOUND"),
        ("busy", "UNAVAILABLE"),
        ("internal", "INTERNAL"),
    ],
)
def test_words_are_googles(kind: str, word: str) -> None:
    """Clients look for them."""
    assert json.loads(google_generate.error(error(kind, "no")).body)["error"]["status"] == word


def test_when_to_come_back_is_in_the_details() -> None:
    """As Google says it, as a duration."""
    told = json.loads(google_generate.error(error("exhausted", "no", retry_after_ms=34_400)).body)["error"]
    assert (told["code"], told["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert told["details"] == [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.400s"}]
