"""Literal errors of the makers of models and of their clouds: OpenAI, Anthropic, Google, Bedrock, Vertex.

Rules for editing: one row per documented or recorded error, the body as it was on the wire. What error_bodies.py has
of OpenAI, Anthropic and Google is a row here too.
"""

from collections.abc import Iterable
from typing import Any

from literal import error_bodies
from literal.error_bodies import Case, again, anthropic, google
from literal.error_row import BUCKET, DAY, HOUR, LOGIN, NONE, OFFER, KindError, after, error
from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Scope

OTHERS_WORDS = ("dashscope", "plan share", "codex", "azure", "copilot")  # in that table, but nothing OpenAI says


def rows(kind: str, cases: Iterable[Case]) -> list[KindError]:
    """The rows of the common table that a provider of this kind may send, refusals before a stream."""
    return [
        KindError(kind, case.said, case.status, _text(case.body), case.kind, case.scope, case.retry_after,
                  tuple(case.headers.items()), case.model)
        for case in cases
        if case.status is not None and not case.said.startswith(OTHERS_WORDS)
    ]  # fmt: skip


def _text(body: object) -> object:
    return body.decode() if isinstance(body, bytes) else body


def said(kind: str, message: str = "x", **details: Any) -> dict[str, object]:
    """Anthropic's, with a code in its details."""
    return anthropic(kind, message, **({"details": details} if details else {}))


INVALID = "invalid_request_error"
WALL = "This credential is only authorized for use with Claude Code and cannot be used for other API requests."

OPENAI = [
    KindError("openai", "credits", 429, error("x", "organization_spend_limit_exceeded", "insufficient_quota"),
              K.QUOTA_EXCEEDED, BUCKET),
    KindError("openai", "usage limit", 429, error("x", "organization_usage_limit_exceeded", "insufficient_quota"),
              K.QUOTA_EXCEEDED, BUCKET),
    KindError("openai", "hard limit", 429, error("x", "billing_hard_limit_reached", "insufficient_quota"),
              K.QUOTA_EXCEEDED, BUCKET),
    KindError("openai", "not active", 429, error("x", "billing_not_active", "billing_not_active"), K.QUOTA_EXCEEDED,
              BUCKET),
    KindError("openai", "address", 401, error("Your IP is not authorized", "ip_not_authorized"), K.AUTH_FAILED, LOGIN),
    KindError("openai", "project", 403, error("Your project may not use it"), K.PERMISSION, OFFER, HOUR),
    KindError("openai", "cyber", 400, error("x", "cyber_policy"), K.CONTENT_POLICY, NONE),
    KindError("openai", "window", 400, error("Your input exceeds the context window of this model. Please adjust your "
              "input and try again.", "context_length_exceeded"), K.CONTEXT_LENGTH, NONE, wire="openai.responses"),
    KindError("openai", "value", 400, error("x", "unsupported_value"), K.INVALID_REQUEST, NONE),
    KindError("openai", "picture", 400, error("Invalid 'input[0].content[0].image_url'", "invalid_value"),
              K.INVALID_REQUEST, NONE),
    KindError("openai", "function", 400, error("x", "invalid_function_parameters"), K.INVALID_REQUEST, NONE),
    KindError("openai", "item", 400, error("Item with id 'rs_1' not found."), K.INVALID_REQUEST, NONE),
    KindError("openai", "previous", 400, error("Invalid previous_response_id"), K.INVALID_REQUEST, NONE),
    KindError("openai", "failed while streaming", None, {"type": "response.failed", "response": {"id": "r", "status":
              "failed", "error": {"code": "rate_limit_exceeded", "message": "Rate limit reached for m. Please try "
              "again in 11.054s."}}}, K.RATE_LIMITED, BUCKET, 11.054, wire="openai.responses"),
    KindError("openai", "overloaded while streaming", None, {"type": "response.failed", "response": {"id": "r",
              "status": "failed", "error": {"code": "server_is_overloaded", "message": "x"}}}, K.OVERLOADED, OFFER,
              wire="openai.responses"),
    KindError("openai", "error in a stream", None, error("The server had an error", None, "server_error"),
              K.OVERLOADED, OFFER),
]  # fmt: skip

