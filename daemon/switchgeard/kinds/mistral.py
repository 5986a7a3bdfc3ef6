"""Mistral's API, by key. Source: its API reference."""

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.listing import Listed
from switchgeard.core.rule import Rule

from .kind import Kind, ModelsPage, Paste
from .lists import listed
from .reply import Row, count, flag, inner, seconds, text, texts


def models(body: bytes) -> tuple[Listed, ...]:
    """Its list: what chats, with its aliases. Raises ValueError."""
    return listed(body, _model)


def _model(row: Row) -> Listed | None:
    name, can = text(row, "id"), inner(row, "capabilities")
    if name is None or flag(can, "completion_chat") is False:
        return None
    return Listed(
        name,
        name=text(row, "name"),
        context=count(row, "max_context_length"),
        tools=flag(can, "function_calling"),
        images=flag(can, "vision"),
        reasoning=flag(can, "reasoning"),
        aliases=texts(row, "aliases"),
        created=seconds(row, "created"),
    )


KIND = Kind(
    name="mistral",
    label="Mistral",
    base_url="https://api.mistral.ai/v1",
    paths={"openai.chat": "/chat/completions"},
    listing=ModelsPage("/models", models),
    billing=Billing.METERED,
    env=("MISTRAL_API_KEY",),
    login=Paste("API key", "https://console.mistral.ai/api-keys"),
    rules=(Rule(FailureKind.MODEL_NOT_FOUND, frozenset({400}), code="invalid_model"),),
)
