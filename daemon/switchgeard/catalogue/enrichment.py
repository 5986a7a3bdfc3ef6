"""Enrichment: offers with what their config does not say, from the provider's list and the shipped facts.

Rules for editing: pure, and from scratch each time: a Catalog as written in, a Catalog in force out. What the user
wrote decides the price; limits and abilities he wrote hold unless the provider's own list says less. What nobody knows
stays as it was.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from switchgeard.core.listing import Listed
from switchgeard.core.offer import Catalog, Features, Offer, Price, Tier

from .canonical import canonical
from .shipped import Facts, Shipped

Lists = Mapping[str, Mapping[str, Listed]]
"""provider -> id or alias of a model -> its row."""

Rate = TypeVar("Rate", Price, Tier)

LIMITS = ("context", "max_output")
ABILITIES = ("tools", "images", "pdf", "json_schema", "reasoning")
CACHE_PRICES = ("cache_read", "cache_write", "cache_write_1h")
LONG_KEPT = {"openai": 2.0, "azure-openai": 2.0}
"""kind -> how many times the price of writing to the cache is asked for keeping that for hours, where no price is
given. Source: OpenAI's, 1.25 and 2.5 times the input's."""
NOTHING: Mapping[str, Listed] = {}


def applied(catalog: Catalog, shipped: Shipped, lists: Lists) -> Catalog:
    """Every offer with what is known of it."""
    models = {
        alias: replace(model, offers=tuple(known(offer, shipped, lists) for offer in model.offers))
        for alias, model in catalog.models.items()
    }
    return replace(catalog, models=models)


def by_name(rows: tuple[Listed, ...]) -> dict[str, Listed]:
    """Rows by every name they answer to; a row's own id before another's alias."""
    aliases = {alias: row for row in rows for alias in row.aliases}
    return {**aliases, **{row.id: row for row in rows}}


def known(offer: Offer, shipped: Shipped, lists: Lists) -> Offer:
    """The offer with what is known of it."""
    row = lists.get(offer.provider, NOTHING).get(offer.model)
    facts = shipped.facts(offer.kind, offer.model)
    name = canonical(offer.model)
    price, priced = _price(offer, row, facts)
    features, limited = _features(offer, row, facts)
    filled = replace(
        offer,
        features=features,
        price=None if price is None else _kept_long(price, LONG_KEPT.get(offer.kind)),
        canonical=shipped.mapped(offer.kind, offer.model) or name.base or None,
        quantised=name.quantised or bool(row and row.quantisation),
        assumed_window=limited == "catalogue",
        withheld="" if row is None or row.enabled else row.why_not or "its provider has it switched off",
        facts=", ".join(f"{what}: {source}" for what, source in (("price", priced), ("context", limited)) if source),
    )
    return filled if row is None or row.wires is None else _narrowed(filled, row.wires)


def _price(offer: Offer, row: Listed | None, facts: Facts | None) -> tuple[Price | None, str]:
    listed, shipped = (None if known is None else known.price for known in (row, facts))
    if offer.price is not None:
        return _in_proportion(offer.price, listed or shipped), "config"
    if listed is not None:
        return listed, "listed"
    return shipped, "" if shipped is None else "catalogue"


def _kept_long(price: Price, factor: float | None) -> Price:
    if factor is None:
        return price
    return _longer(replace(price, tiers=tuple(_longer(tier, factor) for tier in price.tiers)), factor)


def _longer(rate: Rate, factor: float) -> Rate:
    given = rate.cache_write is None or rate.cache_write_1h is not None
    return rate if given else replace(rate, cache_write_1h=(rate.cache_write or 0.0) * factor)


def _in_proportion(price: Price, known: Price | None) -> Price:
    """The user's price; what he left out of the cache's prices stands to his input's as it does where it is known."""
    if known is None or not known.input:
        return price
    told = {name: (getattr(price, name), getattr(known, name)) for name in CACHE_PRICES}
    factor = price.input / known.input
    return replace(
        price, **{n: there * factor for n, (own, there) in told.items() if own is None and there is not None}
    )


def _features(offer: Offer, row: Listed | None, facts: Facts | None) -> tuple[Features, str]:
    changed: dict[str, Any] = {}
    for name in (*LIMITS, *ABILITIES):
        listed = None if row is None else getattr(row, name)
        shipped = None if facts is None else getattr(facts, name)
        value = getattr(offer.features, name)
        known = listed if listed is not None else shipped
        if name in offer.written:
            known = listed  # the shipped facts may be older than what the user knows
        if known is not None:
            changed[name] = _narrower(value, known)
    return replace(offer.features, **changed), _source(offer, row, facts)


def _narrower(value: Any, known: Any) -> Any:
    """The smaller limit; an ability only where both say so."""
    if isinstance(known, bool):
        return value and known
    return known if value is None else min(value, known)


def _source(offer: Offer, row: Listed | None, facts: Facts | None) -> str:
    listed = row is not None and row.context is not None
    if "context" in offer.written:
        less = listed and row is not None and (row.context or 0) < (offer.features.context or 0)
        return "listed" if less else "config"
    return "listed" if listed else "catalogue" if facts is not None and facts.context is not None else ""


def _narrowed(offer: Offer, wires: tuple[str, ...]) -> Offer:
    """Only the dialects this model answers in there."""
    left = tuple(wire for wire in offer.wires if wire in wires)
    if not left:
        return replace(offer, withheld=offer.withheld or f"it answers only in {', '.join(wires) or 'no known dialect'}")
    return replace(offer, wires=left, wire=offer.wire if offer.wire in left else left[0])
