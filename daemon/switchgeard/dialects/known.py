"""Every dialect a provider can be spoken to in, by name. Adding one adds a row."""

from . import anthropic_messages, google_generate, openai_chat, openai_responses
from .dialect import Dialect, ToProvider

DIALECTS: dict[str, ToProvider] = {
    openai_chat.NAME: openai_chat,
    anthropic_messages.NAME: anthropic_messages,
    openai_responses.NAME: openai_responses,
    google_generate.NAME: google_generate,
}

SPOKEN: dict[str, Dialect] = {
    openai_chat.NAME: openai_chat,
    anthropic_messages.NAME: anthropic_messages,
    openai_responses.NAME: openai_responses,
    google_generate.NAME: google_generate,
}
"""Every dialect a client may speak, by name."""
