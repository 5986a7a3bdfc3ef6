"""OpenAI's API, by key. Source: its API reference."""

from switchgear_protocol.words import Billing

from .kind import Kind, Listing, Paste
from .lists import plain

KIND = Kind(
    name="openai",
    label="OpenAI",
    base_url="https://api.openai.com/v1",
    paths={"openai.chat": "/chat/completions", "openai.responses": "/responses"},
    listing=Listing("/models", plain),
    billing=Billing.METERED,
    env=("OPENAI_API_KEY",),
    login=Paste("API key", "https://platform.openai.com/api-keys"),
    vendor="openai",
)
