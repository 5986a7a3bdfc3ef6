"""Google Vertex AI: where it is, what its calls look like, what its refusals mean."""

import json

import pytest

from switchgear_protocol.words import FailureKind
from switchgeard.core.clock import Now
from switchgeard.core.failure import ErrorReply, classify
from switchgeard.kinds.auth import BadSecret
from switchgeard.kinds.calls import build_call, drafted, home
from switchgeard.kinds.vertex import KIND
from switchgeard.upstream.call import HTTPCall

NOW = Now(wall=1_795_000_000.0, boot=1_000.0)


def called(wire: str, body: object, *, stream: bool = True, secret: str = "ya29.x") -> HTTPCall:
    options = {"project": "acme", "location": "europe-west1"}
    draft = drafted(KIND, wire, "m@1", json.dumps(body).encode(), stream, options=options)
    return build_call(KIND, home(KIND, options) or "", draft, secret)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("global", "https://aiplatform.googleapis.com"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com"),
        ("europe-west1", "https://europe-west1-aiplatform.googleapis.com"),
    ],
)
def test_a_location_has_its_address(location: str, url: str) -> None:
    """One, several regions, or all."""
    assert home(KIND, {"location": location}) == url


@pytest.mark.parametrize(
    ("wire", "stream", "end"),
    [
        ("google.generate", True, "google/models/m%401:streamGenerateContent?alt=sse"),
        ("google.generate", False, "google/models/m%401:generateContent"),
        ("anthropic.messages", True, "anthropic/models/m%401:streamRawPredict"),
        ("anthropic.messages", False, "anthropic/models/m%401:rawPredict"),
    ],
)
def test_a_call_names_project_location_maker_and_model(wire: str, stream: bool, end: str) -> None:
    """In its path."""
    base = "https://europe-west1-aiplatform.googleapis.com/v1/projects/acme/locations/europe-west1/publishers/"
    assert called(wire, {}, stream=stream).url == base + end


def test_anthropics_body_has_a_version_and_no_model() -> None:
    """All else stays as it was."""
    body = json.loads(called("anthropic.messages", {"model": "m", "stream": True, "messages": []}).body)
    assert body == {"anthropic_version": "vertex-2023-10-16", "stream": True, "messages": []}


def test_no_stand_in_for_a_signature_is_sent() -> None:
    """Vertex refuses what the public API takes; real signatures stay."""
    dummy = {"functionCall": {"name": "f"}, "thoughtSignature": "skip_thought_signature_validator"}
    real = {"functionCall": {"name": "g"}, "thoughtSignature": "cmVhbA=="}
    body = json.loads(called("google.generate", {"contents": [{"role": "model", "parts": [dummy, real]}]}).body)
    assert body["contents"][0]["parts"] == [{"functionCall": {"name": "f"}}, real]


def test_a_key_file_is_refused_with_the_command_that_helps() -> None:
    """And nothing of it is told."""
    with pytest.raises(BadSecret, match="print-access-token") as told:
        called("google.generate", {}, secret='{"private_key":"CANARY"}')
    assert "CANARY" not in str(told.value)


def error(code: int, status: str, message: str, **detail: object) -> bytes:
    inside = {"code": code, "status": status, "message": message, "details": [detail]}
    return json.dumps({"error": inside}).encode()


@pytest.mark.parametrize(
    ("status", "word", "message", "detail", "kind"),
    [
        (429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later.", {}, "overloaded"),
        (429, "RESOURCE_EXHAUSTED", "Online prediction concurrent requests quota exceeded", {}, "rate_limited"),
        (429, "RESOURCE_EXHAUSTED", "Quota exceeded for aiplatform.googleapis.com/x", {}, "rate_limited"),
        (403, "PERMISSION_DENIED", "enable billing", {"reason": "BILLING_DISABLED"}, "quota_exceeded"),
        (403, "PERMISSION_DENIED", "denied", {}, "permission"),
        (404, "NOT_FOUND", "Publisher Model was not found", {}, "model_not_found"),
        (401, "UNAUTHENTICATED", "invalid credentials", {}, "auth_failed"),
    ],
)
def test_each_refusal_means_what_google_means(
    status: int, word: str, message: str, detail: dict[str, object], kind: str
) -> None:
    """A full pool of all customers is no quota of ours."""
    body = error(status, word, message, **detail)
    reply = ErrorReply("google.generate", KIND.name, status, {}, body, "p", "m", rules=KIND.rules)
    assert classify(reply, NOW).kind is FailureKind(kind)
