"""Tables of the classifier: provider codes, message patterns and statuses, each with the class they mean.

Facts come from providers' documentation and recorded errors. Rules for editing: data only, lower case;
`CODES` are decisive wherever they appear; `PATTERNS` say with which statuses a sentence counts, because
a 400 may echo the prompt; `GENERIC` codes are believed only after the message had its say; `STATUSES`
come last. Every row added has a literal body in tests/daemon/core/test_failure.py.
"""

import re

from switchgear_protocol.words import FailureKind as K

CODES: dict[str, K] = {
    # OpenAI and those that copy it: allowance or money
    "insufficient_quota": K.QUOTA_EXCEEDED,
    "credit_balance_exhausted": K.QUOTA_EXCEEDED,
    "organization_spend_limit_exceeded": K.QUOTA_EXCEEDED,
    "project_spend_limit_exceeded": K.QUOTA_EXCEEDED,
    "organization_usage_limit_exceeded": K.QUOTA_EXCEEDED,
    "billing_hard_limit_reached": K.QUOTA_EXCEEDED,
    "billing_not_active": K.QUOTA_EXCEEDED,
    "usage_limit_reached": K.QUOTA_EXCEEDED,
    "usage_not_included": K.PERMISSION,
    "personal-team-blocked:spending-limit": K.QUOTA_EXCEEDED,
    # ChatGPT plan sharing
    "subscription_sharing_usage_limit_exceeded": K.QUOTA_EXCEEDED,
    "subscription_sharing_usage_unavailable": K.OVERLOADED,
    "subscription_sharing_user_unavailable": K.OVERLOADED,
    "subscription_sharing_user_not_eligible": K.PERMISSION,
    "subscription_sharing_unsupported_capability": K.INVALID_REQUEST,
    "subscription_sharing_invalid_user": K.AUTH_FAILED,
    "chatpass_v2_scope_not_authorized": K.AUTH_FAILED,
    "chatpass_v2_invalid_authorization_context": K.AUTH_FAILED,
    # OAuth
    "invalid_token": K.AUTH_FAILED,
    "token_expired": K.AUTH_FAILED,
    "invalid_grant": K.AUTH_FAILED,
    "invalid_refresh_token": K.AUTH_FAILED,
    "refresh_token_expired": K.AUTH_FAILED,
    "refresh_token_invalidated": K.AUTH_FAILED,
    "refresh_token_reused": K.AUTH_FAILED,
    # Anthropic
    "enforced_spend_limit_reached": K.QUOTA_EXCEEDED,
    "contract_spend_limit_reached": K.QUOTA_EXCEEDED,
    "linked_organization_spend_limit_reached": K.QUOTA_EXCEEDED,
    "linked_organization_billing_unavailable": K.QUOTA_EXCEEDED,
    "billing_error": K.QUOTA_EXCEEDED,
    "ramp_limit_exceeded": K.RATE_LIMITED,
    "credits_required": K.PERMISSION,
    "organization_on_hold": K.PERMISSION,
    "oauth_not_allowed_for_organization": K.PERMISSION,
    "claude_code_version_too_old": K.PERMISSION,
    "claude_code_key_creator_not_member": K.PERMISSION,
    "permission_error": K.PERMISSION,
    "request_body_timeout": K.TIMEOUT,
    "timeout_error": K.TIMEOUT,
    "compaction_unavailable": K.OVERLOADED,
    "request_body_too_large_after_decoding": K.INVALID_REQUEST,
    "image_dimensions_too_large": K.INVALID_REQUEST,
    "tool_name_conflict": K.INVALID_REQUEST,
    "tool_reference_unresolved": K.INVALID_REQUEST,
    # GitHub Copilot
    "quota_exceeded": K.QUOTA_EXCEEDED,
    "free_quota_exceeded": K.QUOTA_EXCEEDED,
    "overage_limit_reached": K.QUOTA_EXCEEDED,
    "billing_not_configured": K.QUOTA_EXCEEDED,
    "user_global_rate_limited": K.QUOTA_EXCEEDED,
    "user_weekly_rate_limited": K.QUOTA_EXCEEDED,
    "user_model_rate_limited": K.RATE_LIMITED,
    "agent_mode_limit_exceeded": K.RATE_LIMITED,
    "integration_rate_limited": K.OVERLOADED,
    "upstream_provider_rate_limit": K.OVERLOADED,
    "model_not_supported": K.PERMISSION,
    "extension_blocked": K.PERMISSION,
    # OpenRouter
    "openrouter_in_flight_budget": K.RATE_LIMITED,
    "openrouter_guardrail_budget": K.QUOTA_EXCEEDED,
    "openrouter_workspace_budget": K.QUOTA_EXCEEDED,
    "openrouter_key_limit": K.QUOTA_EXCEEDED,
    "openrouter_credits": K.QUOTA_EXCEEDED,
    "billing_disabled": K.QUOTA_EXCEEDED,
    "weight_exceeds_budget": K.QUOTA_EXCEEDED,
    "payment_required": K.QUOTA_EXCEEDED,
    "permission_denied": K.PERMISSION,
    "provider_overloaded": K.OVERLOADED,
    "provider_unavailable": K.OVERLOADED,
    # capacity
    "server_is_overloaded": K.OVERLOADED,
    "overloaded_error": K.OVERLOADED,
    "engine_overloaded": K.OVERLOADED,
    "model_overloaded": K.OVERLOADED,
    "capacity_exceeded": K.OVERLOADED,
    "unavailable_error": K.OVERLOADED,
    "3505": K.OVERLOADED,  # Mistral: service tier capacity
    "1300": K.RATE_LIMITED,  # Mistral: requests rate
    # the prompt is too long
    "context_length_exceeded": K.CONTEXT_LENGTH,
    "exceed_context_size_error": K.CONTEXT_LENGTH,
    "model_context_window_exceeded": K.CONTEXT_LENGTH,
    "token_limit_exceeded": K.CONTEXT_LENGTH,
    # the credential
    "invalid_api_key": K.AUTH_FAILED,
    "api_key_invalid": K.AUTH_FAILED,
    "authentication_error": K.AUTH_FAILED,
    "authentication": K.AUTH_FAILED,
    "account_deactivated": K.AUTH_FAILED,
    # the model, the region
    "model_not_found": K.MODEL_NOT_FOUND,
    "unknown_model": K.MODEL_NOT_FOUND,
    "deploymentnotfound": K.MODEL_NOT_FOUND,
    "unsupported_country_region_territory": K.PERMISSION,
    # policy
    "content_filter": K.CONTENT_POLICY,
    "content_policy_violation": K.CONTENT_POLICY,
    "responsibleaipolicyviolation": K.CONTENT_POLICY,
    "cyber_policy": K.CONTENT_POLICY,
    "bio_policy": K.CONTENT_POLICY,
    "misalignment_policy_violation": K.CONTENT_POLICY,
    "invalid_prompt": K.CONTENT_POLICY,
    "refusal": K.CONTENT_POLICY,
    # the request
    "string_above_max_length": K.INVALID_REQUEST,
    "unsupported_parameter": K.INVALID_REQUEST,
    "unsupported_value": K.INVALID_REQUEST,
    "invalid_value": K.INVALID_REQUEST,
    "invalid_function_parameters": K.INVALID_REQUEST,
    "tool_use_failed": K.INVALID_REQUEST,
}
"""Decisive codes and types."""

