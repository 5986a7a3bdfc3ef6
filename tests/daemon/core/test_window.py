"""A refusal of a too long prompt says which windows are worth another try."""

import pytest

from sample_offers import offer
from switchgeard.core.offer import Features, Offer
from switchgeard.core.window import outgrown, told


def window(tokens: int | None, assumed: bool = False) -> Offer:
    return offer("a", features=Features(context=tokens), assumed_window=assumed)


@pytest.mark.parametrize(
    ("message", "tokens"),
    [
        ("prompt is too long: 213462 tokens > 200000 maximum", 200_000),
        ("input length and `max_tokens` exceed context limit: 195000 + 8192 > 200000, decrease input", 200_000),
        ("prompt token count of 205000 exceeds the limit of 168000", 168_000),
        ("This model's maximum context length is 128000 tokens. However, your messages resulted in 130012", 128_000),
        ("This model's maximum prompt length is 131072 but the request contains 200000 tokens.", 131_072),
        ("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", 1_048_576),
        ("the model is loaded with context length of only 7866 tokens, which is not enough", 7866),
        ("images: 30 exceeds the limit of 20", None),
        ("Your input exceeds the context window of this model.", None),
        ("", None),
    ],
)
def test_the_providers_own_figure_is_read(message: str, tokens: int | None) -> None:
    """Literal messages; a small number counts something else."""
    assert told(message) == tokens


def test_what_the_refusal_names_outdoes_what_was_believed() -> None:
    """However it was known."""
    said = "prompt is too long: 213462 tokens > 200000 maximum"
    assert outgrown(window(1_000_000), 190_000, said) == 200_000
    assert outgrown(window(None), 210_000, said) == 210_000


def test_a_window_of_the_catalogue_is_refuted_by_the_refusal() -> None:
    """It is the maker's; a plan may give less. What the user or the provider's list says stands."""
    assert outgrown(window(1_000_000, assumed=True), 190_000, "too long") == 190_000
    assert outgrown(window(1_000_000), 190_000, "too long") == 1_000_000
    assert outgrown(window(None), 190_000, "too long") == 190_000
