"""Anthropic's API, by key. Source: its API reference."""

from switchgear_protocol.words import Billing

from .auth import x_api_key
from .kind import Kind, Listing, Paste
from .lists import plain

KIND = Kind(
    name="anthropic",
    label="Anthropic",
    base_url="https://api.anthropic.com",
    paths={"anthropic.messages": "/v1/messages"},
    listing=Listing("/v1/models?limit=1000", plain),
    auth=x_api_key,
    billing=Billing.METERED,
    headers=(("anthropic-version", "2023-06-01"),),
    env=("ANTHROPIC_API_KEY",),
    login=Paste("API key", "https://console.anthropic.com/settings/keys"),
    vendor="anthropic",
)