GENERIC: dict[str, K] = {
    "rate_limit_exceeded": K.RATE_LIMITED,
    "rate_limit_error": K.RATE_LIMITED,
    "rate_limited": K.RATE_LIMITED,
    "slow_down": K.RATE_LIMITED,
    "too_many_requests": K.RATE_LIMITED,
    "resource_exhausted": K.RATE_LIMITED,
    "throttling": K.RATE_LIMITED,  # and throttling.*, throttlingexception
    "service_unavailable": K.OVERLOADED,  # and service_unavailable_error
    "server_error": K.OVERLOADED,
    "internal_server_error": K.OVERLOADED,
    "internal_error": K.OVERLOADED,
    "api_error": K.OVERLOADED,
    "server": K.OVERLOADED,
    "timeout": K.TIMEOUT,
    "conflict_error": K.OVERLOADED,
    "payload_too_large": K.INVALID_REQUEST,
    "request_too_large": K.INVALID_REQUEST,
}
"""Believed after the message: several providers say `rate_limit_exceeded` of a spent day."""

WEAK: dict[str, K] = {
    "not_found_error": K.MODEL_NOT_FOUND,
    "not_found": K.MODEL_NOT_FOUND,
    "invalid_request_error": K.INVALID_REQUEST,
    "invalid_request": K.INVALID_REQUEST,
    "badrequesterror": K.INVALID_REQUEST,
    "unprocessable": K.INVALID_REQUEST,
}
"""Believed only inside a stream, where no status is there to say it better."""

