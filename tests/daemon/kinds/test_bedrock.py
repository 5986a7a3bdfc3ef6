"""Bedrock: where calls go, how they are signed, what its two lists say, and what its errors mean."""

import json
from typing import Any

import pytest

from switchgear_protocol.words import FailureKind
from switchgeard.core.clock import Now
from switchgeard.core.error_reply import ErrorReply, classify
from switchgeard.core.failure import Failure
from switchgeard.core.listing import Listed
from switchgeard.kinds.auth import BadSecret
from switchgeard.kinds.bedrock import KIND, PROFILES, listed, more
from switchgeard.kinds.calls import build_call, build_models_call, drafted, filled
from switchgeard.upstream.call import HTTPCall

NOW = Now(1_763_890_000.0, 5.0)
OPTIONS = {"region": "eu-west-1"}
BASE = filled(KIND.base_url or "", OPTIONS)
PAIR = "AKIDEXAMPLE0000000:CANARYUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def called(model: str = "m", secret: str | None = PAIR, *, stream: bool = True) -> HTTPCall:
    draft = drafted(KIND, "bedrock.converse", model, b"{}", stream, options=OPTIONS)
    return build_call(KIND, BASE, draft, secret, now=NOW)


def test_the_region_says_where_and_the_path_says_what() -> None:
    """Model and manner of the answer; an ARN cannot lead anywhere else."""
    host = "https://bedrock-runtime.eu-west-1.amazonaws.com"
    assert called("us.anthropic.claude-opus-4-6-v1:0").url == (
        f"{host}/model/us.anthropic.claude-opus-4-6-v1%3A0/converse-stream"
    )
    assert called("arn:aws:bedrock:x/y", stream=False).url == f"{host}/model/arn%3Aaws%3Abedrock%3Ax%2Fy/converse"


def test_access_keys_sign_and_are_not_sent() -> None:
    """The region is the account's own, the time the clock's."""
    made = dict(called().headers)
    scope = "AKIDEXAMPLE0000000/20251123/eu-west-1/bedrock/aws4_request"
    assert made["authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={scope}, ")
    assert not any("CANARY" in value for value in made.values())


def test_an_api_key_is_a_bearer_token() -> None:
    """Nothing is signed with it, and one that cannot be a header is refused."""
    made = dict(called(secret="bedrock-api-key-abc==").headers)
    assert made["authorization"] == "Bearer bedrock-api-key-abc=="
    assert "x-amz-date" not in made
    assert "authorization" not in dict(called(secret=None).headers)
    with pytest.raises(BadSecret):
        called(secret="with space")


def test_models_are_listed_on_the_control_plane() -> None:
    """Signed for it; an address of the user's own serves both."""
    made = build_models_call(KIND, BASE, "/foundation-models", PAIR, OPTIONS, NOW)
    assert made.url == "https://bedrock.eu-west-1.amazonaws.com/foundation-models"
    assert "Signature=" in dict(made.headers)["authorization"]
    own = build_models_call(KIND, "http://127.0.0.1:1", "/foundation-models", PAIR, OPTIONS, NOW)
    assert own.url == "http://127.0.0.1:1/foundation-models"


MODELS = {
    "modelSummaries": [
        {
            "modelId": "amazon.nova-pro-v1:0",
            "modelName": "Nova Pro",
            "inputModalities": ["TEXT", "IMAGE"],
            "outputModalities": ["TEXT"],
            "inferenceTypesSupported": ["ON_DEMAND"],
        },
        {
            "modelId": "anthropic.claude-opus-4-6-v1:0",
            "modelName": "Claude Opus 4.6",
            "inputModalities": ["TEXT"],
            "outputModalities": ["TEXT"],
            "inferenceTypesSupported": ["INFERENCE_PROFILE"],
        },
        {"modelId": "amazon.titan-embed", "outputModalities": ["EMBEDDING"]},
        {"modelId": 7, "outputModalities": ["TEXT"]},
    ]
}
ARN = "arn:aws:bedrock:{}::foundation-model/anthropic.claude-opus-4-6-v1:0"
PROFILE = {
    "inferenceProfileId": "eu.anthropic.claude-opus-4-6-v1:0",
    "inferenceProfileName": "EU Claude Opus 4.6",
    "status": "ACTIVE",
    "models": [{"modelArn": ARN.format("eu-west-1")}, {"modelArn": ARN.format("eu-central-1")}],
}


def test_models_of_text_are_listed_and_what_needs_a_profile_says_so() -> None:
    """The one list without the other would offer what cannot be called."""
    nova, opus = listed(json.dumps(MODELS).encode())
    assert nova == Listed("amazon.nova-pro-v1:0", name="Nova Pro", images=True)
    assert (opus.id, opus.enabled) == ("anthropic.claude-opus-4-6-v1:0", False)
    assert "inference profile" in opus.why_not


