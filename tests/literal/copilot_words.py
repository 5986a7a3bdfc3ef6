"""What GitHub and Copilot say on the wire beside what the stand-in says (`switchgeard.demo.copilot_wire`)."""

from switchgeard.demo.copilot_wire import Json

SHORT_TOKEN = "tid=0123;exp=1795001800;sku=plus_monthly_subscriber;8kp=1:CANARY"
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
