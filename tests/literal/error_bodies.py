"""Literal error bodies of providers and what each means: data for test_failure.py.

Rules for editing: one row per documented or recorded error; the body as it was on the wire.
"""

import json
from typing import TypedDict

from msgspec import Struct

from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Scope

DAY = 86_400.0
MODEL = "gpt-5.5"


class Case(Struct, frozen=True):
    """`said`: what identifies the body in a failing test's name."""

    said: str
    status: int | None
    body: object
    kind: K
    scope: Scope
    retry_after: float | None = None
    headers: dict[str, str] = {}
    bucket: str | None = None
    family: str | None = None
    model: str = MODEL
    wire: str = "openai.chat"


def openai(message: str, code: object = None, type: str | None = "invalid_request_error") -> dict[str, object]:
    return {"error": {"message": message, "type": type, "param": None, "code": code}}


def anthropic(type: str, message: str = "x", **more: object) -> dict[str, object]:
    return {"type": "error", "error": {"type": type, "message": message, **more}, "request_id": "req_1"}


def unified(**statuses: str) -> dict[str, str]:
    """Unified headers: window_field="value", with "oi" windows spelled 7d_oi."""
    names = {name.removeprefix("w").replace("__", "-"): value for name, value in statuses.items()}
    return {f"anthropic-ratelimit-unified-{name}": value for name, value in names.items()}


NONE, BUCKET, OFFER, LOGIN = Scope.NONE, Scope.BUCKET, Scope.OFFER, Scope.CREDENTIAL
QUOTA, RATE = K.QUOTA_EXCEEDED, K.RATE_LIMITED


class Pool(TypedDict, total=False):
    bucket: str
    family: str


class Spoken(TypedDict):
    wire: str
    model: str


SPENT: Pool = {"bucket": "account"}
SLOW: Pool = {"bucket": "rate", "family": MODEL}
CLAUDE: Spoken = {"wire": "anthropic.messages", "model": "claude-opus-4-6"}
GROQ = "Rate limit reached for model `x` in organization `org_1` service tier `on_demand` on tokens per {}: Limit 15000"
XAI = "Your team t has either used all available credits or reached its monthly spending limit. Purchase more credits"

