"""Groq's API, by key. Source: its API reference.

Its `x-ratelimit-*-requests` count a day and `-tokens` a minute, which the names do not say.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from switchgear_protocol.words import Billing
from switchgeard.core.clock import Now
from switchgeard.core.listing import Listed
from switchgeard.core.quota import Window
from switchgeard.core.readings import readings as usual

from .kind import Kind, ModelsPage, Paste
from .lists import listed
from .reply import Row, count, seconds, text

_OTHER = ("whisper", "playai", "orpheus", "canopylabs")  # hear and speak; the list does not say so
_PERIODS = {"requests": "requests-day", "tokens": "tokens-minute"}


def models(body: bytes) -> tuple[Listed, ...]:
    """Its list, with limits. Raises ValueError."""
    return listed(body, _model)


def _model(row: Row) -> Listed | None:
    name = text(row, "id")
    if name is None or any(word in name for word in _OTHER):
        return None
    active = row.get("active") is not False
    return Listed(
        name,
        context=count(row, "context_window"),
        max_output=count(row, "max_completion_tokens"),
        enabled=active,
        why_not="" if active else "not active there",
        created=seconds(row, "created"),
    )


def readings(provider: str, model: str, headers: Mapping[str, str], now: Now) -> tuple[Window, ...]:
    """The usual headers, with the periods they have here."""
    found = usual(provider, model, headers, now)
    return tuple(replace(window, window=_PERIODS.get(window.window, window.window)) for window in found)


KIND = Kind(
    name="groq",
    label="Groq",
    base_url="https://api.groq.com/openai/v1",
    paths={"openai.chat": "/chat/completions"},
    listing=ModelsPage("/models", models),
    billing=Billing.METERED,
    env=("GROQ_API_KEY",),
    login=Paste("API key", "https://console.groq.com/keys"),
    readings=readings,
    reads_alone=True,
)