ANTHROPIC = [
    KindError("anthropic", "workspace limit", 400, said(INVALID, "You have reached your specified workspace API usage "
              "limits. You will regain access on 2026-11-20 at 00:00 UTC."), K.QUOTA_EXCEEDED, BUCKET, 132_800),
    KindError("anthropic", "contract", 429, said("rate_limit_error", error_code="contract_spend_limit_reached"),
              K.QUOTA_EXCEEDED, BUCKET, 8 * DAY),
    KindError("anthropic", "linked spend", 402, said("billing_error",
              error_code="linked_organization_spend_limit_reached"), K.QUOTA_EXCEEDED, BUCKET),
    KindError("anthropic", "linked billing", 402, said("billing_error",
              error_code="linked_organization_billing_unavailable"), K.QUOTA_EXCEEDED, BUCKET),
    KindError("anthropic", "in flight", 402, said("billing_error", "This request would exceed your available credits "
              "given your current in-flight requests"), K.QUOTA_EXCEEDED, BUCKET),
    KindError("anthropic", "ramp", 429, said("rate_limit_error", error_code="ramp_limit_exceeded"), K.RATE_LIMITED,
              BUCKET, 20, after("20")),
    KindError("anthropic", "credits required", 400, said(INVALID, error_code="credits_required"), K.PERMISSION, OFFER,
              HOUR),
    KindError("anthropic", "login not allowed", 403, said("permission_error", "OAuth authentication is currently not "
              "allowed for this organization", error_code="oauth_not_allowed_for_organization"), K.PERMISSION, OFFER,
              HOUR),
    KindError("anthropic", "login not supported", 401, said("authentication_error", "OAuth authentication is currently "
              "not supported."), K.AUTH_FAILED, LOGIN),
    KindError("anthropic", "another program's login", 400, said(INVALID, WALL), K.AUTH_FAILED, LOGIN),
    KindError("anthropic", "another program's login at 403", 403, said("permission_error", WALL), K.AUTH_FAILED,
              LOGIN),
    KindError("anthropic", "client too old", 400, said(INVALID, error_code="claude_code_version_too_old"),
              K.PERMISSION, OFFER, HOUR),
    KindError("anthropic", "key's maker", 400, said(INVALID, error_code="claude_code_key_creator_not_member"),
              K.PERMISSION, OFFER, HOUR),
    KindError("anthropic", "keys of its own", 503, said("api_error", error_code="cmek_key_unavailable"), K.OVERLOADED,
              OFFER),
    KindError("anthropic", "compaction", 529, said("overloaded_error", error_code="compaction_unavailable"),
              K.OVERLOADED, OFFER),
    KindError("anthropic", "late", 408, said("timeout_error"), K.TIMEOUT, OFFER),
    KindError("anthropic", "decoded", 413, said("request_too_large",
              error_code="request_body_too_large_after_decoding"), K.INVALID_REQUEST, NONE),
    KindError("anthropic", "picture", 400, said(INVALID, error_code="image_dimensions_too_large"), K.INVALID_REQUEST,
              NONE),
    KindError("anthropic", "tool name", 400, said(INVALID, error_code="tool_name_conflict"), K.INVALID_REQUEST, NONE),
    KindError("anthropic", "tool reference", 400, said(INVALID, error_code="tool_reference_unresolved"),
              K.INVALID_REQUEST, NONE),
    KindError("anthropic", "grammar", 400, said(INVALID, "The compiled grammar is too large"), K.INVALID_REQUEST,
              NONE),
    KindError("anthropic", "in its stream", None, said("overloaded_error", "Overloaded"), K.OVERLOADED, OFFER),
]  # fmt: skip

WHOEVER = ("chinese", "concurrency", "gateway", "plain", "json in string", "double wrap", "dashscope")


def hosted(said: str, status: int, code: str, means: K, scope: Any, wait: float | None = None) -> KindError:
    """Of a host that speaks as OpenAI does, with a code that several have."""
    return KindError("openai-compatible", said, status, error("x", code), means, scope, wait)


