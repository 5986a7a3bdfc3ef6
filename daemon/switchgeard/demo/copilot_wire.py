"""GitHub and Copilot as they are on the wire: list, plan page, refusals.

Rules for editing: source is GitHub's documentation and recorded answers of both; bodies are literal, every value is
made up. `REFUSALS` is what Copilot says instead of an answer: status, further headers, body.
"""

GITHUB_TOKEN = "ghu_CANARY000000000000000000000000000000"  # noqa: S105 - made up

Json = dict[str, object]

_PRICES: Json = {
    "batch_size": 1_000_000,
    "default": {
        "input_price": 500,
        "output_price": 2500,
        "cache_price": 50,
        "cache_write_price": 625,
        "context_max": 200_000,
    },
    "long_context": {"input_price": 1000, "output_price": 3750, "cache_price": 100, "cache_write_price": 1250},
}
MODELS: Json = {
    "object": "list",
    "data": [
        {
            "id": "claude-opus-4.6",
            "name": "Claude Opus 4.6",
            "vendor": "Anthropic",
            "version": "claude-opus-4.6",
            "policy": {"state": "enabled", "terms": "..."},
            "supported_endpoints": ["/chat/completions", "/v1/messages"],
            "billing": {"is_premium": True, "multiplier": 3, "token_prices": _PRICES},
            "capabilities": {
                "type": "chat",
                "family": "claude-opus-4.6",
                "limits": {
                    "max_context_window_tokens": 200_000,
                    "max_prompt_tokens": 168_000,
                    "max_output_tokens": 64_000,
                },
                "supports": {
                    "streaming": True,
                    "tool_calls": True,
                    "vision": True,
                    "structured_outputs": False,
                    "adaptive_thinking": True,
                },
            },
        },
        {
            "id": "gpt-5.5",
            "name": "GPT-5.5",
            "policy": {"state": "unconfigured"},
            "supported_endpoints": ["/chat/completions", "/responses", "ws:/responses"],
            "capabilities": {"type": "chat", "supports": {"reasoning_effort": ["low", "high"]}},
        },
        {"id": "gpt-4.1", "capabilities": {"type": "chat"}},
        {"id": "gpt-live", "supported_endpoints": ["ws:/responses"], "capabilities": {"type": "chat"}},
        {"id": "gemini-3.1-pro", "policy": {"state": "disabled"}, "capabilities": {"type": "chat"}},
        {"id": "text-embedding-3-small", "capabilities": {"type": "embeddings"}},
        {"id": "gpt-41-copilot", "capabilities": {"type": "completion"}},
    ],
}
USER: Json = {
    "login": "somebody",
    "access_type_sku": "plus_monthly_subscriber_quota",
    "copilot_plan": "individual_pro",
    "token_based_billing": True,
    "endpoints": {"api": "https://api.individual.githubcopilot.com"},
    "quota_reset_date": "2026-12-01",
    "quota_reset_date_utc": "2026-12-01T00:00:00.000Z",
    "quota_snapshots": {
        "chat": {"entitlement": -1, "remaining": 0, "percent_remaining": 100.0, "unlimited": True},
        "completions": {"entitlement": 2000, "remaining": 0, "percent_remaining": 0.0, "unlimited": False},
        "premium_interactions": {
            "entitlement": 1500,
            "remaining": 375,
            "quota_remaining": 375.5,
            "percent_remaining": 25.0,
            "unlimited": False,
            "overage_count": 0,
            "overage_permitted": False,
        },
    },
}
Refusal = tuple[int, tuple[tuple[str, str], ...], Json | str]


def refusal(code: str, message: str) -> Json:
    return {"error": {"message": message, "code": code}}


_FIVE_HOURS = "global-chat:global-usage-5-hour-key:userID:COPILOT_PLAN_INDIVIDUAL"


def session_limit(seconds: int) -> Refusal:
    """The 5-hour window is spent, and begins anew in so many seconds."""
    message = f"Sorry, you've exceeded your 5 hour session limits. Please retry after {seconds} seconds."
    headers = (("retry-after", str(seconds)), ("x-ratelimit-exceeded", _FIVE_HOURS))
    return 429, headers, refusal("user_global_rate_limited:pro", message)


EXPIRED: Refusal = (401, (), {"error": {"message": "IDE token expired: unauthorized: token expired"}})