OPENAI = [
    Case("quota", 429, openai("You exceeded your current quota, please check your plan and billing details. For more "
         "information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
         "insufficient_quota", "insufficient_quota"), QUOTA, BUCKET, **SPENT),
    Case("credits", 429, openai("x", "credit_balance_exhausted", "insufficient_quota"), QUOTA, BUCKET, **SPENT),
    Case("spend", 429, openai("x", "project_spend_limit_exceeded", "insufficient_quota"), QUOTA, BUCKET, **SPENT),
    Case("tpm", 429, openai("Rate limit reached for gpt-5.5 in organization org-x on tokens per min (TPM): Limit 30000,"
         " Used 28000, Requested 4351. Please try again in 5.289s.", "rate_limit_exceeded", "tokens"),
         RATE, BUCKET, 5.289, **SLOW),
    Case("slow_down 429", 429, {"error": {"type": "rate_limit_error", "code": "slow_down"}}, RATE, BUCKET, **SLOW),
    Case("slow_down 503", 503, openai("x", "slow_down"), K.OVERLOADED, OFFER),
    Case("too large tpm", 429, openai("Request too large for gpt-5.5 in organization org-x on tokens per min (TPM): "
         "Limit 30000, Requested 45000.", "rate_limit_exceeded", "tokens"), K.CONTEXT_LENGTH, NONE),
    Case("engine", 503, openai("The engine is currently overloaded", "server_is_overloaded"), K.OVERLOADED, OFFER),
    Case("server_error", 500, openai("The server had an error", None, "server_error"), K.OVERLOADED, OFFER),
    Case("cloudflare", 522, b"error code: 522", K.OVERLOADED, OFFER),
    Case("key", 401, openai("Incorrect API key provided: sk-ab***cd.", "invalid_api_key"), K.AUTH_FAILED, LOGIN),
    Case("country", 403, openai("Country not supported", "unsupported_country_region_territory"), K.PERMISSION,
         OFFER, 3600),
    Case("model", 404, openai("The model `gpt-x` does not exist or you do not have access to it.", "model_not_found"),
         K.MODEL_NOT_FOUND, OFFER, DAY),
    Case("item", 404, openai("Item with id 'rs_1' not found. Items are not persisted when `store` is set to false."),
         K.INVALID_REQUEST, NONE),
    Case("context", 400, openai("This model's maximum context length is 128000 tokens. However, your messages resulted "
         "in 130012 tokens", "context_length_exceeded"), K.CONTEXT_LENGTH, NONE),
    Case("policy", 400, openai("x", "content_policy_violation"), K.CONTENT_POLICY, NONE),
    Case("invalid_prompt", 400, openai("x", "invalid_prompt"), K.CONTENT_POLICY, NONE),
    Case("parameter", 400, openai("Unsupported parameter: 'max_tokens'", "unsupported_parameter"), K.INVALID_REQUEST,
         NONE),
    Case("echoed prompt", 400, openai("Invalid value 'rate limit 429 too many requests, overloaded, usage limit'"),
         K.INVALID_REQUEST, NONE),
    Case("too long string", 400, openai("maximum context length is 9 tokens", "string_above_max_length"),
         K.INVALID_REQUEST, NONE),
    Case("stream error", None, openai("The server had an error while processing your request", None, "server_error"),
         K.OVERLOADED, OFFER),
    Case("stream rate", None, openai("Rate limit reached", "rate_limit_exceeded", "requests"), RATE, BUCKET, **SLOW),
    Case("stream quota", None, openai("x", "insufficient_quota"), QUOTA, BUCKET, **SPENT),
    Case("stream bad request", None, openai("bad"), K.INVALID_REQUEST, NONE),
    Case("dashscope throttle", 429, openai("You exceeded your current quota. See https://h/error-code#token-limit",
         "insufficient_quota"), RATE, BUCKET, **SLOW),
    Case("plan share", 429, openai("x", "subscription_sharing_usage_limit_exceeded"), QUOTA, BUCKET, **SPENT),
    Case("codex", 429, {"error": {"type": "usage_limit_reached", "message": "The usage limit has been reached",
         "resets_at": 1795003600}}, QUOTA, BUCKET, 3600, **SPENT),
    Case("codex plan", 429, {"error": {"type": "usage_not_included"}}, K.PERMISSION, OFFER, 3600),
    Case("azure wait", 429, openai("Please retry after 37 seconds.", "429"), RATE, BUCKET, 37, **SLOW),
    Case("azure day", 429, openai("x", "429"), QUOTA, BUCKET, DAY, {"retry-after": "86400"}, "account", MODEL),
    Case("azure filter", 400, {"error": {"code": "content_filter", "innererror": {}, "message": "content management "
         "policy"}}, K.CONTENT_POLICY, NONE),
    Case("copilot 402", 402, {"error": {"message": "You have no quota", "code": "quota_exceeded"}}, QUOTA, BUCKET,
         **SPENT),
    Case("copilot 5 h", 429, {"error": {"message": "Sorry, you've exceeded your 5 hour session limits. Please retry "
         "after 2733 seconds.", "code": "user_global_rate_limited:pro"}}, QUOTA, BUCKET, 2733, **SPENT),
    Case("copilot model", 429, {"code": "user_model_rate_limited:x", "message": "slow"}, RATE, BUCKET, **SLOW),
    Case("copilot blocked", 429, anthropic("rate_limit_error", code="extension_blocked"), K.PERMISSION, OFFER, 3600),
]  # fmt: skip