COMPATIBLE = [
    *(KindError("openai-compatible", case.said, case.status, _text(case.body), case.kind, case.scope, case.retry_after,
                tuple(case.headers.items()))
      for case in (*error_bodies.OPENAI, *error_bodies.OTHERS) if case.said.startswith(WHOEVER)),
    hosted("too many", 429, "too_many_requests", K.RATE_LIMITED, BUCKET),
    hosted("throttled", 429, "Throttling.RateQuota", K.RATE_LIMITED, BUCKET),
    hosted("engine", 429, "engine_overloaded", K.OVERLOADED, OFFER),
    hosted("window", 400, "model_context_window_exceeded", K.CONTEXT_LENGTH, NONE),
    hosted("tokens", 400, "token_limit_exceeded", K.CONTEXT_LENGTH, NONE),
    hosted("bio", 400, "bio_policy", K.CONTENT_POLICY, NONE),
    hosted("misaligned", 400, "misalignment_policy_violation", K.CONTENT_POLICY, NONE),
    hosted("refused", 400, "refusal", K.CONTENT_POLICY, NONE),
    hosted("key", 401, "invalid_api_key", K.AUTH_FAILED, LOGIN),
]  # fmt: skip

_PAID = (
    "You exceeded your current quota, please check your plan and billing details. * Quota exceeded for metric: "
    "generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count, limit: 4000000\nPlease retry in "
    "47.434392449s."
)
_MINUTE: dict[str, object] = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [
        {
            "quotaMetric": "generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count",
            "quotaId": "GenerateContentPaidTierInputTokensPerModelPerMinute",
            "quotaDimensions": {"location": "global", "model": "gemini-2.0-flash"},
            "quotaValue": "4000000",
        }
    ],
}
_HELP: dict[str, object] = {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "Learn more"}]}

GOOGLE = [
    KindError("google", "paid minute", 429, google(429, "RESOURCE_EXHAUSTED", _PAID, _HELP, _MINUTE, again("47s")),
              K.RATE_LIMITED, BUCKET, 47),
    KindError("google", "no credentials", 401, google(401, "UNAUTHENTICATED", "Request had invalid authentication "
              "credentials."), K.AUTH_FAILED, LOGIN),
    KindError("google", "a leaked key", 403, google(403, "PERMISSION_DENIED", "Your API key was reported as leaked. "
              "Please use another API key."), K.AUTH_FAILED, LOGIN),
    KindError("google", "service off", 403, google(403, "PERMISSION_DENIED", "The API has not been used in project 1",
              {"reason": "SERVICE_DISABLED"}), K.PERMISSION, OFFER, HOUR),
    KindError("google", "in its stream", None, google(503, "UNAVAILABLE", "Overloaded."), K.OVERLOADED, OFFER),
]  # fmt: skip


def aws(status: int, code: str, message: str, means: K, scope: Any, wait: float | None = None) -> KindError:
    """The code stands in a header."""
    headers = (("x-amzn-errortype", f"{code}:http://internal.amazon.com/coral/"),)
    return KindError("bedrock", f"{code} {message[:30]}", status, {"message": message}, means, scope, wait, headers)


