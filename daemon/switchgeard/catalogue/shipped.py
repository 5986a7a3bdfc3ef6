"""Shipped: the facts the wheel carries, read when a config first needs them.

Rules for editing: facts.msgpack.gz is written by scripts/build_catalogue.py only, whose output must decode as
`Shipped`. What it holds is second to what the user and the provider say. Sources and licences: NOTICE, beside it.
"""

import gzip
from functools import lru_cache
from importlib import resources

import msgspec
from msgspec import Struct

from switchgeard.core.offer import Price

from .canonical import REGION, canonical

SECTIONS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "vertex": "vertex",
    "bedrock": "bedrock",
    "azure-openai": "azure",
    "github-copilot": "copilot",
    "openrouter": "openrouter",
    "mistral": "mistral",
    "deepseek": "deepseek",
    "groq": "groq",
    "xai": "xai",
    "together": "together",
    "claude-cli": "anthropic",
    "chatgpt": "openai",
}
"""kind -> the section that knows its ids. A kind not here is known by canonical names only."""


class Facts(Struct, frozen=True, array_like=True):
    """Of one model: tokens, abilities, USD per million tokens; None: not known, which is never 0."""

    context: int | None = None
    max_output: int | None = None
    tools: bool | None = None
    images: bool | None = None
    pdf: bool | None = None
    json_schema: bool | None = None
    reasoning: bool | None = None
    price: Price | None = None


class Shipped(Struct, frozen=True):
    """`models`: by canonical name, without prices. `kinds`: section -> a provider's own id ->
    facts. `curated`: section -> id -> canonical name, as people mapped it."""

    models: dict[str, Facts] = {}
    kinds: dict[str, dict[str, Facts]] = {}
    curated: dict[str, dict[str, str]] = {}

    def name(self, kind: str, model: str) -> str:
        """The canonical name of what this kind calls `model`: as people mapped it, else by rules."""
        return self.mapped(kind, model) or canonical(model).base

    def mapped(self, kind: str, model: str) -> str | None:
        """The canonical name as people mapped it; None where nobody did. A region's own id is the model's."""
        known = self.curated.get(SECTIONS.get(kind, ""), {})
        return known.get(model) or (known.get(REGION.sub("", model, count=1)) if REGION.match(model) else None)

    def ids(self, kind: str) -> tuple[str, ...]:
        """The ids this kind is known to have; those of dated releases only where there is no other."""
        own = self.kinds.get(SECTIONS.get(kind, ""), {})
        plain = {self.name(kind, model): model for model in sorted(own, key=len, reverse=True)}
        return tuple(plain.values())

    def has(self, kind: str, model: str) -> bool:
        """Whether this kind is known to have a model of exactly this id."""
        return model in self.kinds.get(SECTIONS.get(kind, ""), {})

    def facts(self, kind: str, model: str, base: str | None = None) -> Facts | None:
        """What is known of it there; else of the model anywhere, which has no price. `base`: its name, where known."""
        own = self.kinds.get(SECTIONS.get(kind, ""), {}).get(model)
        if own is not None:
            return own
        return self.models.get(base or self.name(kind, model))


@lru_cache(maxsize=1)
def shipped() -> Shipped:
    """The wheel's own; read once. Raises OSError or msgspec's errors only for a broken installation."""
    packed = resources.files("switchgeard.catalogue").joinpath("facts.msgpack.gz").read_bytes()
    return msgspec.msgpack.decode(gzip.decompress(packed), type=Shipped)
