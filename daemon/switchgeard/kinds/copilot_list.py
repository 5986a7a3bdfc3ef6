"""What GitHub Copilot lists: limits, wires, prices and consent of each model.

Rules for editing: what the list does not say stays None. Prices are in AI credits (one cent each) per batch of tokens.
"""

from switchgeard.core.listing import Listed
from switchgeard.core.offer import Price, Tier

from .lists import rows
from .reply import Row, count, flag, inner, text

WIRES = (
    ("/v1/messages", "anthropic.messages"),
    ("/responses", "openai.responses"),
    ("/chat/completions", "openai.chat"),
)
"""Its endpoints and what we call them, the one that keeps most of an answer first."""

USD_PER_CREDIT = 0.01
MILLION = 1_000_000


def models(body: bytes) -> tuple[Listed, ...]:
    """Its models for conversations; embeddings and completions of editors are left out. Raises ValueError."""
    return tuple(_listed(row, name) for row in rows(body) if _talks(row) and (name := text(row, "id")))


def _talks(row: Row) -> bool:
    return text(inner(row, "capabilities"), "type") in (None, "chat")


def _listed(row: Row, name: str) -> Listed:
    able = inner(row, "capabilities")
    limits, supports = inner(able, "limits"), inner(able, "supports")
    wires = _wires(row)
    why_not = _why_not(row, wires)
    return Listed(
        name,
        name=text(row, "name"),
        context=count(limits, "max_context_window_tokens"),
        max_output=count(limits, "max_output_tokens"),
        tools=flag(supports, "tool_calls"),
        images=flag(supports, "vision"),
        json_schema=flag(supports, "structured_outputs"),
        reasoning=_thinks(supports),
        price=_price(inner(inner(row, "billing"), "token_prices")),
        wires=wires,
        enabled=not why_not,
        why_not=why_not,
    )


def _wires(row: Row) -> tuple[str, ...]:
    """Where it answers; a model that names no endpoints is of the time when there was one."""
    named = row.get("supported_endpoints")
    if not isinstance(named, list):
        return ("openai.chat",)
    return tuple(wire for endpoint, wire in WIRES if endpoint in named)


def _why_not(row: Row, wires: tuple[str, ...]) -> str:
    if text(inner(row, "policy"), "state") == "disabled":
        return "switched off in the settings of your plan or organisation: github.com/settings/copilot/features"
    return "" if wires else "it answers only over a connection that is not spoken here"


def _thinks(supports: Row) -> bool | None:
    """Any of the ways to ask it to think; None where the list says nothing of what it supports."""
    if not supports:
        return None
    return bool(supports.get("reasoning_effort") or supports.get("adaptive_thinking")) or bool(
        count(supports, "max_thinking_budget")
    )


def _price(said: Row) -> Price | None:
    """USD per million tokens; the long context is a tier from where the usual one ends."""
    batch, usual, longer = count(said, "batch_size"), inner(said, "default"), inner(said, "long_context")
    rates = _rates(usual, batch)
    if rates is None:
        return None
    above, dearer = count(usual, "context_max"), _rates(longer, batch)
    tiers = (Tier(above, *dearer),) if above is not None and dearer is not None else ()
    return Price(*rates, tiers=tiers)


Rates = tuple[float, float, float | None, float | None]


def _rates(said: Row, batch: int | None) -> Rates | None:
    """Input, output, cache read and cache write."""
    given, made = _usd(said, "input_price", batch), _usd(said, "output_price", batch)
    if given is None or made is None:
        return None
    return given, made, _usd(said, "cache_price", batch), _usd(said, "cache_write_price", batch)


def _usd(said: Row, name: str, batch: int | None) -> float | None:
    paid = said.get(name)
    if batch is None or isinstance(paid, bool) or not isinstance(paid, int | float) or not 0 <= paid < 1e9:
        return None
    return round(paid * USD_PER_CREDIT * MILLION / batch, 9)
