"""What the rules and the price list know of names, measured against what people mapped by hand: never the map itself.

What is measured is built with an empty map, and no row of the rules may have the map as its only source, so
what is asked for was never seen.
"""

import json
import runpy
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from switchgear_protocol.words import Billing
from switchgeard.catalogue.canonical import ALIASES, DATE, canonical
from switchgeard.catalogue.proposing import proposed
from switchgeard.catalogue.shipped import Shipped, shipped
from switchgeard.core.listing import Listed
from switchgeard.core.offer import Catalog
from switchgeard.core.provider import Provider

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"
KINDS = {
    "github-copilot": "github-copilot",
    "openrouter": "openrouter",
    "google-vertex": "vertex",
    "google-vertex-anthropic": "vertex",
    "azure": "azure-openai",
    "amazon-bedrock": "bedrock",
}
"""The map's providers -> our kinds. All others are looked at as unknown endpoints."""

FIXTURE = {
    "nvidia/nemotron-3-nano-30b-a3b": {"amazon-bedrock": ["nvidia.nemotron-nano-3-30b"], "x": ["nemotron-3-nano:30b"]},
    "nvidia/nemotron-nano-12b-v2": {"fireworks": ["nvidia-nemotron-nano-12b-v2"]},
    "nvidia/nemotron-nano-12b-v2-vl": {"amazon-bedrock": ["nvidia.nemotron-nano-12b-v2"]},
    "deepseek/deepseek-v3": {"openrouter": ["deepseek/deepseek-v3"]},
    "deepseek/deepseek-v3.1": {"amazon-bedrock": ["deepseek.v3-v1:0"], "openrouter": ["deepseek/deepseek-v3.1"]},
    "openai/gpt-5.5": {"azure": ["gpt-5.5-2026-04-23"], "openrouter": ["openai/gpt-5.5", "openai/gpt-5.5:free"]},
    "openai/gpt-5.5-mini": {"azure": ["gpt-5.5-mini"], "github-copilot": ["gpt-5.5-mini"]},
    "anthropic/claude-3-5-sonnet-20240620": {"vertex": ["claude-3-5-sonnet@20240620"]},
    "anthropic/claude-3-5-sonnet-20241022": {"vertex": ["claude-3-5-sonnet@20241022"]},
}
"""The shapes that go wrong, where the data is not beside the checkout."""

Pairs = Mapping[str, Mapping[str, list[str]]]


def curated() -> dict[str, dict[str, list[str]]]:
    found: dict[str, Any] = json.loads(_data("model_identity.json"))
    return dict(found["base_models"])


def prices() -> dict[str, dict[str, Any]]:
    return dict(json.loads(_data("litellm_model_prices.json")))


def _data(name: str) -> bytes:
    if not (DATA / name).exists():
        pytest.skip("the public lists of models are not beside the checkout")
    return (DATA / name).read_bytes()


@lru_cache(maxsize=1)
def mapless() -> Shipped:
    """The shipped facts as they would be had nobody mapped anything by hand."""
    script = runpy.run_path(str(ROOT / "scripts" / "build_catalogue.py"))
    found: Shipped = script["bundled"](prices(), {"base_models": {}})
    return found


def test_names_never_seen_are_found_on_the_mainstream_providers() -> None:
    """At least 97 % of the pairs on each, by rules and price list alone."""
    right: dict[str, list[bool]] = defaultdict(list)
    for base, providers in curated().items():
        for provider, kind in KINDS.items():
            right[provider] += [
                mapless().name(kind, model) == canonical(base).base for model in providers.get(provider, [])
            ]
    print(", ".join(f"{name} {sum(told)}/{len(told)}" for name, told in right.items()))  # noqa: T201 - the figure
    assert min(sum(told) / len(told) for told in right.values()) >= 0.97


def test_no_other_spelling_was_learnt_from_the_map() -> None:
    """Both sides of each stand in the price list, too."""
    spelled = " ".join(prices()).lower().replace(".", "-")
    assert [each for pair in ALIASES.items() for each in pair if each not in spelled] == []


