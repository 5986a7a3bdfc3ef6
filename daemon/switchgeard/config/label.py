"""Labels: the names people read, made from the names they typed. `label` in the config beats them."""

import re

SPELLINGS = {
    word.lower(): word
    for word in (
        *("AI", "API", "AWS", "ChatGPT", "CLI", "DeepSeek", "GitHub", "GLM", "GPT", "LLM", "LM", "OpenAI"),
        *("OpenRouter", "Qwen", "vLLM", "xAI"),
    )
}
VERSION = re.compile(r"(?<![\w.])(\d{1,2})-(\d{1,2})(?![\w.])")
"""claude-opus-4-6: two small numbers in a row are one version."""


def label(name: str) -> str:
    """`claude_subscription_pro` -> "Claude Subscription Pro", `opus-4.6` -> "Opus 4.6"."""
    words = re.split(r"[-_\s]+", VERSION.sub(r"\1.\2", name))
    return " ".join(_word(word) for word in words if word) or name


def _word(word: str) -> str:
    return SPELLINGS.get(word.lower(), word[:1].upper() + word[1:])