OTHERS = [
    Case("openrouter 402", 402, {"error": {"code": 402, "message": "Insufficient credits. Add more using "
         "https://openrouter.ai/settings/credits"}, "user_id": "u"}, QUOTA, BUCKET, **SPENT),
    Case("openrouter in flight", 402, {"error": {"code": 402, "message": "x", "metadata": {"limit_source":
         "openrouter_in_flight_budget"}}}, RATE, BUCKET, 3, {"retry-after": "3"}, **SLOW),
    Case("openrouter budget", 403, {"error": {"code": 403, "message": "x", "metadata": {"limit_source":
         "openrouter_key_limit", "resets_at": "2026-11-18T12:06:40Z"}}}, QUOTA, BUCKET, 3600, **SPENT),
    Case("openrouter free day", 429, {"error": {"code": 429, "message": "Rate limit exceeded: free-models-per-day",
         "metadata": {"headers": {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0",
         "X-RateLimit-Reset": "1795007200000"}}}}, QUOTA, BUCKET, 7200, {}, "account", "*:free", "a/b:free"),
    Case("openrouter stream", None, {"id": "x", "error": {"code": 502, "message": "Provider disconnected"}},
         K.OVERLOADED, OFFER),
    Case("openrouter id", 400, {"error": {"code": 400, "message": "x/y is not a valid model ID"}}, K.MODEL_NOT_FOUND,
         OFFER, DAY),
    Case("mistral rate", 429, {"object": "error", "message": "Requests rate limit exceeded", "type": "rate_limited",
         "param": None, "code": "1300"}, RATE, BUCKET, **SLOW),
    Case("mistral capacity", 429, {"object": "error", "message": "Service tier capacity exceeded for this model.",
         "type": "service_tier_capacity_exceeded", "code": 3505}, K.OVERLOADED, OFFER),
    Case("mistral 422", 422, {"detail": [{"loc": ["body", "messages"], "msg": "field required", "type": "missing"}]},
         K.INVALID_REQUEST, NONE),
    Case("deepseek balance", 402, openai("Insufficient Balance", "invalid_request_error", "unknown_error"), QUOTA,
         BUCKET, **SPENT),
    Case("deepseek key", 401, openai("Authentication Fails, Your api key: ****abcd is invalid", "invalid_request_error",
         "authentication_error"), K.AUTH_FAILED, LOGIN),
    Case("groq minute", 429, openai(GROQ.format("minute (TPM)") + ", Used 11972. Please try again in 5.289s",
         "rate_limit_exceeded", "tokens"), RATE, BUCKET, 5.289, **SLOW),
    Case("groq day", 429, openai(GROQ.format("day (TPD)") + ". Please try again in 12s", "rate_limit_exceeded",
         "tokens"), QUOTA, BUCKET, 12, {}, "account", MODEL),
    Case("groq long", 429, openai("Rate limit reached. Please try again in 7m12s", "rate_limit_exceeded"), QUOTA,
         BUCKET, 432, {}, "account", MODEL),
    Case("groq flex", 498, openai("x", "capacity_exceeded"), K.OVERLOADED, OFFER),
    Case("groq 413", 413, openai("Request too large for model `x` in organization `org_1` service tier `on_demand` on "
         "tokens per minute (TPM): Limit 6000, Requested 9000", "rate_limit_exceeded", "tokens"), K.CONTEXT_LENGTH,
         NONE),
    Case("groq context", 400, openai("Please reduce the length of the messages or completion."), K.CONTEXT_LENGTH,
         NONE),
    Case("groq tool", 400, {"error": {"message": "Failed to call a function", "code": "tool_use_failed",
         "failed_generation": "x"}}, K.INVALID_REQUEST, NONE),
    Case("xai key", 400, {"code": "Client specified an invalid argument", "error": "Incorrect API key provided: xa**1"},
         K.AUTH_FAILED, LOGIN),
    Case("xai credits 403", 403, {"code": "The caller does not have permission", "error": XAI}, QUOTA, BUCKET,
         **SPENT),
    Case("xai credits 429", 429, {"code": "Some resource has been exhausted", "error": XAI}, QUOTA, BUCKET, **SPENT),
    Case("xai new team", 403, {"code": "x", "error": "Your newly created team doesn't have any credits or licenses "
         "yet"}, QUOTA, BUCKET, **SPENT),
    Case("xai personal", 403, {"code": "personal-team-blocked:spending-limit", "error": "You have run out of credits "
         "or need a Grok subscription"}, QUOTA, BUCKET, **SPENT),
    Case("xai context", 400, {"code": "x", "error": "This model's maximum prompt length is 131072 but the request "
         "contains 200000 tokens."}, K.CONTEXT_LENGTH, NONE),
    Case("together context", 403, {"error": {"message": "The input tokens + max_new_tokens must be <= 8193"}},
         K.CONTEXT_LENGTH, NONE),
    Case("ollama model", 404, {"error": "model 'x' not found"}, K.MODEL_NOT_FOUND, OFFER, DAY),
    Case("ollama login", 401, {"error": "unauthorized", "signin_url": "https://x"}, K.AUTH_FAILED, LOGIN),
    Case("ollama busy", 503, {"error": "server busy, please try again. maximum pending requests exceeded"},
         K.OVERLOADED, OFFER),
    Case("lm studio", 400, "The number of tokens to keep from the initial prompt is greater than the context length",
         K.CONTEXT_LENGTH, NONE),
    Case("llama loading", 503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}},
         K.OVERLOADED, OFFER),
    Case("llama context", 400, {"error": {"code": 400, "message": "the request exceeds the available context size, try "
         "increasing it", "type": "exceed_context_size_error", "n_ctx": 1}}, K.CONTEXT_LENGTH, NONE),
    Case("vllm context", 400, {"object": "error", "message": "This model's maximum context length is 8192 tokens. "
         "However, you requested 9000", "type": "BadRequestError", "param": None, "code": 400}, K.CONTEXT_LENGTH,
         NONE),
    Case("vllm model", 404, {"error": {"message": "The model `x` does not exist.", "code": 404}}, K.MODEL_NOT_FOUND,
         OFFER, DAY),
    Case("gemini list", 429, [{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "x", "details":
         [{"retryDelay": "45.8s"}]}}], RATE, BUCKET, 45.8, **SLOW),
    Case("gemini key", 400, [{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.",
         "status": "INVALID_ARGUMENT", "details": [{"reason": "API_KEY_INVALID"}]}}], K.AUTH_FAILED, LOGIN),
    Case("json in string", 429, {"error": {"message": json.dumps({"error": {"code": "insufficient_quota", "message":
         "gone"}})}}, QUOTA, BUCKET, **SPENT),
    Case("double wrap", 404, {"error": {"error": {"code": "DeploymentNotFound", "message": "no"}}}, K.MODEL_NOT_FOUND,
         OFFER, DAY),
    Case("chinese quota", 429, openai("账户余额不足"), QUOTA, BUCKET, **SPENT),
    Case("chinese rate", 429, openai("请求频率超过上限额度"), RATE, BUCKET, **SLOW),
    Case("concurrency", 429, openai("Too many concurrent requests"), RATE, BUCKET, 5, **SLOW),
    Case("gateway 502", 502, "<html><head><title>502 Bad Gateway</title></head></html>", K.OVERLOADED, OFFER),
    Case("gateway 404", 404, "<!DOCTYPE html><p>no</p>", K.MODEL_NOT_FOUND, OFFER, DAY),
    Case("portal", 200, "<html>Welcome to the hotel, please log in</html>", K.PROTOCOL, OFFER),
    Case("redirect", 302, b"", K.PROTOCOL, OFFER),
    Case("plain 429", 429, b"", RATE, BUCKET, 30, {"retry-after": "30"}, **SLOW),
    Case("plain 408", 408, b"", K.TIMEOUT, OFFER),
    Case("plain 504", 504, b"", K.TIMEOUT, OFFER),
    Case("plain 403", 403, b"", K.PERMISSION, OFFER, 3600),
    Case("plain 418", 418, b"", K.INVALID_REQUEST, NONE),
    Case("plain 529", 529, b"", K.OVERLOADED, OFFER, 300, {"retry-after": "4000"}),
]  # fmt: skip