def test_profiles_follow_page_by_page_and_name_their_model() -> None:
    """Until there is no more token."""
    page = {"inferenceProfileSummaries": [PROFILE, PROFILE | {"status": "X"}, {}], "nextToken": "a+b/c="}
    found, inactive = listed(json.dumps(page).encode())
    assert (found.id, found.enabled, found.target) == (
        "eu.anthropic.claude-opus-4-6-v1:0",
        True,
        "anthropic.claude-opus-4-6-v1:0",
    )
    assert not inactive.enabled
    assert more(json.dumps(MODELS).encode()) == PROFILES
    assert more(json.dumps(page).encode()) == f"{PROFILES}&nextToken=a%2Bb%2Fc%3D"
    assert more(b'{"inferenceProfileSummaries":[]}') is None
    assert more(b"[]") is None


def failed(status: int | None, code: str, message: str, *, member: str = "message") -> Failure:
    """As AWS says it: the code in a header, or in the frame where a stream breaks."""
    headers = {"content-type": "application/json", "x-amzn-errortype": f"{code}:http://internal.amazon.com/"}
    body: dict[str, Any] = {member: message}
    reply = ErrorReply(
        "bedrock.converse",
        "bedrock",
        status,
        headers if status else {},
        json.dumps(body if status else body | {"code": code}).encode(),
        "b",
        "m",
        in_stream=status is None,
        rules=KIND.rules,
    )
    return classify(reply, NOW)


@pytest.mark.parametrize(
    ("status", "code", "message", "kind"),
    [
        (429, "ThrottlingException", "Too many requests, please wait before trying again.", FailureKind.RATE_LIMITED),
        (429, "ThrottlingException", "Too many tokens per day, please wait.", FailureKind.QUOTA_EXCEEDED),
        (400, "ServiceQuotaExceededException", "You have exceeded it.", FailureKind.QUOTA_EXCEEDED),
        (429, "ModelNotReadyException", "The model is not ready.", FailureKind.OVERLOADED),
        (503, "ServiceUnavailableException", "Bedrock is unable to process your request.", FailureKind.OVERLOADED),
        (500, "InternalServerException", "Oh.", FailureKind.OVERLOADED),
        (424, "ModelErrorException", "The model failed.", FailureKind.OVERLOADED),
        (408, "ModelTimeoutException", "It took too long.", FailureKind.TIMEOUT),
        (403, "UnrecognizedClientException", "The security token is invalid.", FailureKind.AUTH_FAILED),
        (403, "ExpiredTokenException", "The security token has expired", FailureKind.AUTH_FAILED),
        (403, "InvalidSignatureException", "Signature expired: 1 is now earlier than 2", FailureKind.UNAVAILABLE),
        (403, "InvalidSignatureException", "Signature not yet current: 2 is still later", FailureKind.UNAVAILABLE),
        (403, "InvalidSignatureException", "The signature does not match", FailureKind.AUTH_FAILED),
        (403, "AccessDeniedException", "You don't have access to the model.", FailureKind.PERMISSION),
        (404, "ResourceNotFoundException", "Could not resolve the model.", FailureKind.MODEL_NOT_FOUND),
        (400, "ValidationException", "The provided model identifier is invalid.", FailureKind.MODEL_NOT_FOUND),
        (
            400,
            "ValidationException",
            "Invocation of model ID x with on-demand throughput isn't supported. Retry with an inference profile.",
            FailureKind.MODEL_NOT_FOUND,
        ),
        (400, "ValidationException", "Input is too long for requested model.", FailureKind.CONTEXT_LENGTH),
        (400, "ValidationException", "messages.0: bad", FailureKind.INVALID_REQUEST),
        (None, "throttlingException", "Too many requests", FailureKind.RATE_LIMITED),
        (None, "modelStreamErrorException", "The model failed.", FailureKind.OVERLOADED),
        (None, "internalServerException", "", FailureKind.OVERLOADED),
        (None, "validationException", "bad", FailureKind.INVALID_REQUEST),
    ],
)
def test_an_error_means_what_its_code_says(status: int | None, code: str, message: str, kind: FailureKind) -> None:
    """In a header before the answer, in a frame within it."""
    failure = failed(status, code, message)
    assert failure.kind is kind
    assert failure.code == code.lower()


def test_a_message_with_a_capital_is_one() -> None:
    """IAM spells it so."""
    failure = failed(403, "AccessDeniedException", "User is not authorized", member="Message")
    assert failure.message == "User is not authorized"
