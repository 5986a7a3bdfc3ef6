"""label: names for people."""

import pytest

from switchgeard.config.label import label


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("claude_subscription_pro", "Claude Subscription Pro"),
        ("github_copilot", "GitHub Copilot"),
        ("openrouter-work", "OpenRouter Work"),
        ("claude_api", "Claude API"),
        ("opus-4.6", "Opus 4.6"),
        ("gpt-5.5", "GPT 5.5"),
        ("gpt-4o-mini", "GPT 4o Mini"),
        ("claude-opus-4-6", "Claude Opus 4.6"),
        ("claude-sonnet-4-20250514", "Claude Sonnet 4 20250514"),
        ("---", "---"),
    ],
)
def test_a_name_is_made_readable(name: str, shown: str) -> None:
    """Words are capitalised, brands are spelled as they spell themselves."""
    assert label(name) == shown
