"""The error answers of real providers, as rows: status, headers, and the body on each wire.

Rules for editing: bodies are literal, taken from providers' documentation and traffic. A row gives
both wires; where a provider of one wire has no such error, its nearest is given.
"""

from email.utils import formatdate

from switchgeard.demo.errors import (
    NONE_LEFT,
    QUOTA,
    SPENT_FIVE_HOURS,
    ErrorRow,
    fixed,
    rate_limited,
    retry_after,
    rfc3339,
)


def _invalid(status: int, code: str | None, message: str, type: str = "invalid_request_error") -> ErrorRow:
    return ErrorRow(status, (type, code, message), (type, message))


def _down(status: int, openai: tuple[str, str | None, str], type: str, message: str) -> ErrorRow:
    return ErrorRow(status, openai, (type, message))


_CREDIT = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade."
_CONTEXT = "This model's maximum context length is 128000 tokens. However, your messages resulted in 130012 tokens."
_PROSE = "Rate limit reached for gpt-5.5 on tokens per min (TPM): Limit 30000. Please try again in 5.289s."

ERRORS: dict[str, ErrorRow] = {
    # rate limits: every way to say when
    "429": rate_limited(retry_after("30")),
    "429_short": rate_limited(retry_after("1")),
    "429_hour": rate_limited(retry_after("3600")),
    "429_no_hint": rate_limited(fixed()),
    "429_zero": rate_limited(retry_after("0")),
    "429_negative": rate_limited(retry_after("-5")),
    "429_word": rate_limited(retry_after("soon")),
    "429_nan": rate_limited(retry_after("nan")),
    "429_huge": rate_limited(retry_after("1000000000")),
    "429_float": rate_limited(retry_after("2.5")),
    "429_twice": rate_limited(fixed(("retry-after", "7"), ("retry-after", "30"))),
    "429_ms": rate_limited(fixed(("retry-after-ms", "1500"), ("retry-after", "30"))),
    "429_duration": rate_limited(
        fixed(("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6m0s"))
    ),
    "429_date": rate_limited(lambda wall: (("retry-after", formatdate(wall + 30, usegmt=True)),)),
    "429_epoch": rate_limited(lambda wall: (("retry-after", str(int(wall + 30))),)),
    "429_rfc3339": rate_limited(
        lambda wall: (
            ("anthropic-ratelimit-requests-remaining", "0"),
            ("anthropic-ratelimit-requests-reset", rfc3339(wall + 30)),
        )
    ),
    "429_prose": rate_limited(fixed(), _PROSE),
    # quota: waiting seconds is no help
    "quota": ErrorRow(
        429,
        ("insufficient_quota", "insufficient_quota", QUOTA),
        ("rate_limit_error", _CREDIT),
        google=f"{QUOTA} {NONE_LEFT}",
    ),
    "quota_5h": SPENT_FIVE_HOURS,
    "quota_credit": _invalid(400, None, _CREDIT),
    "quota_spend_limit": ErrorRow(
        429,
        ("insufficient_quota", "organization_spend_limit_exceeded", "Your organization reached its spend limit."),
        ("rate_limit_error", "Your organization has reached its spend limit.", "enforced_spend_limit_reached"),
    ),
    "402": ErrorRow(
        402, ("unknown_error", "invalid_request_error", "Insufficient Balance"), ("billing_error", "Payment required.")
    ),
    # who you are, what you may
    "401": ErrorRow(
        401,
        ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-proj-****abcd."),
        ("authentication_error", "invalid x-api-key"),
    ),
    "403": ErrorRow(
        403,
        ("request_forbidden", "unsupported_country_region_territory", "Country, region, or territory not supported"),
        ("permission_error", "Your API key does not have permission to use the specified resource."),
    ),
    "404": ErrorRow(
        404,
        ("invalid_request_error", "model_not_found", "The model `gpt-x` does not exist or you do not have access."),
        ("not_found_error", "model: claude-xyz"),
    ),
    # the request is wrong wherever it goes
    "400": _invalid(400, "invalid_value", "Invalid value for 'messages[0].role': 'robot'."),
    "400_context": ErrorRow(
        400,
        ("invalid_request_error", "context_length_exceeded", _CONTEXT),
        ("invalid_request_error", "prompt is too long: 213462 tokens > 200000 maximum"),
    ),
    "400_policy": ErrorRow(
        400,
        ("invalid_request_error", "content_policy_violation", "Your request was rejected by our safety system."),
        ("invalid_request_error", "Output blocked by content filtering policy"),
    ),
    "400_sealed": ErrorRow(
        400,
        (
            "invalid_request_error",
            "invalid_encrypted_content",
            "The encrypted content gAAA...0001 could not be verified. Reason: It could not be decrypted.",
        ),
        ("invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block"),
        google="Function call is missing a thought_signature in functionCall parts.",
    ),
    "413": ErrorRow(
        413,
        ("invalid_request_error", None, "Request body too large."),
        ("request_too_large", "Request exceeds the maximum allowed number of bytes."),
    ),
    "422": _invalid(422, None, "Input should be a valid string"),
    # the provider cannot
    "408": _down(408, ("timeout", None, "Request timed out."), "timeout_error", "Request timed out."),
    "500": _down(500, ("server_error", None, "The server had an error."), "api_error", "Internal server error"),
    "502": _down(502, ("server_error", None, "Bad gateway."), "api_error", "Bad gateway"),
    "503": _down(
        503,
        ("server_error", "server_is_overloaded", "The engine is currently overloaded, please try again later"),
        "overloaded_error",
        "Overloaded",
    ),
    "504": _down(504, ("server_error", None, "Gateway timeout."), "timeout_error", "Gateway timeout"),
    "529": _down(529, ("server_error", "slow_down", "Overloaded"), "overloaded_error", "Overloaded"),
}
"""Every error answer, by name."""
