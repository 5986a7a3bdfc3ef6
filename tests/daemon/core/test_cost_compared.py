"""Cost compared with genai-prices: the same prices on both sides, so what is compared is arithmetic and token classes.

Theirs counts the prompt whole, cached tokens within; ours apart. Each reads the recorded answers by itself, bodies and
streams, on every wire.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import frames
from recorded import FAMILIES, answers_and_errors, bodies, payloads, streams
from switchgear_protocol.content import Usage
from switchgear_protocol.events import StreamEvent, UsageReport
from switchgeard.core.cost import list_usd
from switchgeard.core.offer import Price, Tier
from switchgeard.dialects import known
from switchgeard.dialects.openai_chat.usage import usage as read_chat
from switchgeard.upstream.eventstream import Parser
from switchgeard.upstream.sse import Event

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
THEIRS = {
    "anthropic.messages": ("anthropic", "default", {"model": "claude-opus-4-6"}),
    "openai.chat": ("openai", "chat", {"model": "gpt-5"}),
    "openai.responses": ("openai", "responses", {"model": "gpt-5"}),
    "google.generate": ("google", "default", {"modelVersion": "gemini-2.5-pro"}),
    "bedrock.converse": ("aws", "default", {"model": "anthropic.claude-sonnet-4-5-20250929-v1:0"}),
}
"""Wire -> the reader of theirs for it, and a model it knows."""

ENDS = ("message_stop", "response.completed", "response.incomplete", "response.failed")
COUNTS = {"google.generate": "usageMetadata"}
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


def streamed(wire: str) -> list[object]:
    return streams(FAMILIES[wire])


def each(found: Any) -> list[Any]:
    """A parameter per wire and recording."""
    return [
        pytest.param(wire, *one.values, marks=one.marks, id=f"{wire}-{one.id}")
        for wire in THEIRS
        for one in found(wire)
    ]


def theirs_of(wire: str, counts: dict[str, Any]) -> float:
    """USD of these counts as they read them; skipped, with the reason, where they cannot."""
    if counts.keys() & OTHERS:
        pytest.skip("their reader of OpenAI's counts does not know this provider's: see the test below")
    provider, flavor, model = THEIRS[wire]
    body = {COUNTS.get(wire, "usage"): counts, **model}
    try:
        return theirs(genai_prices.extract_usage(body, provider_id=provider, api_flavor=flavor).usage)
    except (LookupError, ValueError) as refusal:
        pytest.skip(f"genai-prices does not read it: {refusal}")


def costs(events: Iterable[StreamEvent]) -> float:
    """Ours of a whole answer: what was counted last."""
    told = [event.usage for event in events if isinstance(event, UsageReport)]
    return ours(told[-1])


@pytest.mark.parametrize(("wire", "path"), each(recorded))
def test_a_recorded_answer_costs_the_same_as_they_read_it(wire: str, path: Path | None) -> None:
    """Every whole body recorded that has usage both can read."""
    assert path is not None
    counts = json.loads(path.read_text()).get(COUNTS.get(wire, "usage"))
    if not counts:
        pytest.skip("it reports no usage")
    expected = theirs_of(wire, counts)
    assert costs(known.WIRES[wire].whole(path.read_bytes())) == pytest.approx(expected, rel=WITHIN)


@pytest.mark.parametrize(("wire", "path"), each(streamed))
def test_a_recorded_stream_costs_the_same_as_they_read_its_counts(wire: str, path: Path | None) -> None:
    """Ours by its decoder, theirs by the counts each answer of the recording says last."""
    assert path is not None
    try:
        chunks = [json.loads(text) for text in payloads(path)]
    except json.JSONDecodeError:
        pytest.skip("a line of the recording is no JSON: written by hand")
    counts = [told for told in _said_last(chunks, COUNTS.get(wire, "usage")) if told]
    if not counts:
        pytest.skip("it reports no usage")
    if wire == "bedrock.converse" and not any("messageStop" in chunk for chunk in chunks):
        pytest.skip("the recording has no end, so it is no answer")
    if path.parent.name == "xai":
        pytest.skip("their reader of OpenAI's counts does not know this provider's: see the test below")
    expected = sum(theirs_of(wire, each) for each in counts)
    assert costs(_decoded(wire, path)) == pytest.approx(expected, rel=WITHIN)


def _decoded(wire: str, path: Path) -> list[StreamEvent]:
    decoder, lines = known.WIRES[wire].Decoder(), payloads(path)
    if wire == "bedrock.converse":
        parser = Parser()
        events = parser.feed(frames.stream(lines)) + parser.end()
    else:
        events = [Event(json.loads(text).get("type", ""), text) for text in lines]
    return [told for event in events for told in decoder.feed(event)] + decoder.end()


def _said_last(chunks: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The counts of each answer in the recording, a later one of a name in place of an earlier."""
    answers: list[dict[str, Any]] = [{}]
    for chunk in chunks:
        inner = chunk.get("response") or chunk.get("message") or chunk.get("metadata") or chunk
        answers[-1] |= {key: value for key, value in (inner.get(name) or {}).items() if value is not None}
        if chunk.get("type") in ENDS:
            answers.append({})
    return answers


@pytest.mark.parametrize("path", [one for one in bodies(("xai",)) if "xai-t" in str(one)])
def test_xai_charged_what_we_make_of_its_counts(path: Path | None) -> None:
    """An answer that says its own price is the best judge of which tokens are which."""
    assert path is not None
    counts = json.loads(path.read_text())["usage"]
    assert list_usd(GROK_3_MINI, read_chat(counts)) == pytest.approx(counts["cost_in_usd_ticks"] / TICKS, rel=WITHIN)
