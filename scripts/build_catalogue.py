"""Builds daemon/switchgeard/catalogue/facts.msgpack.gz, the facts of models that the wheel carries.

    python scripts/build_catalogue.py PRICES.json IDENTITY.json

PRICES.json is LiteLLM's model_prices_and_context_window.json, IDENTITY.json the models.dev map of base models
({"base_models": {"vendor/model": {provider: [id, ...]}}}); both MIT, their notices are in catalogue/NOTICE. Only facts
are taken: names, limits, abilities, prices. Rules for editing: KINDS says whose ids stand in which section; a row
without a price stays without one (unknown is not free).
"""

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "protocol"), str(ROOT / "daemon")]

from switchgeard.catalogue.canonical import REGION, canonical  # noqa: E402
from switchgeard.catalogue.shipped import Facts, Shipped  # noqa: E402
from switchgeard.core.offer import Price, Tier  # noqa: E402

OUT = ROOT / "daemon/switchgeard/catalogue/facts.msgpack.gz"

KINDS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "gemini": "google",
    "bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "azure": "azure",
    "azure_ai": "azure",
    "github_copilot": "copilot",
    "mistral": "mistral",
    "deepseek": "deepseek",
    "groq": "groq",
    "xai": "xai",
    "together_ai": "together",
    "vercel_ai_gateway": "vercel",
}
"""litellm_provider -> section; every `vertex_ai...` is "vertex"."""

IDENTITY = {
    "github-copilot": "copilot",
    "openrouter": "openrouter",
    "google-vertex": "vertex",
    "google-vertex-anthropic": "vertex",
    "azure": "azure",
    "amazon-bedrock": "bedrock",
}
CARD = re.compile(r"/model-card-([a-z0-9-]+)\.(?:html|md)$")
"""How Amazon's page of one model is named, by maker and model: PRICES.json links it."""

CHAT = ("chat", "responses")
TIERS = (32, 100, 128, 200, 256, 272, 512)  # thousands of tokens
ABILITIES = {
    "tools": "supports_function_calling",
    "images": "supports_vision",
    "pdf": "supports_pdf_input",
    "json_schema": "supports_response_schema",
    "reasoning": "supports_reasoning",
}


def main(prices: str, identity: str) -> None:
    """Write the shipped facts and say how large it is."""
    rows = json.loads(Path(prices).read_bytes())
    shipped = bundled(rows, json.loads(Path(identity).read_bytes()))
    packed = gzip.compress(msgspec.msgpack.encode(shipped), 9, mtime=0)
    OUT.write_bytes(packed)
    told = f"{len(shipped.models)} models, {sum(map(len, shipped.kinds.values()))} variants, {len(packed)} bytes"
    print(told)  # noqa: T201 - a script's result


def bundled(rows: dict[str, Any], identity: dict[str, Any]) -> Shipped:
    """All facts. Names: as people mapped them, then as the maker's pages have them."""
    kinds, names = sections(rows), curated(identity)
    names["bedrock"] = {**carded(rows), **names["bedrock"]}
    return Shipped(models(kinds), kinds, names)


def sections(rows: dict[str, Any]) -> dict[str, dict[str, Facts]]:
    found: dict[str, dict[str, Facts]] = {}
    for key, row in rows.items():
        source = row.get("litellm_provider") or ""
        section = "vertex" if source.startswith("vertex_ai") else KINDS.get(source)
        if section and row.get("mode") in CHAT and "/" not in (name := own_id(key, source)):
            found.setdefault(section, {}).setdefault(name, facts(row))
        elif section in ("together", "groq", "vercel") and row.get("mode") in CHAT:
            found.setdefault(section, {}).setdefault(own_id(key, source), facts(row))
    return found


def own_id(key: str, source: str) -> str:
    """The provider's own id: LiteLLM writes its name for the provider before it."""
    head, slash, rest = key.partition("/")
    return rest if slash and (head == source or source.startswith(head)) else key


def facts(row: dict[str, Any]) -> Facts:
    able = {name: row.get(key) for name, key in ABILITIES.items()}
    if any(key.startswith("supports_") for key in row):
        able["images"] = bool(able["images"])  # the one ability whose absence is told by silence
    limits = (whole(row.get("max_input_tokens")), whole(row.get("max_output_tokens")))
    return Facts(*limits, **able, price=price(row))


def whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and value > 0 else None


def price(row: dict[str, Any]) -> Price | None:
    """USD per million; a price of nothing is unknown."""
    if not row.get("input_cost_per_token") and not row.get("output_cost_per_token"):
        return None
    tiers = tuple(Tier(size * 1000, **rates(row, f"_above_{size}k_tokens")) for size in TIERS if tiered(row, size))
    return Price(**rates(row, ""), tiers=tiers)


def tiered(row: dict[str, Any], size: int) -> bool:
    return f"input_cost_per_token_above_{size}k_tokens" in row


def rates(row: dict[str, Any], suffix: str) -> dict[str, Any]:
    keys = {
        "input": "input_cost_per_token",
        "output": "output_cost_per_token",
        "cache_read": "cache_read_input_token_cost",
        "cache_write": "cache_creation_input_token_cost",
        "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    }
    found = {name: row.get(f"{key}{suffix}") for name, key in keys.items()}
    needed = {name: found[name] or row.get(keys[name], 0.0) for name in ("input", "output")}
    return {name: None if v is None else round(v * 1e6, 6) for name, v in {**found, **needed}.items()}


def models(kinds: dict[str, dict[str, Facts]]) -> dict[str, Facts]:
    """One row per name: as its maker says where it sells the model itself."""
    found: dict[str, Facts] = {}
    first = ("anthropic", "openai", "google", "mistral", "deepseek", "xai")
    for section in (*first, *(each for each in kinds if each not in first)):
        for name, known in kinds.get(section, {}).items():
            base = canonical(name).base
            found.setdefault(base, msgspec.structs.replace(known, price=None))  # a price is one provider's
    return found


def curated(identity: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What people mapped by hand, where the rules say something else."""
    found: dict[str, dict[str, str]] = {section: {} for section in IDENTITY.values()}
    for base, providers in identity["base_models"].items():
        for provider, section in IDENTITY.items():
            for name in providers.get(provider, []):
                if not canonical(name).tags:
                    found[section][name] = canonical(base).base
    return found


def carded(rows: dict[str, Any]) -> dict[str, str]:
    """Bedrock's ids that are shorter than the name on the model's own page: `deepseek.v3-v1:0` is DeepSeek V3.1."""
    found: dict[str, str] = {}
    for key, row in rows.items():
        card = CARD.search(row.get("source") or "")
        own = REGION.sub("", key.rpartition("/")[2], count=1)
        name = canonical(own)
        if card and name.vendor and row.get("mode") in CHAT:
            told = canonical(card[1].removeprefix(f"{name.vendor}-")).base
            if told.startswith(f"{name.base}-"):
                found[own] = told
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
