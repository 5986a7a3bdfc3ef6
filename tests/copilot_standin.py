"""GitHub and Copilot as they are on the wire: list, plan page, headers, token counts.

Source: GitHub's documentation and recorded answers of both; every value is made up.
"""

GITHUB_TOKEN = "ghu_CANARY000000000000000000000000000000"
SHORT_TOKEN = "tid=0123;exp=1795001800;sku=plus_monthly_subscriber;8kp=1:CANARY"

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
HEADERS = {
    "x-quota-snapshot-premium_interactions": "ent=300&ov=0.0&ovPerm=false&rem=67.5&rst=2026-11-30T21%3A00%3A00Z",
    "x-quota-snapshot-chat": "ent=-1&ov=0.0&ovPerm=false&rem=100.0&rst=2026-11-30T21%3A00%3A00Z",
    "x-quota-snapshot-completions": "ent=2000&ov=0.0&ovPerm=false&rem=0.0&rst=2026-11-30T21%3A00%3A00Z",
    "x-usage-ratelimit-session": "ent=50&rem=5.7&rst=2026-11-18T12%3A06%3A40Z",
    "x-usage-ratelimit-weekly": "ent=50&rem=81.2&rst=2026-11-23T00%3A00%3A00Z",
}
USAGE: Json = {
    "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
    "copilot_usage": {"total_nano_aiu": 1_250_000_000, "token_details": []},
}
