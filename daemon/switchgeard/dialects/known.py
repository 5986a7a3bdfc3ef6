"""Every dialect a provider can be spoken to in, by name. Adding one adds a row."""

from . import anthropic_messages, openai_chat
from .dialect import ToProvider

DIALECTS: dict[str, ToProvider] = {
    openai_chat.NAME: openai_chat,
    anthropic_messages.NAME: anthropic_messages,
}
