"""Google Vertex AI: where it is, what its calls look like, what its refusals mean."""

import json
from urllib.parse import parse_qs

import msgspec
import pytest

from switchgear_protocol.words import FailureKind
from switchgeard.core.clock import Now
from switchgeard.core.error_reply import ErrorReply, classify
from switchgeard.kinds import vertex
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


DEFAULT = {"type": "authorized_user", "client_id": "c", "client_secret": "d-CANARY", "refresh_token": "1//r-CANARY"}


def spelled(**more: object) -> str:
    return msgspec.json.encode(DEFAULT | more).decode()


def test_application_default_credentials_buy_a_token_at_googles_own_address() -> None:
    """Whatever address the file names."""
    secret = spelled(token_uri="https://evil.example/token", quota_project_id="p")
    assert vertex.is_default(secret)
    call = vertex.exchanging("", secret, {}, NOW)
    assert (call.method, call.url) == ("POST", "https://oauth2.googleapis.com/token")
    form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
    own = {name: DEFAULT[name] for name in ("client_id", "client_secret", "refresh_token")}
    assert form == {"grant_type": "refresh_token"} | own


@pytest.mark.parametrize(
    ("body", "lasts"),
    [
        (b'{"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"}', 3599.0),
        (b'{"access_token":"ya29.x"}', 300.0),
        (b'{"access_token":"ya29.x","expires_in":-5}', 300.0),
        (b'{"access_token":"ya29.x","expires_in":"soon"}', 300.0),
    ],
)
def test_a_token_lives_as_long_as_google_says_by_our_own_clock(body: bytes, lasts: float) -> None:
    """A length, so that no clock has to agree with another; a short one where it says none."""
    token = vertex.exchanged(body, NOW)
    assert (token.secret, token.expires_at - NOW.wall) == ("ya29.x", lasts)
    assert NOW.wall <= token.refresh_at < token.expires_at


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error":"invalid_grant"}', b'{"access_token":7}', b"[" * 9999])
def test_an_answer_without_a_token_is_none(body: bytes) -> None:
    """And nothing of it is repeated."""
    with pytest.raises(ValueError, match="holds no token"):
        vertex.exchanged(body, NOW)


@pytest.mark.parametrize("lost", ["client_id", "client_secret", "refresh_token"])
def test_a_file_that_lacks_a_member_is_said_with_the_command_that_writes_it(lost: str) -> None:
    """No member that is there is repeated."""
    with pytest.raises(ValueError, match="gcloud auth application-default login") as caught:
        vertex.exchanging("", spelled(**{lost: ""}), {}, NOW)
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("sort", ["service_account", "external_account", None, 7])
def test_a_key_file_of_another_sort_is_not_exchanged_and_refused_in_words(sort: object) -> None:
    """A service account needs signatures we do not make."""
    secret = spelled(type=sort)
    assert not vertex.is_default(secret)
    with pytest.raises(BadSecret, match="print-access-token") as caught:
        vertex.authorized(secret)
    assert ("RSA" in str(caught.value)) == (sort == "service_account")
    assert "CANARY" not in str(caught.value)
