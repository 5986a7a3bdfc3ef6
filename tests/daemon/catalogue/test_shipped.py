"""The shipped facts are small, whole and what the public price lists say."""

from importlib import resources

from switchgeard.catalogue.proposing import RELEASED
from switchgeard.catalogue.shipped import SECTIONS, shipped
from switchgeard.core.offer import Price
from switchgeard.kinds.known import KINDS


def priced(kind: str, model: str) -> tuple[float, float, float | None]:
    price = (facts := shipped().facts(kind, model)) and facts.price
    assert isinstance(price, Price)
    return price.input, price.output, price.cache_read


def test_known_prices_are_there_with_cache_and_tiers() -> None:
    """Anchors of four makers, by their own ids."""
    assert priced("anthropic", "claude-opus-5-5") == (4.0, 20.0, 0.2)
    assert priced("openai", "gpt-5.5") == (5.0, 30.0, 0.5)
    assert priced("deepseek", "deepseek-v4-pro") == (1.32, 3.96, 0.044)
    haiku = shipped().facts("anthropic", "claude-haiku-5-5")
    assert haiku is not None
    assert haiku.price is not None
    assert [(tier.above, tier.input) for tier in haiku.price.tiers] == [(100_000, 0.5)]
    assert haiku.price.cache_write_1h == 0.2


def test_an_unknown_price_is_not_free() -> None:
    """A subscription's model, and one its provider alone prices, have none."""
    for kind, model in (("github-copilot", "gpt-4.1"), ("openrouter", "anthropic/claude-opus-4.6")):
        facts = shipped().facts(kind, model)
        assert facts is not None
        assert facts.price is None
    assert shipped().facts("openai", "no-such-model") is None


def test_every_section_belongs_to_a_kind() -> None:
    """A kind spelled otherwise would have no facts at all, and nobody would notice."""
    assert SECTIONS.keys() | RELEASED <= KINDS.keys()
    assert set(SECTIONS.values()) <= shipped().kinds.keys() | shipped().curated.keys()


def test_a_claude_subscription_has_a_list_price_to_save() -> None:
    """What Claude Code answers is worth what Anthropic's API asks for it."""
    assert priced("claude-cli", "claude-opus-4-6") == priced("anthropic", "claude-opus-4-6") == (5.0, 25.0, 0.5)


def test_the_wheel_carries_little() -> None:
    """At most 300 KB, with the licences of its sources beside it."""
    folder = resources.files("switchgeard.catalogue")
    assert len(folder.joinpath("facts.msgpack.gz").read_bytes()) <= 300_000
    assert "MIT" in folder.joinpath("NOTICE").read_text()
    assert {SECTIONS[kind] for kind in ("openai", "anthropic", "google", "bedrock")} <= shipped().kinds.keys()


def test_what_a_region_calls_a_model_is_the_model() -> None:
    """Amazon's regions each have ids of their own; people mapped one of them."""
    assert shipped().name("bedrock", "deepseek.v3-v1:0") == "deepseek-v3-1"
    assert shipped().mapped("bedrock", "us-gov.nvidia.nemotron-nano-12b-v2") == "nemotron-nano-12b-v2-vl"
    assert shipped().mapped("bedrock", "us.acme.nothing") is None
