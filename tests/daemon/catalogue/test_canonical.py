"""One model has one name, whoever spells it; and two models never share one."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.catalogue.canonical import DATE, canonical

IDENTITY = Path(__file__).resolve().parents[4] / "shared" / "data" / "model_identity.json"
MAINSTREAM = ("github-copilot", "openrouter", "google-vertex", "google-vertex-anthropic", "azure", "amazon-bedrock")

SPELLINGS = {
    "claude-opus-4-6": (
        "claude-opus-4-6-20260205 claude-opus-4.6 anthropic/claude-opus-4.6 anthropic.claude-opus-4-6-v1"
        " us.anthropic.claude-opus-4-6-v1 claude-opus-4-6@default databricks-claude-opus-4-6"
    ),
    "claude-sonnet-4-5": (
        "claude-sonnet-4-5-20250929 us.anthropic.claude-sonnet-4-5-20250929-v1:0 claude-sonnet-4-5@20250929"
        " anthropic.claude-sonnet-4-5-20250929-v1:0:200k"
    ),
    "claude-sonnet-3-7": "claude-3-7-sonnet-20250219 anthropic/claude-3.7-sonnet claude-3-7-sonnet@20250219",
    "gpt-5-5": "gpt-5.5 gpt-5.5-2026-04-23 openai/gpt-5.5 openai.gpt-5.5",
    "llama-3-3-70b-instruct": (
        "meta-llama/llama-3.3-70b-instruct us.meta.llama3-3-70b-instruct-v1:0 meta/llama-3.3-70b-instruct-maas"
        " llama-3.3-70b-versatile meta-llama/Llama-3.3-70B-Instruct-Turbo llama3.3:70b-instruct-q4_K_M"
    ),
    "deepseek-r1": "deepseek/deepseek-r1 us.deepseek.r1-v1:0 DeepSeek-R1",
    "kimi-k2-thinking": "moonshotai/kimi-k2-thinking moonshot.kimi-k2-thinking",
}


def test_every_spelling_of_a_model_comes_to_the_same_name() -> None:
    """Copilot's dots, Bedrock's regions and revisions, Vertex's versions, dates, a local server's tags."""
    for base, ids in SPELLINGS.items():
        assert {each: canonical(each).base for each in ids.split()} == dict.fromkeys(ids.split(), base)


def test_what_may_be_other_weights_keeps_a_name_of_its_own() -> None:
    """Sizes, modes of training, previews: a name too few would give wrong answers."""
    ids = [
        "gpt-5",
        "gpt-5-mini",
        "gpt-5-nano",
        "gpt-5-pro",
        "gpt-5-codex",
        "gpt-5-chat-latest",
        "gemini-3.1-flash-lite",
        "gemini-3.1-flash-lite-preview",
        "gemini-3.1-pro-preview",
        "gemini-3.1-pro-preview-customtools",
        "llama-3.3-8b-instruct",
        "llama-3.3-70b-instruct",
        "llama-3.3-70b",
        "claude-opus-4.6-fast",
        "gpt-4o-2024-05-13",
        "gpt-4o-2024-08-06",
        "claude-3-5-sonnet-20240620",
        "claude-3-5-sonnet-20241022",
        "gpt-4-turbo",
        "gpt-4",
        "qwen3-9b-claude-4-6-opus-reasoning-distilled",
        "nemotron-nano-9b-v2",
        "nemotron-nano-9b",
    ]
    assert len({canonical(each).base for each in ids}) == len(ids)


def test_another_quota_or_another_mode_is_no_merge() -> None:
    """`:free`, `:thinking`, `:batch` and moving names are told, and never merged by rule."""
    for each in ("a/b:free", "a/b:thinking", "a/b:online", "a/b:batch", "deepseek-chat", "gemini-flash-latest", ""):
        assert not canonical(each).merges
    assert canonical("a/b").merges


def test_weights_of_lower_precision_are_marked() -> None:
    """They are the same model, and second to it."""
    for each in ("Qwen/Qwen3-32B-FP8", "llama3.3:70b-instruct-q4_K_M", "meta-llama/Llama-3.3-70B-Instruct-Turbo"):
        assert canonical(each).quantised
    assert not canonical("gpt-4-turbo").quantised


@given(st.text(max_size=80))
def test_any_text_has_a_name_and_a_name_is_its_own_name(each: str) -> None:
    """Lists hold anything; a name that is read again does not change its maker's mind or fail."""
    assert isinstance(canonical(each).base, str)


def curated() -> dict[str, dict[str, list[str]]]:
    if not IDENTITY.exists():
        pytest.skip("the curated map of model names is not beside the checkout")
    found: dict[str, Any] = json.loads(IDENTITY.read_bytes())
    return dict(found["base_models"])


def test_the_rules_find_what_people_curated_by_hand() -> None:
    """At least 97 % of the pairs on each mainstream provider."""
    right: dict[str, list[bool]] = defaultdict(list)
    for base, providers in curated().items():
        for provider in MAINSTREAM:
            right[provider] += [canonical(each).base == canonical(base).base for each in providers.get(provider, [])]
    shares = {provider: sum(told) / len(told) for provider, told in right.items()}
    print(", ".join(f"{p} {sum(right[p])}/{len(right[p])}" for p in MAINSTREAM))  # noqa: T201 - the figure itself
    assert min(shares.values()) >= 0.97


def test_no_two_curated_models_get_one_name() -> None:
    """But for the dated and the undated name of one release."""
    names: dict[str, set[str]] = defaultdict(set)
    for base, providers in curated().items():
        ids = [each for provider in MAINSTREAM for each in providers.get(provider, [])]
        for each in (base, *ids):
            if canonical(each).merges:
                names[canonical(each).base].add(DATE.sub("", base).removesuffix("-0"))
    assert {name: bases for name, bases in names.items() if len(bases) > 1} == {}