def disputed(pairs: Pairs) -> set[str]:
    """Spellings that people mapped to two models: no rule can be right about them, nor these people."""
    said: dict[str, set[str]] = defaultdict(set)
    for base, providers in pairs.items():
        for model in (model for ids in providers.values() for model in ids):
            said[_bare(model)].add(_kept_apart(base))
    return {model for model, bases in said.items() if len(bases) > 1}


def _bare(model: str) -> str:
    return model.rpartition("/")[2].lower().replace(".", "-").removeprefix("databricks-")


def _kept_apart(base: str) -> str:
    """A model as people name it: dated and undated name of one release are one."""
    return DATE.sub("", base).removesuffix("-0")


def wrong(pairs: Pairs, shipped: Shipped, beside: Mapping[str, list[str]]) -> list[set[str]]:
    """Proposed groups that hold two models which people keep apart; `beside`: lists whose models nobody mapped."""
    lists: dict[str, list[str]] = defaultdict(list)
    truth: dict[tuple[str, str], str] = {}
    for base, providers in pairs.items():
        for provider, ids in providers.items():
            lists[provider] += ids
            truth.update({(provider, model): _kept_apart(base) for model in ids})
    for provider, ids in beside.items():
        lists[provider] += ids
    groups = _groups(lists, shipped)
    bases = [{truth[key] for key in group if key in truth} for group in groups]
    return [told for told in bases if len(told) > 1]


def _groups(lists: Mapping[str, list[str]], shipped: Shipped) -> Iterator[list[tuple[str, str]]]:
    """Every provider's variants one by one: one of each is enough in a proposal, and would hide the others."""
    homes = {f"{name}#{at}": (name, model) for name, ids in lists.items() for at, model in enumerate(ids)}
    providers = {
        home: Provider(home, KINDS.get(name, "openai-compatible"), home, "http://x", Billing.METERED)
        for home, (name, _) in homes.items()
    }
    rows = {home: (Listed(model),) for home, (_, model) in homes.items()}
    for group in proposed(providers, Catalog(), shipped, rows):
        yield [homes[variant.provider.id] for variant in group.variants]


def test_no_proposal_holds_two_models_over_all_public_lists() -> None:
    """Every provider of both lists at once, mapped by nobody; and with all that is shipped."""
    beside: dict[str, list[str]] = defaultdict(list)
    for key, row in prices().items():
        beside[f"priced-{row.get('litellm_provider')}"].append(key.rpartition("/")[2])
    doubtful = disputed(curated())
    clear = {
        base: {p: [model for model in ids if _bare(model) not in doubtful] for p, ids in providers.items()}
        for base, providers in curated().items()
    }
    print(f"{len(doubtful)} spellings mapped two ways: {', '.join(sorted(doubtful))}")  # noqa: T201 - what is left out
    assert wrong(clear, mapless(), beside) == []
    assert wrong(clear, shipped(), beside) == []
    assert len(doubtful) <= 6


def test_no_proposal_holds_two_models_of_those_that_look_alike() -> None:
    """The same on a small list, always there; with what the map does not say of it."""
    pages = {"nvidia.nemotron-nano-12b-v2": "nemotron-nano-12b-v2-vl", "deepseek.v3-v1:0": "deepseek-v3-1"}
    known = Shipped(curated={"bedrock": pages})
    assert wrong(FIXTURE, known, {}) == []
    assert disputed({"a/one": {"x": ["b/same"]}, "a/two": {"y": ["Same"], "x": ["other"]}}) == {"same"}
    assert wrong({"a/one": {"x": ["same"]}, "a/two": {"y": ["same"]}}, known, {}) == [{"a/one", "a/two"}]


def test_no_two_curated_models_get_one_name() -> None:
    """But for the dated and the undated name of one release."""
    names: dict[str, set[str]] = defaultdict(set)
    for base, providers in curated().items():
        ids = [each for provider in KINDS for each in providers.get(provider, [])]
        for each in (base, *ids):
            if canonical(each).merges:
                names[canonical(each).base].add(_kept_apart(base))
    assert {name: bases for name, bases in names.items() if len(bases) > 1} == {}
