"""Literal errors of plans: GitHub Copilot, ChatGPT, Claude Code. Data for the kinds' contract.

Rules for editing: one row per documented or recorded error, the body as it was on the wire; of Claude Code, the lines
it prints.
"""

from typing import Any

from msgspec import Struct

from literal.error_row import BUCKET, DAY, HOUR, LOGIN, NONE, OFFER, KindError, after, error
from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Scope
from switchgeard.demo import claude

GLOBAL = ("x-ratelimit-exceeded", "global-chat:global-usage-5-hour-key:userID:COPILOT_PLAN_INDIVIDUAL")


def pilot(code: str, message: str = "x") -> dict[str, object]:
    return {"error": {"message": message, "code": code}}


def copilot(said: str, status: int | None, body: object, means: K, scope: Scope, *more: Any) -> KindError:
    return KindError("github-copilot", said, status, body, means, scope, *more)


COPILOT = [
    copilot("no quota", 402, pilot("quota_exceeded", "You have no quota"), K.QUOTA_EXCEEDED, BUCKET),
    copilot("month", 402, pilot("quota_exceeded", "You have exceeded your monthly quota"), K.QUOTA_EXCEEDED, BUCKET),
    copilot("free", 402, pilot("free_quota_exceeded"), K.QUOTA_EXCEEDED, BUCKET),
    copilot("overage", 402, pilot("overage_limit_reached"), K.QUOTA_EXCEEDED, BUCKET),
    copilot("no billing", 402, pilot("billing_not_configured"), K.QUOTA_EXCEEDED, BUCKET),
    copilot("session", 429, pilot("user_global_rate_limited:pro", "Sorry, you've exceeded your 5 hour session limits. "
            "Please retry after 2733 seconds."), K.QUOTA_EXCEEDED, BUCKET, 2733),
    copilot("session in text", 429, "Sorry, you've exceeded your 5 hour session limits. Please retry after 2733 "
            "seconds.", K.QUOTA_EXCEEDED, BUCKET, 2733),
    copilot("week", 429, pilot("user_weekly_rate_limited", "Sorry, you've exceeded your weekly rate limit."),
            K.QUOTA_EXCEEDED, BUCKET, 172_800, after("172800")),
    copilot("session by its header alone", 429, pilot("rate_limited", "Sorry, you have been rate-limited."),
            K.QUOTA_EXCEEDED, BUCKET, 120, (GLOBAL, *after("120"))),
    copilot("model", 429, {"code": "user_model_rate_limited", "message": "slower"}, K.RATE_LIMITED, BUCKET, 20,
            after("20")),
    copilot("model of a plan", 429, pilot("user_model_rate_limited:pro"), K.RATE_LIMITED, BUCKET),
    copilot("rate", 429, pilot("rate_limited"), K.RATE_LIMITED, BUCKET, 9, (("x-ratelimit-user-retry-after", "9"),)),
    copilot("agent mode", 429, pilot("agent_mode_limit_exceeded"), K.RATE_LIMITED, BUCKET),
    copilot("integration", 429, pilot("integration_rate_limited", "busy"), K.OVERLOADED, OFFER),
    copilot("model full", 429, pilot("model_overloaded"), K.OVERLOADED, OFFER),
    copilot("upstream", 503, pilot("upstream_provider_rate_limit"), K.OVERLOADED, OFFER),
    copilot("extension", 429, {"type": "error", "error": {"type": "rate_limit_error", "code": "extension_blocked"}},
            K.PERMISSION, OFFER, HOUR),
    copilot("token", 401, {"error": {"message": "IDE token expired: unauthorized: token expired"}}, K.AUTH_FAILED,
            LOGIN),
    copilot("agents", 401, {"authorize_url": "https://github.com/login/oauth/authorize?x", "message": "x"},
            K.PERMISSION, OFFER, HOUR),
    copilot("forbidden", 403, "access to this endpoint is forbidden. Please review our terms of service.",
            K.PERMISSION, OFFER, HOUR),
    copilot("not supported", 400, pilot("model_not_supported", "The requested model is not supported."), K.PERMISSION,
            OFFER, HOUR),
    copilot("integration id", 400, "bad request: unknown Copilot-Integration-Id", K.PERMISSION, OFFER, HOUR),
    copilot("client", 466, "client not supported", K.PERMISSION, OFFER, HOUR),
    copilot("another plan's address", 421, "Misdirected Request\n", K.PERMISSION, OFFER, HOUR),
    copilot("no such model", 404, pilot("not_found", "no such model"), K.MODEL_NOT_FOUND, OFFER, DAY),
    copilot("too long", 400, pilot("model_max_prompt_tokens_exceeded", "prompt token count of 205000 exceeds the limit "
            "of 168000"), K.CONTEXT_LENGTH, NONE),
    copilot("filtered", 422, {"error": {"message": "filtered"}}, K.CONTENT_POLICY, NONE),
    copilot("content filter", 400, pilot("content_filter"), K.CONTENT_POLICY, NONE),
    copilot("off topic", 400, "off_topic", K.CONTENT_POLICY, NONE),
    copilot("dependency", 424, "failed dependency", K.OVERLOADED, OFFER),
    copilot("cancelled", 499, "cancelled", K.OVERLOADED, OFFER),
    copilot("too large", 413, pilot("request_too_large", "too large"), K.INVALID_REQUEST, NONE),
    KindError("github-copilot", "session in a stream", None, {"type": "error", "error": {"code":
              "user_global_rate_limited:enterprise", "message": "x"}, "copilot_quota_snapshots": {}},
              K.QUOTA_EXCEEDED, BUCKET, wire="openai.responses"),
]  # fmt: skip