BEDROCK = [
    aws(429, "ThrottlingException", "Too many requests, please wait before trying again.", K.RATE_LIMITED, BUCKET),
    aws(429, "ThrottlingException", "Too many tokens per day, please wait.", K.QUOTA_EXCEEDED, BUCKET),
    aws(400, "ServiceQuotaExceededException", "You have exceeded it.", K.QUOTA_EXCEEDED, BUCKET),
    aws(429, "ModelNotReadyException", "The model is not ready.", K.OVERLOADED, OFFER),
    aws(503, "ServiceUnavailableException", "Bedrock is unable to process your request.", K.OVERLOADED, OFFER),
    aws(500, "InternalServerException", "Oh.", K.OVERLOADED, OFFER),
    aws(424, "ModelErrorException", "The model failed.", K.OVERLOADED, OFFER),
    aws(424, "ModelStreamErrorException", "The model failed.", K.OVERLOADED, OFFER),
    aws(408, "ModelTimeoutException", "It took too long.", K.TIMEOUT, OFFER),
    aws(403, "AccessDeniedException", "You don't have access to the model with the specified model ID.", K.PERMISSION,
        OFFER, HOUR),
    aws(403, "UnrecognizedClientException", "The security token included in the request is invalid.", K.AUTH_FAILED,
        LOGIN),
    aws(403, "ExpiredTokenException", "The security token included in the request is expired", K.AUTH_FAILED, LOGIN),
    aws(403, "InvalidSignatureException", "Signature expired", K.UNAVAILABLE, Scope.ENDPOINT, 60),
    aws(404, "ResourceNotFoundException", "Could not resolve the foundation model.", K.MODEL_NOT_FOUND, OFFER, DAY),
    aws(400, "ValidationException", "The provided model identifier is invalid.", K.MODEL_NOT_FOUND, OFFER, DAY),
    aws(400, "ValidationException", "Invocation of model ID m with on-demand throughput isn't supported. Retry your "
        "request with the ID or ARN of an inference profile that contains this model.", K.MODEL_NOT_FOUND, OFFER, DAY),
    aws(400, "ValidationException", "Input is too long for requested model.", K.CONTEXT_LENGTH, NONE),
    aws(400, "ValidationException", "messages.0: bad", K.INVALID_REQUEST, NONE),
    KindError("bedrock", "throttled in its stream", None, {"throttlingException": "Too many requests"},
              K.RATE_LIMITED, BUCKET),
    KindError("bedrock", "broken in its stream", None, {"modelStreamErrorException": "x"}, K.OVERLOADED, OFFER),
    KindError("bedrock", "fault in its stream", None, {"internalServerException": "x"}, K.OVERLOADED, OFFER),
    KindError("bedrock", "none in its stream", None, {"serviceUnavailableException": "x"}, K.OVERLOADED, OFFER),
    KindError("bedrock", "late in its stream", None, {"modelTimeoutException": "x"}, K.TIMEOUT, OFFER),
    KindError("bedrock", "bad in its stream", None, {"validationException": "bad"}, K.INVALID_REQUEST, NONE),
]  # fmt: skip

VERTEX = [
    KindError("vertex", "shared pool", 429, google(429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again "
              "later."), K.OVERLOADED, OFFER),
    KindError("vertex", "concurrency", 429, google(429, "RESOURCE_EXHAUSTED", "Online prediction concurrent requests "
              "quota exceeded"), K.RATE_LIMITED, BUCKET, 5),
    KindError("vertex", "billing off", 403, google(403, "PERMISSION_DENIED", "This API method requires billing to be "
              "enabled.", {"reason": "BILLING_DISABLED"}), K.QUOTA_EXCEEDED, BUCKET),
    KindError("vertex", "denied", 403, google(403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' "
              "denied"), K.PERMISSION, OFFER, HOUR),
    KindError("vertex", "model", 404, google(404, "NOT_FOUND", "Publisher Model `m` was not found or your project does "
              "not have access to it."), K.MODEL_NOT_FOUND, OFFER, DAY),
    KindError("vertex", "token", 401, google(401, "UNAUTHENTICATED", "Request had invalid authentication "
              "credentials."), K.AUTH_FAILED, LOGIN),
    KindError("vertex", "Claude's own words", 400, anthropic(INVALID, "prompt is too long: 213462 tokens > 200000 "
              "maximum"), K.CONTEXT_LENGTH, NONE, wire="anthropic.messages"),
    KindError("vertex", "Claude overloaded", 529, anthropic("overloaded_error", "Overloaded"), K.OVERLOADED, OFFER,
              wire="anthropic.messages"),
    KindError("vertex", "context", 400, google(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the "
              "maximum number of tokens allowed (1048576)."), K.CONTEXT_LENGTH, NONE),
    KindError("vertex", "none", 503, google(503, "UNAVAILABLE", "The service is currently unavailable."),
              K.OVERLOADED, OFFER),
    KindError("vertex", "late", 504, google(504, "DEADLINE_EXCEEDED", "Deadline expired."), K.TIMEOUT, OFFER),
]  # fmt: skip

MAKERS = [
    *rows("openai", error_bodies.OPENAI),
    *OPENAI,
    *rows("anthropic", error_bodies.ANTHROPIC),
    *ANTHROPIC,
    *rows("google", error_bodies.GOOGLE),
    *GOOGLE,
    *COMPATIBLE,
    *BEDROCK,
    *VERTEX,
]
