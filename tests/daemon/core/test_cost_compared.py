"""Cost compared with genai-prices: the same prices on both sides, so what is compared is arithmetic and token classes.

Theirs counts the prompt whole, cached tokens within; ours apart. Each reads the recorded bodies by itself.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorded import FAMILIES, answers_and_errors, bodies
from switchgear_protocol.content import Usage
from switchgeard.core.cost import list_usd
from switchgeard.core.offer import Price, Tier
from switchgeard.dialects.anthropic_messages.usage import usage as read_anthropic
from switchgeard.dialects.openai_chat.usage import usage as read_chat
from switchgeard.dialects.openai_responses.usage import usage as read_responses

genai_prices = pytest.importorskip("genai_prices", reason="genai-prices is not installed: costs are not compared")

WITHIN = 0.005
PRICE = Price(5.0, 25.0, 0.5, 6.25, 10.0, (Tier(200_000, 10.0, 37.5, 1.0, 12.5, 20.0),))
FIELDS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
}
READERS = {
    "anthropic.messages": (read_anthropic, "anthropic", "default", "claude-opus-4-6"),
    "openai.chat": (read_chat, "openai", "chat", "gpt-5"),
    "openai.responses": (read_responses, "openai", "responses", "gpt-5"),
}
OTHERS = {"cost_in_usd_ticks", "cached_tokens"}
"""Marks of xAI, whose reasoning is beside the output, and of Moonshot, whose cached tokens have another place."""

TICKS = 1e10  # of xAI, in a USD
GROK_3_MINI = Price(0.3, 0.5, cache_read=0.075)
TOKENS = st.integers(0, 300_000)


def tiered(name: str) -> Any:
    from genai_prices.types import Tier as Step
    from genai_prices.types import TieredPrices

    steps = [Step(start=tier.above, price=_exact(getattr(tier, name))) for tier in PRICE.tiers]
    return TieredPrices(base=_exact(getattr(PRICE, name)), tiers=steps)


def _exact(value: float) -> Decimal:
    return Decimal(str(value))


def theirs(usage: Any) -> float:
    from genai_prices.types import ModelPrice

    price = ModelPrice(**{theirs: tiered(ours) for ours, theirs in FIELDS.items()})
    return float(price.calc_price(usage)["total_price"])


def ours(usage: Usage) -> float:
    found = list_usd(PRICE, usage)
    assert found is not None
    return found


@given(TOKENS, TOKENS, TOKENS, TOKENS, TOKENS)
def test_any_mixture_of_tokens_costs_the_same(fresh: int, output: int, read: int, short: int, long: int) -> None:
    """On both sides of the tier, every class of token in any amount."""
    usage = genai_prices.Usage(
        input_tokens=fresh + read + short + long,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=short + long,
        cache_write_1h_tokens=long,
    )
    mine = Usage(fresh, output, read, short + long, cache_write_1h=long)
    assert ours(mine) == pytest.approx(theirs(usage), rel=WITHIN)


def recorded(wire: str) -> list[object]:
    return answers_and_errors(bodies(FAMILIES[wire]))[0]


@pytest.mark.parametrize(
    ("wire", "path"),
    [
        pytest.param(wire, *one.values, marks=one.marks, id=f"{wire}-{one.id}")  # type: ignore[attr-defined]
        for wire in READERS
        for one in recorded(wire)
    ],
)
def test_a_recorded_answer_costs_the_same_as_they_read_it(wire: str, path: Path | None) -> None:
    """Every whole body recorded that has usage both can read."""
    assert path is not None
    body = json.loads(path.read_text())
    read, provider, flavor, known = READERS[wire]
    counts = body.get("usage")
    if not counts:
        pytest.skip("it reports no usage")
    if counts.keys() & OTHERS:
        pytest.skip("their reader of OpenAI's counts does not know this provider's: see the test below")
    try:
        found = genai_prices.extract_usage({**body, "model": known}, provider_id=provider, api_flavor=flavor).usage
    except (LookupError, ValueError) as refusal:
        pytest.skip(f"genai-prices does not read it: {refusal}")
    assert ours(read(counts)) == pytest.approx(theirs(found), rel=WITHIN)


@pytest.mark.parametrize("path", [one for one in bodies(("xai",)) if "xai-t" in str(one)])
def test_xai_charged_what_we_make_of_its_counts(path: Path | None) -> None:
    """An answer that says its own price is the best judge of which tokens are which."""
    assert path is not None
    counts = json.loads(path.read_text())["usage"]
    assert list_usd(GROK_3_MINI, read_chat(counts)) == pytest.approx(counts["cost_in_usd_ticks"] / TICKS, rel=WITHIN)
