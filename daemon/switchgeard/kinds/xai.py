"""xAI's API, by key. Source: its API reference."""

from switchgear_protocol.words import Billing
from switchgeard.core.listing import Listed
from switchgeard.core.offer import Price

from .kind import Kind, ModelsPage, Paste
from .lists import listed
from .reply import Row, among, seconds, text, texts, usd

SCALE = 1e-4  # its prices are in 1e-10 USD per token


def models(body: bytes) -> tuple[Listed, ...]:
    """The language models with prices and aliases; it tells no context. Raises ValueError."""
    return listed(body, _model, "models")


def _model(row: Row) -> Listed | None:
    name = text(row, "id")
    if name is None:
        return None
    return Listed(
        name,
        images=among(texts(row, "input_modalities"), "image"),
        price=_price(row),
        aliases=texts(row, "aliases"),
        created=seconds(row, "created"),
    )


def _price(row: Row) -> Price | None:
    fresh, out = usd(row, "prompt_text_token_price", SCALE), usd(row, "completion_text_token_price", SCALE)
    if fresh is None or out is None:
        return None
    return Price(fresh, out, usd(row, "cached_prompt_text_token_price", SCALE))


KIND = Kind(
    name="xai",
    label="xAI",
    base_url="https://api.x.ai/v1",
    paths={"openai.chat": "/chat/completions", "openai.responses": "/responses"},
    listing=ModelsPage("/language-models", models),
    billing=Billing.METERED,
    env=("XAI_API_KEY",),
    login=Paste("API key", "https://console.x.ai"),
    vendor="xai",
)
