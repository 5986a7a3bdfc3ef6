"""What a model is told of thinking."""

from typing import Any, Literal

import pytest

from switchgear_protocol.content import Reasoning
from switchgeard.dialects.google_generate.thinking import NEWEST, thinking, version, wants_signatures

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gemini-3.1-pro-preview", (3, 1)),
        ("gemini-3-pro-preview", (3, 0)),
        ("models/gemini-2.5-flash-preview-09-2025", (2, 5)),
        ("gemini-2.0-flash-001", (2, 0)),
        ("gemini-4-argon", (4, 0)),
        ("gemini-flash-latest", NEWEST),
        ("gemma-3-27b-it", (0, 0)),
    ],
)
def test_versions_are_read_from_ids(model: str, expected: tuple[int, int]) -> None:
    """What has none but is Gemini is of the newest."""
    assert version(model) == expected
    assert wants_signatures(model) == (expected >= (3, 0))


@pytest.mark.parametrize(
    ("model", "effort", "level"),
    [
        ("gemini-3-pro", "none", "LOW"),
        ("gemini-3-pro", "medium", "HIGH"),
        ("gemini-3.1-pro", "medium", "MEDIUM"),
        ("gemini-3.1-pro", "xhigh", "HIGH"),
        ("gemini-3.8-flash", "none", "MINIMAL"),
        ("gemini-3.8-flash", "minimal", "MINIMAL"),
        ("gemini-3.8-flash", "low", "LOW"),
        ("gemini-3.8-flash", "max", "HIGH"),
    ],
)
def test_newer_models_take_a_level(model: str, effort: Effort, level: str) -> None:
    """Only one they know; thoughts are shown unless none are wanted."""
    told = thinking(Reasoning(effort), model, None)
    assert told == ({"includeThoughts": True} if effort != "none" else {}) | {"thinkingLevel": level}


@pytest.mark.parametrize(
    ("asked", "model", "max_tokens", "budget"),
    [
        (Reasoning("none"), "gemini-2.5-flash", None, 0),
        (Reasoning("none"), "gemini-2.5-pro", None, 128),
        (Reasoning("low"), "gemini-2.5-pro", None, 4096),
        (Reasoning("max"), "gemini-2.5-flash", None, 24_576),
        (Reasoning("max"), "gemini-2.5-pro", 1000, 999),
        (Reasoning("high"), "gemini-2.5-pro", 1000, 800),
        (Reasoning(budget_tokens=2000), "gemini-2.5-pro", 1000, 999),
        (Reasoning(budget_tokens=10), "gemini-2.5-flash-lite", None, 512),
        (Reasoning(budget_tokens=0), "gemini-2.5-flash-lite", None, 0),
    ],
)
def test_older_ones_take_a_budget_within_their_bounds(
    asked: Reasoning, model: str, max_tokens: int | None, budget: int
) -> None:
    """And below the limit of the whole answer, which thoughts are part of."""
    told: Any = thinking(asked, model, max_tokens)
    assert told["thinkingBudget"] == budget


def test_a_budget_is_a_level_where_one_is_wanted() -> None:
    """The smallest that allows it."""
    assert (thinking(Reasoning(budget_tokens=2000), "gemini-3.1-pro", None) or {})["thinkingLevel"] == "LOW"
    assert (thinking(Reasoning(budget_tokens=12_000), "gemini-3.1-pro", None) or {})["thinkingLevel"] == "MEDIUM"
    assert (thinking(Reasoning(budget_tokens=99_999), "gemini-3.1-pro", None) or {})["thinkingLevel"] == "HIGH"


@pytest.mark.parametrize("model", ["gemma-3-27b-it", "gemini-2.0-flash"])
def test_who_refuses_to_be_told_is_told_nothing(model: str) -> None:
    """Nor is anybody who was asked nothing."""
    assert thinking(Reasoning("high"), model, None) is None
    assert thinking(None, "gemini-3-pro", None) is None
    assert thinking(Reasoning(), "gemini-3-pro", None) is None