STREAM = 0
"""Stands for "inside a stream, no status" in the tables below."""

_ANY = frozenset({STREAM, 400, 403, 413, 429, 500})
_BAD = frozenset({STREAM, 400, 413, 422, 500})
_LIMIT = frozenset({STREAM, 429})


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


PATTERNS: tuple[tuple[frozenset[int], re.Pattern[str], K], ...] = (
    # never fits this organisation's tokens per minute: waiting does not help, a larger offer does
    (frozenset({STREAM, 413, 429}), _pattern(r"request too large\b.{0,200}\b(tpm|tokens per min)"), K.CONTEXT_LENGTH),
    (
        _BAD,
        _pattern(
            r"prompt is too long|input is too long for requested model|exceeds the (model's )?context window"
            r"|maximum context length (is|of) \d+|input token count.{0,80}exceeds the maximum"
            r"|maximum prompt length is \d+|reduce the length of the messages|token.{0,80}exceeds the limit of \d+"
            r"|exceeds the available context size|greater than the context length|context window exceeds limit"
            r"|exceeded model token limit|input length.{0,80}exceeds.{0,40}context length"
            r"|context length (is|of) only \d+|exceed context limit|current length is \d+ while limit is \d+"
        ),
        K.CONTEXT_LENGTH,
    ),
    # Together says this with 403 and 422
    (
        frozenset({400, 403, 422}),
        _pattern(r"(input|prompt|inputs).{0,40}tokens?.{0,40}max_(new_)?tokens.{0,80}(must be <=|exceed|context)"),
        K.CONTEXT_LENGTH,
    ),
    (_LIMIT, _pattern(r"quota exceeded for metric.{0,300}\blimit: 0\b"), K.QUOTA_EXCEEDED),  # none of it at this tier
    (_LIMIT, _pattern(r"\bfast mode\b"), K.INVALID_REQUEST),  # a speed the account lacks, not a limit
    (
        _ANY | {401},
        _pattern(
            r"credit balance is too low|reached your specified (workspace )?api usage limits"
            r"|used all available credits|reached its monthly spending limit|have any credits or licenses"
            r"|run out of credits|prepayment credits are depleted|usage credits are required"
            r"|insufficient (balance|credits|quota)"
        ),
        K.QUOTA_EXCEEDED,
    ),
    (_LIMIT, _pattern(r"速率|频率|并发|每分钟|#token-limit"), K.RATE_LIMITED),
    (_LIMIT, _pattern(r"too many concurrent|concurren\w* .{0,80}(limit|quota|exceed)"), K.RATE_LIMITED),
    (
        frozenset({STREAM, 403, 429}),
        _pattern(
            r"usage limit|exceeded your (current|monthly) quota|exceeded your \d+ hour session|weekly rate limit"
            r"|out of (extra )?(usage|credits)|spend(ing)?[- _]?limit|free[-_ ]models[-_ ]per[-_ ]day"
            r"|per day \((rpd|tpd)\)|tokens per day|requests per day|额度|余额不足|使用.{0,30}上限"
        ),
        K.QUOTA_EXCEEDED,
    ),
    (
        _LIMIT | {500},
        _pattern(
            r"overloaded|high demand|at capacity|no capacity|capacity exceeded|resource exhausted.{0,20}try again later"
        ),
        K.OVERLOADED,
    ),
    (frozenset({403, 500}), _pattern(r"too many requests|rate.?limit.{0,30}(exceeded|reached)"), K.RATE_LIMITED),
    (
        frozenset({STREAM, 400, 403}),
        _pattern(
            r"invalid[_ ]api[_ ]key|incorrect api key|api key not valid|invalid x-api-key|(?<!end )token (has )?expired"
        ),
        K.AUTH_FAILED,
    ),
    (frozenset({STREAM, 400}), _pattern(r"user location is not supported"), K.PERMISSION),
    # what a Responses server no longer keeps is a 404 that says nothing of the model
    (frozenset({400, 404}), _pattern(r"(item|response) with id .{1,120} not found"), K.INVALID_REQUEST),
    (
        frozenset({STREAM, 400, 403}),
        _pattern(r"content (filtering|management) policy|responsible ai|safety system|violat\w+ .{0,40}usage polic"),
        K.CONTENT_POLICY,
    ),
    (
        frozenset({STREAM, 400}),
        _pattern(
            r"the model .{1,120}(does not exist|not found)|^model .{1,120}not found"
            r"|is not a valid model id|^unknown model"
        ),
        K.MODEL_NOT_FOUND,
    ),
    (_LIMIT, _pattern(r"rate.?limit|too many requests|per (second|minute)"), K.RATE_LIMITED),
)
"""(statuses, pattern, class); the first that matches wins."""

