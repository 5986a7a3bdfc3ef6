"""Together's API, by key. Source: its API reference. The list is a bare array; prices are per million tokens."""

from switchgear_protocol.words import Billing, FailureKind
from switchgeard.core.listing import Listed
from switchgeard.core.offer import Price
from switchgeard.core.rule import Rule

from .kind import Kind, ModelsPage, Paste
from .lists import listed
from .reply import Row, count, inner, seconds, text, usd

_CHATS = (None, "chat", "language", "code")
_SUFFIXES = (("-FP8", "fp8"), ("-Turbo", "fp8"), ("-Lite", "int4"), ("-INT4", "int4"))


def models(body: bytes) -> tuple[Listed, ...]:
    """What chats, with limits and prices. Raises ValueError."""
    return listed(body, _model)


def _model(row: Row) -> Listed | None:
    name = text(row, "id")
    if name is None or text(row, "type") not in _CHATS:
        return None
    return Listed(
        name,
        name=text(row, "display_name"),
        context=count(row, "context_length"),
        price=_price(inner(row, "pricing")),
        created=seconds(row, "created"),
        quantisation=next((weights for suffix, weights in _SUFFIXES if name.endswith(suffix)), None),
    )


def _price(row: Row) -> Price | None:
    fresh, out = usd(row, "input"), usd(row, "output")
    return None if fresh is None or out is None else Price(fresh, out, usd(row, "cached_input"))


KIND = Kind(
    name="together",
    label="Together",
    base_url="https://api.together.ai/v1",
    paths={"openai.chat": "/chat/completions"},
    listing=ModelsPage("/models", models),
    billing=Billing.METERED,
    env=("TOGETHER_API_KEY",),
    login=Paste("API key", "https://api.together.ai/settings/api-keys"),
    # a 403 is about the prompt's length there, whatever a 403 is elsewhere
    rules=(Rule(FailureKind.CONTEXT_LENGTH, frozenset({403}), pattern=r"token|context|length"),),
)
