"""OpenAI's API, by key. Source: its API reference."""

import re

from switchgear_protocol.words import Billing
from switchgeard.core.listing import Listed

from .kind import Kind, ModelsPage, Paste
from .lists import plain

# the list does not say what a model is for; these answer no chat
_OTHER = re.compile(
    r"(?:text-embedding|text-moderation|omni-moderation|whisper|tts|dall-e|gpt-image|chatgpt-image|sora|babbage|davinci)"
    r"|.*-(?:tts|transcribe|realtime|instruct)(?:-|$)"
)


def models(body: bytes) -> tuple[Listed, ...]:
    """Its list without what makes pictures, sounds and vectors; it tells no limits and no abilities."""
    return tuple(model for model in plain(body) if not _OTHER.match(model.id))


KIND = Kind(
    name="openai",
    label="OpenAI",
    base_url="https://api.openai.com/v1",
    paths={"openai.chat": "/chat/completions", "openai.responses": "/responses"},
    listing=ModelsPage("/models", models),
    billing=Billing.METERED,
    env=("OPENAI_API_KEY",),
    login=Paste("API key", "https://platform.openai.com/api-keys"),
    vendor="openai",
)