def failed(code: str, message: str = "x") -> dict[str, object]:
    response = {"id": "r", "status": "failed", "error": {"code": code, "message": message}}
    return {"type": "response.failed", "response": response}


def plan(said: str, status: int | None, body: object, means: K, scope: Scope, *more: Any) -> KindError:
    return KindError("chatgpt", said, status, body, means, scope, *more)


SPENT = "subscription_sharing_usage_limit_exceeded"
NO_CAPABILITY = "subscription_sharing_unsupported_capability"

CHATGPT = [
    plan("spent", 429, error("x", SPENT, "request_error"), K.QUOTA_EXCEEDED, BUCKET),
    plan("spent while streaming", None, failed(SPENT), K.QUOTA_EXCEEDED, BUCKET),
    plan("unavailable", 503, error("x", "subscription_sharing_usage_unavailable"), K.OVERLOADED, OFFER),
    plan("user unavailable", 503, error("x", "subscription_sharing_user_unavailable"), K.OVERLOADED, OFFER),
    plan("not eligible", 403, error("x", "subscription_sharing_user_not_eligible"), K.PERMISSION, OFFER, HOUR),
    plan("capability", 400, {"error": {"code": NO_CAPABILITY, "message": "x", "param": "tools"}}, K.INVALID_REQUEST,
         NONE),
    plan("no user", 401, error("x", "subscription_sharing_invalid_user"), K.AUTH_FAILED, LOGIN),
    plan("scope", 403, error("x", "chatpass_v2_scope_not_authorized"), K.AUTH_FAILED, LOGIN),
    plan("context of it", 401, error("x", "chatpass_v2_invalid_authorization_context"), K.AUTH_FAILED, LOGIN),
    plan("token", 401, {"detail": {"error_code": "invalid_token"}}, K.AUTH_FAILED, LOGIN),
    plan("token ended", 401, {"detail": {"error_code": "token_expired"}}, K.AUTH_FAILED, LOGIN),
    plan("field", 400, {"detail": "Unsupported parameter: max_output_tokens"}, K.INVALID_REQUEST, NONE),
    plan("rate", 429, error("x", "rate_limit_exceeded"), K.RATE_LIMITED, BUCKET, 12, after("12")),
    plan("usage limit", 429, {"error": {"type": "usage_limit_reached", "message": "The usage limit has been reached",
         "plan_type": "plus", "resets_at": 1_795_013_872, "resets_in_seconds": 13_872, "eligible_promo": None}},
         K.QUOTA_EXCEEDED, BUCKET, 13_872),
    plan("not included", 429, {"error": {"type": "usage_not_included", "message": "x", "plan_type": "free"}},
         K.PERMISSION, OFFER, HOUR),
    plan("model", 400, {"detail": "The 'gpt-x' model is not supported when using Codex with a ChatGPT account."},
         K.PERMISSION, OFFER, HOUR),
    plan("region", 401, {"detail": "Workspace is not authorized in this region."}, K.PERMISSION, OFFER, HOUR),
    plan("workspace", 402, {"detail": {"code": "deactivated_workspace"}}, K.QUOTA_EXCEEDED, BUCKET),
    plan("context", None, failed("context_length_exceeded", "Your input exceeds the context window of this model."),
         K.CONTEXT_LENGTH, NONE),
    plan("cyber", None, failed("cyber_policy"), K.CONTENT_POLICY, NONE),
    plan("overloaded", None, failed("server_is_overloaded"), K.OVERLOADED, OFFER),
    plan("quota", None, failed("insufficient_quota"), K.QUOTA_EXCEEDED, BUCKET),
]  # fmt: skip

PLANS = [*COPILOT, *CHATGPT]


class Printed(Struct, frozen=True):
    """What Claude Code prints in place of an answer, and what it means. `spent`: its 5-hour window is."""

    said: str
    steps: list[dict[str, Any]]
    means: K
    scope: Scope
    spent: bool = False

    def __str__(self) -> str:
        return self.said.replace(" ", "-")


def told(error: str, text: str, status: int | None = None, **more: Any) -> list[dict[str, Any]]:
    return claude.refused(error, text, **({"api_error_status": status} if status else {}), **more)


RETRY = claude.say("system", subtype="api_retry", attempt=1, max_retries=1, retry_delay_ms=500, error_status=529,
                   error="overloaded")  # fmt: skip
LIMIT = "You've hit your 5-hour limit · resets 3:50am (UTC)"

CLAUDE = [
    Printed("rate limit of a key", told("rate_limit", "Rate limited", 429, api_error_type="rate_limit_error"),
            K.RATE_LIMITED, BUCKET),
    Printed("spent window", told("rate_limit", LIMIT, 429, api_error="usage_limit_reached"), K.QUOTA_EXCEEDED, BUCKET,
            spent=True),
    Printed("overloaded", [RETRY, *told("server_error", "Overloaded", 529)], K.OVERLOADED, OFFER),
    Printed("credential", told("authentication_failed", "Invalid bearer token", 401), K.AUTH_FAILED, LOGIN),
    Printed("balance", told("billing_error", "Credit balance is too low", 400), K.QUOTA_EXCEEDED, BUCKET),
    Printed("bad request", told("invalid_request", "messages.0: bad", 400), K.INVALID_REQUEST, NONE),
    Printed("too long", told("invalid_request", "Prompt is too long: 213462 tokens > 200000 maximum", 400),
            K.CONTEXT_LENGTH, NONE),
    Printed("unknown", told("unknown", "Something went wrong"), K.OVERLOADED, OFFER),
    Printed("no login", [{"complain": "Please run /login"}, {"exit": 1}], K.AUTH_FAILED, LOGIN),
    Printed("half an answer", [*claude.begun(), {"exit": 1}], K.PROTOCOL, OFFER),
]  # fmt: skip