STATUSES: dict[int, K] = {
    401: K.AUTH_FAILED,
    402: K.QUOTA_EXCEEDED,
    403: K.PERMISSION,
    404: K.MODEL_NOT_FOUND,
    407: K.UNAVAILABLE,  # a proxy in between wants a login
    408: K.TIMEOUT,
    409: K.OVERLOADED,
    410: K.MODEL_NOT_FOUND,
    421: K.UNAVAILABLE,  # "misdirected": this address is not the one that serves who asks
    425: K.OVERLOADED,
    429: K.RATE_LIMITED,
    451: K.PERMISSION,
    498: K.OVERLOADED,  # Groq: flex capacity
    499: K.TIMEOUT,  # Google: CANCELLED, on its side
    504: K.TIMEOUT,
}
"""What a status means when nothing else spoke; `by_status` fills the ranges."""


def by_status(status: int) -> K:
    """The class of any status: other 4xx are the request's fault, 5xx the provider's, the rest is no answer."""
    if status in STATUSES:
        return STATUSES[status]
    if 400 <= status < 500:
        return K.INVALID_REQUEST
    return K.OVERLOADED if status >= 500 else K.PROTOCOL


ANY_LIMIT = re.compile(r"exceeded your current quota(?!.*\blimit: 0\b)", re.IGNORECASE | re.DOTALL)
"""What Google says of a limit for a minute, a day or ever, but that none of it was there."""

PER_MODEL = re.compile(r"per day \((rpd|tpd)\)|tokens per day|requests per day|\blimit: 0\b", re.IGNORECASE)
"""Quota sentences whose evidence is one model, not the account."""

FREE_POOL = re.compile(r"free[-_ ]models[-_ ]per[-_ ]day", re.IGNORECASE)
CONCURRENCY = re.compile(r"too many concurrent|concurren\w* .{0,80}(limit|quota|exceed)", re.IGNORECASE)

MONTHLY_CODES = frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached"})
"""Spent until the first of the next month, 00:00 UTC; sent without any retry-after."""

REQUEST_SHAPED = frozenset({K.CONTEXT_LENGTH, K.CONTENT_POLICY, K.INVALID_REQUEST})
"""The request's own fault: no health anywhere is touched."""

UNTIMED = REQUEST_SHAPED | {K.AUTH_FAILED}
"""No wait cures these."""

DEFAULT_WAITS: dict[K, float] = {K.PERMISSION: 3600.0, K.MODEL_NOT_FOUND: 86_400.0}
"""Seconds, suggested when the provider gave no advice."""

LINES = ("opus", "sonnet", "haiku", "fable", "mythos")
"""Model lines that have quota windows of their own in a subscription."""