ANTHROPIC = [
    Case("balance", 400, anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic "
         "API. Please go to Plans & Billing to upgrade or purchase credits."), QUOTA, BUCKET, **SPENT, **CLAUDE),
    Case("own limit", 400, anthropic("invalid_request_error", "You have reached your specified API usage limits. You "
         "will regain access on 2026-11-20 at 00:00 UTC."), QUOTA, BUCKET, 132_800, **SPENT, **CLAUDE),
    Case("spend", 429, anthropic("rate_limit_error", details={"error_code": "enforced_spend_limit_reached"}), QUOTA,
         BUCKET, 8 * DAY, **SPENT, **CLAUDE),
    Case("billing", 402, anthropic("billing_error"), QUOTA, BUCKET, **SPENT, **CLAUDE),
    Case("rate", 429, anthropic("rate_limit_error", "This request would exceed your organization's rate limit of 50 "
         "requests per minute"), RATE, BUCKET, 12, {"retry-after": "12"}, "rate", "claude-opus-4-6", **CLAUDE),
    Case("overloaded", 529, anthropic("overloaded_error", "Overloaded"), K.OVERLOADED, OFFER, **CLAUDE),
    Case("overloaded in stream", None, anthropic("overloaded_error", "Overloaded"), K.OVERLOADED, OFFER, **CLAUDE),
    Case("rate in stream", None, anthropic("rate_limit_error"), RATE, BUCKET, bucket="rate",
         family="claude-opus-4-6", **CLAUDE),
    Case("api_error", 500, anthropic("api_error", "Internal server error"), K.OVERLOADED, OFFER, **CLAUDE),
    Case("timeout", 504, anthropic("timeout_error"), K.TIMEOUT, OFFER, **CLAUDE),
    Case("body timeout", 400, anthropic("invalid_request_error", details={"error_code": "request_body_timeout"}),
         K.TIMEOUT, OFFER, **CLAUDE),
    Case("key", 401, anthropic("authentication_error", "invalid x-api-key"), K.AUTH_FAILED, LOGIN, **CLAUDE),
    Case("permission", 403, anthropic("permission_error"), K.PERMISSION, OFFER, 3600, **CLAUDE),
    Case("hold", 400, anthropic("invalid_request_error", details={"error_code": "organization_on_hold"}), K.PERMISSION,
         OFFER, 3600, **CLAUDE),
    Case("model", 404, anthropic("not_found_error", "model: claude-xyz"), K.MODEL_NOT_FOUND, OFFER, DAY, **CLAUDE),
    Case("context", 400, anthropic("invalid_request_error", "prompt is too long: 213462 tokens > 200000 maximum"),
         K.CONTEXT_LENGTH, NONE, **CLAUDE),
    Case("context and output", 400, anthropic("invalid_request_error", "input length and `max_tokens` exceed context "
         "limit: 195000 + 8192 > 200000, decrease input length or `max_tokens` and try again"), K.CONTEXT_LENGTH,
         NONE, **CLAUDE),
    Case("payload", 413, anthropic("request_too_large", "Request exceeds the maximum size"), K.INVALID_REQUEST, NONE,
         **CLAUDE),
    Case("filter", 400, anthropic("invalid_request_error", "Output blocked by content filtering policy"),
         K.CONTENT_POLICY, NONE, **CLAUDE),
    Case("signature", 400, anthropic("invalid_request_error", "Invalid `signature` in `thinking` block"),
         K.INVALID_REQUEST, NONE, **CLAUDE),
    Case("fast mode", 429, anthropic("rate_limit_error", "Fast mode is not enabled for your account"),
         K.INVALID_REQUEST, NONE, **CLAUDE),
    Case("5h spent", 429, anthropic("rate_limit_error"), QUOTA, BUCKET, 3600, unified(status="rejected",
         w5h__status="rejected", w5h__reset="1795003600", w7d__status="allowed", w7d__reset="1795500000")
         | {"retry-after": "10"}, "5h", None, **CLAUDE),
    Case("both spent", 429, anthropic("rate_limit_error"), QUOTA, BUCKET, DAY, unified(w5h__status="rejected",
         w5h__reset="1795003600", w7d__status="rejected", w7d__reset="1795086400"), "7d", None, **CLAUDE),
    Case("one line spent", 429, anthropic("rate_limit_error"), QUOTA, BUCKET, DAY, unified(status="rejected",
         w5h__status="allowed", w7d__status="allowed", w7d_oi__status="rejected", w7d_oi__reset="1795086400"),
         "7d_oi", "*fable*", wire="anthropic.messages", model="claude-fable-5"),
    Case("claim only", 429, anthropic("rate_limit_error"), QUOTA, BUCKET, 3600, unified(status="rejected",
         reset="1795003600") | {"anthropic-ratelimit-unified-representative-claim": "seven_day_opus"},
         "7d_opus", "*opus*", **CLAUDE),
    Case("another line spent too", 429, anthropic("rate_limit_error"), QUOTA, BUCKET, 3600, unified(status="rejected",
         w7d_sonnet__status="rejected", w7d_sonnet__reset="1795003600", w7d_opus__status="rejected",
         w7d_opus__reset="1795003600"), "7d_opus", "*opus*", **CLAUDE),
    Case("verdict only", 429, anthropic("rate_limit_error"), QUOTA, BUCKET, 3600, unified(status="rejected",
         reset="1795003600"), "account", None, **CLAUDE),
    Case("windows fine", 429, anthropic("rate_limit_error"), RATE, BUCKET, 7, unified(status="allowed_warning",
         w5h__status="allowed_warning", w5h__reset="1795003600", overage__status="rejected") | {"retry-after": "7"},
         "rate", "claude-opus-4-6", **CLAUDE),
]  # fmt: skip


