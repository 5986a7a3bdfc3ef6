"""Literal errors of single kinds and what each means there: data for the kinds' contract.

Rules for editing: one row per documented or recorded error of that kind, the body as it was on the wire. Errors that
several kinds share in the same words are in error_bodies.py.
"""

import json

from msgspec import Struct

from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Scope

NONE, BUCKET, OFFER, LOGIN = Scope.NONE, Scope.BUCKET, Scope.OFFER, Scope.CREDENTIAL
HOUR, DAY = 3600.0, 86_400.0


class KindError(Struct, frozen=True):
    """`retry_after`: seconds; None when neither the provider nor a default says."""

    kind: str
    said: str
    status: int
    body: object
    means: K
    scope: Scope
    retry_after: float | None = None
    headers: tuple[tuple[str, str], ...] = ()
    model: str = "m"

    @property
    def bytes(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()

    def __str__(self) -> str:
        return f"{self.kind}-{self.said.replace(' ', '-')}"


def after(seconds: str) -> tuple[tuple[str, str], ...]:
    return (("retry-after", seconds),)


def error(message: str, code: object = None, type: str | None = "invalid_request_error") -> dict[str, object]:
    return {"error": {"message": message, "type": type, "param": None, "code": code}}


def router(code: int, message: str, **metadata: object) -> dict[str, object]:
    return {"error": {"code": code, "message": message, "metadata": metadata}, "user_id": "user_1"}


def mistral(message: str, type: str, code: object = None) -> dict[str, object]:
    return {"object": "error", "message": message, "type": type, "param": None, "code": code}


AZURE = (
    "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token "
    "rate limit of your current OpenAI S0 pricing tier. Please retry after {} seconds. Please go here: "
    "https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit."
)
GROQ = (
    "Rate limit reached for model `m` in organization `org_1` service tier `on_demand` on tokens per {}: Limit 15000, "
    "Used 11972, Requested 4351. Please try again in {}. Need more tokens? Upgrade to Dev Tier today"
)
XAI = (
    "Your team 1f has either used all available credits or reached its monthly spending limit. To continue making API "
    "requests, please purchase more credits or raise your spending limit."
)
FREE = {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0"}

ERRORS = [
    KindError("openrouter", "no credits", 402, router(402, "Insufficient credits. Add more using "
              "https://openrouter.ai/settings/credits"), K.QUOTA_EXCEEDED, BUCKET),
    KindError("openrouter", "budget in flight", 402, router(402, "x", error_type="payment_required",
              limit_source="openrouter_in_flight_budget"), K.RATE_LIMITED, BUCKET, 60, after("60")),
    KindError("openrouter", "key limit", 403, router(403, "Key limit exceeded", limit_source="openrouter_key_limit",
              limit_usd=5, spend_usd=5), K.QUOTA_EXCEEDED, BUCKET),
    KindError("openrouter", "flagged", 403, router(403, "m requires moderation on Anthropic. Your input was flagged "
              'for "violence". No credits were charged.', reasons=["violence"], flagged_input="...",
              provider_name="Anthropic"), K.CONTENT_POLICY, NONE),
    KindError("openrouter", "free day", 429, router(429, "Rate limit exceeded: free-models-per-day. Add 10 credits to "
              "unlock 1000 free model requests per day", headers=FREE), K.QUOTA_EXCEEDED, BUCKET, model="m:free"),
    KindError("openrouter", "upstream slow", 429, router(429, "Provider returned error", provider_name="Chutes",
              raw='{"detail":"rate limited"}'), K.RATE_LIMITED, BUCKET),
    KindError("openrouter", "key", 401, router(401, "No auth credentials found"), K.AUTH_FAILED, LOGIN),
    KindError("openrouter", "no such model", 404, router(404, "No endpoints found for m."), K.MODEL_NOT_FOUND, OFFER,
              DAY),
    KindError("openrouter", "privacy", 404, router(404, "No endpoints found matching your data policy (Free model "
              "publication). Configure: https://openrouter.ai/settings/privacy"), K.PERMISSION, OFFER, HOUR),
    KindError("openrouter", "no tools", 404, router(404, "No endpoints found that support tool use."), K.PERMISSION,
              OFFER, HOUR),
    KindError("openrouter", "context", 400, router(400, "This endpoint's maximum context length is 131072 tokens. "
              "However, you requested about 200000 tokens"), K.CONTEXT_LENGTH, NONE),
    KindError("openrouter", "none routes", 503, router(503, "No allowed providers are available"), K.OVERLOADED, OFFER),
    KindError("azure-openai", "a window", 429, error(AZURE.format(37), "429", None), K.RATE_LIMITED, BUCKET, 37),
    KindError("azure-openai", "a day", 429, error(AZURE.format(86400), "429", None), K.QUOTA_EXCEEDED, BUCKET, DAY),
    KindError("azure-openai", "busy", 429, error("System is experiencing high demand. Please try again later.", "429",
              None), K.OVERLOADED, OFFER),
    KindError("azure-openai", "key", 401, {"error": {"code": "401", "message": "Access denied due to invalid "
              "subscription key or wrong API endpoint. Make sure to provide a valid key"}}, K.AUTH_FAILED, LOGIN),
    KindError("azure-openai", "deployment", 404, {"error": {"code": "DeploymentNotFound", "message": "The API "
              "deployment for this resource does not exist."}}, K.MODEL_NOT_FOUND, OFFER, DAY),
    KindError("azure-openai", "filter", 400, {"error": {"message": "The response was filtered due to the prompt "
              "triggering Azure OpenAI's content management policy.", "type": None, "param": "prompt", "code":
              "content_filter", "status": 400, "innererror": {"code": "ResponsibleAIPolicyViolation"}}},
              K.CONTENT_POLICY, NONE),
    KindError("azure-openai", "network", 403, {"error": {"code": "403", "message": "Access denied due to Virtual "
              "Network/Firewall rules."}}, K.PERMISSION, OFFER, HOUR),
    KindError("mistral", "rate", 429, mistral("Requests rate limit exceeded", "rate_limited", "1300"), K.RATE_LIMITED,
              BUCKET),
    KindError("mistral", "capacity", 429, mistral("Service tier capacity exceeded for this model.",
              "service_tier_capacity_exceeded", "3505"), K.OVERLOADED, OFFER),
    KindError("mistral", "money", 402, mistral("Payment required", "payment_required"), K.QUOTA_EXCEEDED, BUCKET),
    KindError("mistral", "key", 401, {"detail": "Unauthorized"}, K.AUTH_FAILED, LOGIN),
    KindError("mistral", "model", 400, mistral("Invalid model: m", "invalid_model", "1500"), K.MODEL_NOT_FOUND, OFFER,
              DAY),
    KindError("mistral", "fields", 422, {"object": "error", "message": {"detail": [{"type": "missing", "loc": ["body",
              "messages"], "msg": "Field required"}]}, "type": "invalid_request_error"}, K.INVALID_REQUEST, NONE),
    KindError("deepseek", "balance", 402, error("Insufficient Balance", "invalid_request_error", "unknown_error"),
              K.QUOTA_EXCEEDED, BUCKET),
    KindError("deepseek", "key", 401, error("Authentication Fails (no such user)", "invalid_request_error",
              "authentication_error"), K.AUTH_FAILED, LOGIN),
    KindError("deepseek", "busy", 503, error("Service is too busy", "service_unavailable_error"), K.OVERLOADED, OFFER),
    KindError("groq", "minute", 429, error(GROQ.format("minute (TPM)", "5.289s"), "rate_limit_exceeded", "tokens"),
              K.RATE_LIMITED, BUCKET, 5.289),
    KindError("groq", "day", 429, error(GROQ.format("day (TPD)", "12m3.5s"), "rate_limit_exceeded", "tokens"),
              K.QUOTA_EXCEEDED, BUCKET, 723.5),
    KindError("groq", "flex", 498, error("Flex tier capacity exceeded, please try again", "capacity_exceeded",
              "invalid_request_error"), K.OVERLOADED, OFFER),
    KindError("groq", "too large", 413, error("Request too large for model `m` in organization `org_1` service tier "
              "`on_demand` on tokens per minute (TPM): Limit 6000, Requested 9000", "rate_limit_exceeded", "tokens"),
              K.CONTEXT_LENGTH, NONE),
    KindError("groq", "context", 400, error("Please reduce the length of the messages or completion.",
              "context_length_exceeded"), K.CONTEXT_LENGTH, NONE),
    KindError("groq", "tool", 400, {"error": {"message": "Failed to call a function.", "type": "invalid_request_error",
              "code": "tool_use_failed", "failed_generation": "<function=x"}}, K.INVALID_REQUEST, NONE),
    KindError("xai", "key", 400, {"code": "Client specified an invalid argument", "error": "Incorrect API key "
              "provided: xa***zz. You can obtain an API key from https://console.x.ai."}, K.AUTH_FAILED, LOGIN),
    KindError("xai", "credits", 403, {"code": "The caller does not have permission to execute the specified operation",
              "error": XAI}, K.QUOTA_EXCEEDED, BUCKET),
    KindError("xai", "credits again", 429, {"code": "Some resource has been exhausted", "error": XAI},
              K.QUOTA_EXCEEDED, BUCKET),
    KindError("xai", "new team", 403, {"code": "x", "error": "Your newly created team doesn't have any credits or "
              "licenses yet."}, K.QUOTA_EXCEEDED, BUCKET),
    KindError("xai", "context", 400, {"code": "Client specified an invalid argument", "error": "This model's maximum "
              "prompt length is 131072 but the request contains 200000 tokens."}, K.CONTEXT_LENGTH, NONE),
    KindError("together", "context", 403, error("Input validation error: `inputs` tokens + `max_new_tokens` must be <= "
              "8193. Given: 8000 `inputs` tokens and 500 `max_new_tokens`"), K.CONTEXT_LENGTH, NONE),
    KindError("together", "context in other words", 403, error("The context length was exceeded"), K.CONTEXT_LENGTH,
              NONE),
    KindError("together", "money", 402, error("You have reached your monthly spending limit"), K.QUOTA_EXCEEDED,
              BUCKET),
    KindError("together", "busy", 503, error("The engine is currently overloaded, please try again later",
              "service_unavailable"), K.OVERLOADED, OFFER),
    KindError("ollama", "model", 404, {"error": "model 'm' not found"}, K.MODEL_NOT_FOUND, OFFER, DAY),
    KindError("ollama", "busy", 503, {"error": "server busy, please try again.  maximum pending requests exceeded"},
              K.OVERLOADED, OFFER),
    KindError("ollama", "sign in", 401, {"error": "unauthorized", "signin_url": "https://ollama.com/connect"},
              K.AUTH_FAILED, LOGIN),
    KindError("lmstudio", "context", 400, "The number of tokens to keep from the initial prompt is greater than the "
              "context length", K.CONTEXT_LENGTH, NONE),
    KindError("lmstudio", "not loaded", 404, error("No models loaded. Please load a model in the developer page or use "
              "the `lms load` command.", "model_not_found"), K.OVERLOADED, OFFER),
    KindError("lmstudio", "no memory", 400, {"error": 'Failed to load model "m". Error: insufficient system resources'},
              K.OVERLOADED, OFFER),
    KindError("llamacpp", "loading", 503, {"error": {"code": 503, "message": "Loading model", "type":
              "unavailable_error"}}, K.OVERLOADED, OFFER),
    KindError("llamacpp", "context", 400, {"error": {"code": 400, "message": "the request exceeds the available "
              "context size, try increasing it", "type": "exceed_context_size_error", "n_prompt_tokens": 9000,
              "n_ctx": 4096}}, K.CONTEXT_LENGTH, NONE),
    KindError("llamacpp", "own words", 500, {"error": {"code": 500, "message": "Failed to parse input at pos 12",
              "type": "server_error"}}, K.PROTOCOL, OFFER),
    KindError("vllm", "context", 400, {"error": {"message": "This model's maximum context length is 8192 tokens. "
              "However, you requested 9000 tokens", "type": "BadRequestError", "param": None, "code": 400}},
              K.CONTEXT_LENGTH, NONE),
    KindError("vllm", "no tools", 400, {"error": {"message": '"auto" tool choice requires --enable-auto-tool-choice '
              "and --tool-call-parser to be set", "type": "BadRequestError", "code": 400}}, K.PERMISSION, OFFER, HOUR),
    KindError("vllm", "model", 404, {"error": {"message": "The model `m` does not exist.", "type": "NotFoundError",
              "code": 404}}, K.MODEL_NOT_FOUND, OFFER, DAY),
]  # fmt: skip
