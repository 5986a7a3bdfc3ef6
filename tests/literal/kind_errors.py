"""Literal errors of kinds that are asked with a key, and what each means there: data for the kinds' contract.

Rules for editing: one row per documented or recorded error of that kind, the body as it was on the wire. Errors that
several kinds share in the same words are in error_bodies.py.
"""

from literal.error_row import BUCKET, DAY, HOUR, LOGIN, NONE, OFFER, KindError, after, error
from literal.maker_errors import MAKERS
from literal.plan_errors import PLANS
from switchgear_protocol.words import FailureKind as K


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

KEYS = [
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
    KindError("openrouter", "no parameters", 404, router(404, "No endpoints found that can handle the requested "
              "parameters. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing"),
              K.PERMISSION, OFFER, HOUR),
    KindError("openrouter", "context", 400, router(400, "This endpoint's maximum context length is 131072 tokens. "
              "However, you requested about 200000 tokens"), K.CONTEXT_LENGTH, NONE),
    KindError("openrouter", "none routes", 503, router(503, "No allowed providers are available"), K.OVERLOADED, OFFER),
    KindError("openrouter", "too dear", 402, router(402, "This request requires more credits, or fewer max_tokens",
              error_type="weight_exceeds_budget", limit_source="openrouter_credits"), K.QUOTA_EXCEEDED, BUCKET),
    KindError("openrouter", "guardrail", 403, router(403, "x", limit_source="openrouter_guardrail_budget", limit_usd=5,
              spend_usd=5, resets_at="2026-11-18T12:06:40Z"), K.QUOTA_EXCEEDED, BUCKET, HOUR),
    KindError("openrouter", "workspace", 403, router(403, "x", limit_source="openrouter_workspace_budget"),
              K.QUOTA_EXCEEDED, BUCKET),
    KindError("openrouter", "credit cap", 400, router(400, "x", error_type="token_limit_exceeded"), K.QUOTA_EXCEEDED,
              BUCKET),
    KindError("openrouter", "user", 401, router(401, "User not found."), K.AUTH_FAILED, LOGIN),
    KindError("openrouter", "no model id", 400, router(400, "x/y is not a valid model ID"), K.MODEL_NOT_FOUND, OFFER,
              DAY),
    KindError("openrouter", "rate", 429, router(429, "Rate limit exceeded", error_type="rate_limit_exceeded"),
              K.RATE_LIMITED, BUCKET, 7, after("7")),
    KindError("openrouter", "model down", 502, router(502, "x", error_type="provider_unavailable"), K.OVERLOADED,
              OFFER),
    KindError("openrouter", "upstream overloaded", 529, router(529, "x", error_type="provider_overloaded"),
              K.OVERLOADED, OFFER),
    KindError("openrouter", "edge", 524, "error code: 524", K.OVERLOADED, OFFER),
    KindError("openrouter", "slow client", 408, router(408, "x", error_type="timeout"), K.TIMEOUT, OFFER),
    KindError("openrouter", "slow upstream", 504, router(504, "x", error_type="timeout"), K.TIMEOUT, OFFER),
    KindError("openrouter", "in its stream", None, {"id": "gen-1", "provider": "Chutes", "choices": [{"index": 0,
              "delta": {"content": ""}, "finish_reason": "error"}], "error": {"code": 502, "message": "Provider "
              "disconnected", "metadata": {"error_type": "provider_unavailable"}}}, K.OVERLOADED, OFFER),
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
    KindError("azure-openai", "timeout", 408, error("The operation was timeout.", "Timeout", None), K.TIMEOUT, OFFER),
    KindError("azure-openai", "own fault", 500, error("The server had an error while processing your request.",
              "InternalServerError", None), K.OVERLOADED, OFFER),
    KindError("azure-openai", "gate", 404, {"error": {"error": {"code": "DeploymentNotFound", "message": "no"}}},
              K.MODEL_NOT_FOUND, OFFER, DAY),
    KindError("azure-openai", "milliseconds", 429, error("x", "429", None), K.RATE_LIMITED, BUCKET, 1.5,
              (("retry-after-ms", "1500"), *after("9"))),
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
    KindError("mistral", "tier", 403, mistral("This model is not available on your tier", "forbidden"), K.PERMISSION,
              OFFER, HOUR),
    KindError("mistral", "unknown", 404, mistral("no", "unknown_model"), K.MODEL_NOT_FOUND, OFFER, DAY),
    KindError("mistral", "unknown at 400", 400, mistral("no", "unknown_model"), K.MODEL_NOT_FOUND, OFFER, DAY),
    KindError("mistral", "detail", 422, {"detail": [{"loc": ["body", "messages"], "msg": "field required", "type":
              "missing"}]}, K.INVALID_REQUEST, NONE),
    KindError("mistral", "own fault", 500, mistral("Internal", "internal_server_error"), K.OVERLOADED, OFFER),
    KindError("deepseek", "balance", 402, error("Insufficient Balance", "invalid_request_error", "unknown_error"),
              K.QUOTA_EXCEEDED, BUCKET),
    KindError("deepseek", "key", 401, error("Authentication Fails (no such user)", "invalid_request_error",
              "authentication_error"), K.AUTH_FAILED, LOGIN),
    KindError("deepseek", "busy", 503, error("Service is too busy", "service_unavailable_error"), K.OVERLOADED, OFFER),
    KindError("deepseek", "format", 400, error("Failed to deserialize the JSON body", "invalid_request_error"),
              K.INVALID_REQUEST, NONE),
    KindError("deepseek", "parameters", 422, error("Invalid temperature", "invalid_request_error"), K.INVALID_REQUEST,
              NONE),
    KindError("deepseek", "rate", 429, error("Rate limit reached", "invalid_request_error", "rate_limit_error"),
              K.RATE_LIMITED, BUCKET),
    KindError("deepseek", "own fault", 500, error("Server Error", None, "server_error"), K.OVERLOADED, OFFER),
    KindError("deepseek", "context", 400, error("This model's maximum context length is 131072 tokens. However, you "
              "requested 140000 tokens", "invalid_request_error"), K.CONTEXT_LENGTH, NONE),
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
    KindError("groq", "requests a day", 429, error(GROQ.format("day (RPD)", "6s"), "rate_limit_exceeded", "requests"),
              K.QUOTA_EXCEEDED, BUCKET, 6),
    KindError("groq", "a long wait", 429, error("Rate limit reached. Please try again in 7m12s",
              "rate_limit_exceeded", "tokens"), K.QUOTA_EXCEEDED, BUCKET, 432),
    KindError("groq", "in its stream", None, {"id": "c", "choices": [], "x_groq": {"error": "over capacity"}},
              K.OVERLOADED, OFFER),
    KindError("groq", "key", 401, error("Invalid API Key", "invalid_api_key"), K.AUTH_FAILED, LOGIN),
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
    KindError("xai", "personal team", 403, {"code": "personal-team-blocked:spending-limit", "error": "You have run out "
              "of credits or need a Grok subscription"}, K.QUOTA_EXCEEDED, BUCKET),
    KindError("xai", "no key", 401, {"code": "unauthenticated", "error": "No credentials"}, K.AUTH_FAILED, LOGIN),
    KindError("xai", "forbidden", 403, {"code": "The caller does not have permission to execute the specified "
              "operation", "error": "x"}, K.PERMISSION, OFFER, HOUR),
    KindError("xai", "model", 404, {"code": "Some requested entity was not found", "error": "The model m does not "
              "exist or your team does not have access to it."}, K.MODEL_NOT_FOUND, OFFER, DAY),
    KindError("xai", "down", 503, "", K.OVERLOADED, OFFER),
    KindError("xai", "rate", 429, {"code": "Some resource has been exhausted", "error": "Too many requests"},
              K.RATE_LIMITED, BUCKET),
    KindError("together", "context", 403, error("Input validation error: `inputs` tokens + `max_new_tokens` must be <= "
              "8193. Given: 8000 `inputs` tokens and 500 `max_new_tokens`"), K.CONTEXT_LENGTH, NONE),
    KindError("together", "context in other words", 403, error("The context length was exceeded"), K.CONTEXT_LENGTH,
              NONE),
    KindError("together", "money", 402, error("You have reached your monthly spending limit"), K.QUOTA_EXCEEDED,
              BUCKET),
    KindError("together", "busy", 503, error("The engine is currently overloaded, please try again later",
              "service_unavailable"), K.OVERLOADED, OFFER),
    KindError("together", "model", 404, error("Unable to access model m", "model_not_available"), K.MODEL_NOT_FOUND,
              OFFER, DAY),
    KindError("together", "key", 401, error("Invalid API key provided", "invalid_api_key"), K.AUTH_FAILED, LOGIN),
    KindError("together", "rate", 429, error("You have reached the rate limit", None, "rate_limit"), K.RATE_LIMITED,
              BUCKET),
    KindError("together", "cloudflare", 524, "error code: 524", K.OVERLOADED, OFFER),
    KindError("together", "full", 529, "", K.OVERLOADED, OFFER),
    KindError("ollama", "model", 404, {"error": "model 'm' not found"}, K.MODEL_NOT_FOUND, OFFER, DAY),
    KindError("ollama", "busy", 503, {"error": "server busy, please try again.  maximum pending requests exceeded"},
              K.OVERLOADED, OFFER),
    KindError("ollama", "sign in", 401, {"error": "unauthorized", "signin_url": "https://ollama.com/connect"},
              K.AUTH_FAILED, LOGIN),
    KindError("ollama", "bad", 400, {"error": "invalid options"}, K.INVALID_REQUEST, NONE),
    KindError("ollama", "cloud money", 402, {"error": "payment required"}, K.QUOTA_EXCEEDED, BUCKET),
    KindError("ollama", "cloud rate", 429, {"error": "too many requests"}, K.RATE_LIMITED, BUCKET),
    KindError("ollama", "cloud gone", 502, {"error": "cloud unreachable"}, K.OVERLOADED, OFFER),
    KindError("lmstudio", "context", 400, "The number of tokens to keep from the initial prompt is greater than the "
              "context length", K.CONTEXT_LENGTH, NONE),
    KindError("lmstudio", "context of what is loaded", 400, {"error": "Trying to keep the first 10136 tokens when "
              "context the overflows. However, the model is loaded with context length of only 7866 tokens, which is "
              "not enough. Try to load the model with a larger context length"}, K.CONTEXT_LENGTH, NONE),
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
    KindError("vllm", "old shape", 400, {"object": "error", "message": "This model's maximum context length is 8192 "
              "tokens. However, you requested 9000 tokens", "type": "BadRequestError", "param": None, "code": 400},
              K.CONTEXT_LENGTH, NONE),
    KindError("vllm", "no tools", 400, {"error": {"message": '"auto" tool choice requires --enable-auto-tool-choice '
              "and --tool-call-parser to be set", "type": "BadRequestError", "code": 400}}, K.PERMISSION, OFFER, HOUR),
    KindError("vllm", "model", 404, {"error": {"message": "The model `m` does not exist.", "type": "NotFoundError",
              "code": 404}}, K.MODEL_NOT_FOUND, OFFER, DAY),
]  # fmt: skip

ERRORS = [*KEYS, *MAKERS, *PLANS]
