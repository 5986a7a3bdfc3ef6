"""Every dialect there is, by name: to a provider and from a client. Adding one adds a row."""

from . import anthropic_messages, bedrock_converse, google_generate, openai_chat, openai_responses
from .dialect import Dialect, ProviderSide

DIALECTS: dict[str, Dialect] = {
    openai_chat.NAME: openai_chat,
    anthropic_messages.NAME: anthropic_messages,
    openai_responses.NAME: openai_responses,
    google_generate.NAME: google_generate,
}
"""What a client may speak, and an offer be spoken to in."""

WIRES: dict[str, ProviderSide] = {**DIALECTS, bedrock_converse.NAME: bedrock_converse}
"""What an offer may be spoken to in."""