def google(code: int, word: str, message: str, *details: dict[str, object]) -> dict[str, object]:
    return {"error": {"code": code, "message": message, "status": word, "details": list(details)}}


GEMINI: Spoken = {"wire": "google.generate", "model": "gemini-3-pro"}
OVER = (
    "You exceeded your current quota, please check your plan and billing details. * Quota exceeded for metric: "
    "generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: {}\nPlease retry in {}."
)
A_DAY: dict[str, object] = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}


def again(delay: str) -> dict[str, object]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


GOOGLE = [
    Case("a minute", 429, google(429, "RESOURCE_EXHAUSTED", OVER.format(20, "47.434392449s"), again("47.4s")), RATE,
         BUCKET, 47.4, bucket="rate", family="gemini-3-pro", **GEMINI),
    Case("a minute in prose", 429, google(429, "RESOURCE_EXHAUSTED", OVER.format(20, "47.5s")), RATE, BUCKET, 47.5,
         bucket="rate", family="gemini-3-pro", **GEMINI),
    Case("called a day", 429, google(429, "RESOURCE_EXHAUSTED", OVER.format(20, "36s"), A_DAY, again("36s")), RATE,
         BUCKET, 36, bucket="rate", family="gemini-3-pro", **GEMINI),
    Case("a day", 429, google(429, "RESOURCE_EXHAUSTED", OVER.format(20, "10h17m5s"), A_DAY, again("37025s")), QUOTA,
         BUCKET, 37_025, bucket="account", family="gemini-3-pro", **GEMINI),
    Case("none at this tier", 429, google(429, "RESOURCE_EXHAUSTED", OVER.format(0, "47.5s"), again("47.5s")), QUOTA,
         BUCKET, 47.5, bucket="account", family="gemini-3-pro", **GEMINI),
    Case("prepaid", 402, google(402, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."), QUOTA, BUCKET,
         bucket="account", **GEMINI),
    Case("overloaded", 503, google(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
         K.OVERLOADED, OFFER, **GEMINI),
    Case("overloaded late", None, google(503, "UNAVAILABLE", "Overloaded."), K.OVERLOADED, OFFER, **GEMINI),
    Case("internal", 500, google(500, "INTERNAL", "An internal error has occurred."), K.OVERLOADED, OFFER, **GEMINI),
    Case("too late", 504, google(504, "DEADLINE_EXCEEDED", "Deadline expired."), K.TIMEOUT, OFFER, **GEMINI),
    Case("given up", 499, google(499, "CANCELLED", "The operation was cancelled."), K.TIMEOUT, OFFER, **GEMINI),
    Case("key", 400, google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
         {"reason": "API_KEY_INVALID"}), K.AUTH_FAILED, LOGIN, **GEMINI),
    Case("place", 400, google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
         K.PERMISSION, OFFER, 3600, **GEMINI),
    Case("suspended", 403, google(403, "PERMISSION_DENIED", "Consumer has been suspended.",
         {"reason": "CONSUMER_SUSPENDED"}), K.PERMISSION, OFFER, 3600, **GEMINI),
    Case("model", 404, google(404, "NOT_FOUND", "models/x is not found for API version v1beta, or is not supported "
         "for generateContent."), K.MODEL_NOT_FOUND, OFFER, DAY, **GEMINI),
    Case("context", 400, google(400, "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number "
         "of tokens allowed (1048576)."), K.CONTEXT_LENGTH, NONE, **GEMINI),
    Case("signature", 400, google(400, "INVALID_ARGUMENT", "Function call is missing a thought_signature."),
         K.INVALID_REQUEST, NONE, **GEMINI),
]  # fmt: skip
