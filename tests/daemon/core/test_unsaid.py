"""What single models refuse on a wire that has a word for it."""

import pytest

from switchgeard.core.needs import CARRIES
from switchgeard.core.unsaid import MODELS, unsaid
from switchgeard.dialects.claude import takes_sampling

CLAUDES = (
    "claude-opus-4-6",
    "claude-opus-4.6",
    "claude-opus-4-7",
    "anthropic/claude-opus-4.8",
    "us.anthropic.claude-opus-5-5-v1",
    "claude-3-5-sonnet-20241022",
    "claude-sonnet-4-20250514",
    "claude-haiku-4-5-20251001",
    "claude-sonnet-5",
    "glm-4.7",
)


@pytest.mark.parametrize(
    ("wire", "model", "refused"),
    [
        ("openai.chat", "gpt-5.5", {"penalties", "stop"}),
        ("openai.chat", "openai/o3-mini", {"penalties", "stop"}),
        ("openai.chat", "gpt-4.1", set()),
        ("openai.chat", "gpt-oss-120b", set()),
        ("openai.chat", "google/gemini-3-pro", {"penalties", "seed"}),
        ("openai.chat", "grok-4", {"penalties", "stop"}),
        ("openai.chat", "grok-4-fast-non-reasoning", {"penalties"}),
        ("google.generate", "gemini-3-pro", set()),
    ],
)
def test_a_model_is_known_by_its_id(wire: str, model: str, refused: set[str]) -> None:
    """Whatever host it is on; on another wire it may be another matter."""
    assert unsaid(wire, model) == refused


def test_only_what_the_wire_carries_can_be_refused() -> None:
    """The rest is lost for every model already."""
    assert all(uses <= CARRIES[wire] for wire, _, uses in MODELS)


@pytest.mark.parametrize("model", CLAUDES)
def test_claude_refuses_top_k_where_it_refuses_temperature(model: str) -> None:
    """One version, told in two places: here for the gate, there for the encoder."""
    assert (unsaid("anthropic.messages", model) == {"top_k"}) is not takes_sampling(model)
