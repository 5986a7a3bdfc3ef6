"""Proposing: which variants of several providers are one model, and in which order they would serve.

Rules for editing: pure. What people mapped by hand decides; rules alone only where maker and abilities agree too, and
never for another quota or mode (`:free`), nor for a name that moves. Nothing here is in force before somebody accepts
it (or the config says grouping.auto = "merge").
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from msgspec import Struct

from switchgear_protocol.words import Billing
from switchgeard.core.listing import Listed
from switchgeard.core.offer import Catalog, MergedModel, Price
from switchgeard.core.provider import Provider

from .canonical import Name, canonical, spelt
from .shipped import Facts, Shipped

ORDER = {Billing.INCLUDED: 0, Billing.LOCAL: 1, Billing.PREPAID: 2, Billing.METERED: 3}
MOST = 2000  # proposals
NO_CHAT = re.compile(r"embed|whisper|tts|dall-e|moderation|rerank|realtime|transcri|imagen|veo|sora|stable-diff|speech")
APART = 4  # one context window this many times the other is another model
DAYS = 60  # between two releases of one model at two providers
RELEASED = frozenset({"openai", "anthropic", "openrouter", "xai", "groq"})
"""Kinds whose lists date a model by its release; elsewhere `created` is when a server was started or asked."""


class Variant(Struct, frozen=True):
    """One provider's variant, as far as known. `curated`: people mapped it by hand."""

    provider: Provider
    model: str
    base: str
    name: Name
    curated: bool = False
    context: int | None = None
    tools: bool | None = None
    reasoning: bool | None = None
    price: Price | None = None
    quantised: bool = False
    released: float | None = None  # epoch seconds

    @property
    def key(self) -> tuple[str, str]:
        return (self.provider.id, self.model)


class Group(Struct, frozen=True):
    """Variants of one model in the order proposed. `exists`: the config has a model of this alias; `new`: those of
    them it has not got there."""

    alias: str
    variants: tuple[Variant, ...]
    new: tuple[Variant, ...]
    exists: bool = False


def proposed(
    providers: Mapping[str, Provider],
    catalog: Catalog,
    shipped: Shipped,
    lists: Mapping[str, tuple[Listed, ...]],
    single: bool = False,
) -> list[Group]:
    """Models that could be, by name. `single`: those that one provider alone has, too."""
    groups: dict[str, list[Variant]] = {}
    taken, written = _aliases(catalog), {offer.key for offer in catalog.offers()}
    variants = sorted(_variants(providers, catalog, shipped, lists), key=_order)
    # the user's own come first: who joins must be the same as they are
    for variant in sorted(variants, key=lambda each: each.key not in written):
        if not _served(variant, catalog.models.get(taken.get(variant.base, ""))):
            _join(groups.setdefault(variant.base, []), variant)
    found = (
        _group(base, sorted(group, key=_order), taken, catalog)
        for base, group in sorted(groups.items())
        if base in taken or catalog.models.keys().isdisjoint((base, spelt(base)))  # else the user's, of another model
    )
    return [group for group in found if group.new and (single or len(group.variants) > 1)][:MOST]


def places(model: MergedModel, new: tuple[Variant, ...]) -> list[int]:
    """For each new variant, how many of the model's own offers stay before it: behind the last that would serve no
    later than it by the order of proposals, so that nothing goes in front of what the user put first without cause."""
    own = [(offer.quantised, ORDER[offer.billing]) for offer in model.offers]
    ranks = [(variant.quantised, ORDER[variant.provider.billing]) for variant in new]
    return [max((at for at, rank in enumerate(own, 1) if rank <= mine), default=0) for mine in ranks]


def arranged(model: MergedModel | None, group: Group) -> list[Variant]:
    """The variants as they would serve: the user's own in his order, where he has the model."""
    if model is None:
        return list(group.variants)
    own = {offer.key: (at, 0) for at, offer in enumerate(model.offers, 1)}
    told = {variant.key: (place, 1) for place, variant in zip(places(model, group.new), group.new, strict=True)}
    return sorted(group.variants, key=lambda variant: (own | told)[variant.key])


def _served(variant: Variant, model: MergedModel | None) -> bool:
    """Whether the user's model has another variant of this provider: one of a provider is enough."""
    offers = model.offers if model else ()
    keys = {offer.key for offer in offers if offer.provider == variant.provider.id}
    return bool(keys) and variant.key not in keys


def _variants(
    providers: Mapping[str, Provider], catalog: Catalog, shipped: Shipped, lists: Mapping[str, tuple[Listed, ...]]
) -> Iterator[Variant]:
    """Everything listed that can be chatted with, and what the config names beside it."""
    rows = {(name, row.id): row for name in providers for row in lists.get(name, ()) if row.enabled}
    known = {offer.key: Listed(offer.model) for offer in catalog.offers() if offer.provider in providers}
    for (owner, model), row in {**known, **rows}.items():
        variant = _variant(providers[owner], model, row, shipped)
        if variant.base and not variant.name.tags and not NO_CHAT.search(model.lower()):
            yield variant


def _variant(provider: Provider, model: str, row: Listed, shipped: Shipped) -> Variant:
    mapped = shipped.mapped(provider.kind, model)
    # a moving name is told apart by what it stands for now, where the list says that
    name = canonical(row.target or model)
    base = mapped or name.base
    facts = shipped.facts(provider.kind, model, base) or Facts()
    return Variant(
        provider,
        model,
        base,
        name,
        curated=mapped is not None,
        context=row.context or facts.context,
        tools=facts.tools if row.tools is None else row.tools,
        reasoning=facts.reasoning if row.reasoning is None else row.reasoning,
        price=row.price or facts.price,
        quantised=name.quantised or row.quantisation is not None,
        released=_released(provider, name, row),
    )


def _released(provider: Provider, name: Name, row: Listed) -> float | None:
    """By the date in its name, else by its list."""
    if name.release is None:
        return row.created if provider.kind in RELEASED else None
    try:
        return datetime.strptime(name.release, "%Y%m%d").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None  # eight digits that are no date


def _order(variant: Variant) -> tuple[bool, int, float, int, str]:
    """Whole weights, then what is paid for, then the cheaper; of one provider the plainer name first."""
    cost = variant.price.input + variant.price.output if variant.price else float("inf")
    billing = variant.provider.billing
    paid = cost if billing is Billing.METERED else 0.0
    return variant.quantised, ORDER[billing], paid, len(variant.model), variant.model


def _join(group: list[Variant], variant: Variant) -> None:
    """Put it with the others where it is sure to be the same; one of a provider is enough."""
    if any(other.provider.id == variant.provider.id for other in group):
        return
    if all(_same(other, variant) for other in group):
        group.append(variant)


def _same(one: Variant, other: Variant) -> bool:
    if one.curated and other.curated:
        return True
    if not (one.curated or one.name.merges) or not (other.curated or other.name.merges):
        return False
    pairs = (
        (one.tools, other.tools),
        (one.reasoning, other.reasoning),
        (one.name.vendor, other.name.vendor),
        (one.name.active, other.name.active),
    )
    alike = all(a is None or b is None or a == b for a, b in pairs)
    return alike and _near(one.context, other.context) and _at_once(one.released, other.released)


def _near(one: int | None, other: int | None) -> bool:
    return one is None or other is None or max(one, other) <= APART * min(one, other)


def _at_once(one: float | None, other: float | None) -> bool:
    return one is None or other is None or abs(one - other) <= DAYS * 86400


def _aliases(catalog: Catalog) -> dict[str, str]:
    """Canonical name -> alias of the config's own model of it, as its first offer tells: those behind it may be what
    the user falls back to."""
    found: dict[str, str] = {}
    for alias, model in catalog.models.items():
        for offer in model.offers[:1]:
            found.setdefault(offer.canonical or canonical(offer.model).base, alias)
    return found


def _group(base: str, variants: list[Variant], taken: Mapping[str, str], catalog: Catalog) -> Group:
    alias = taken.get(base) or spelt(base)
    model = catalog.models.get(alias)
    own = {offer.key for offer in model.offers} if model else set()
    return Group(alias, tuple(variants), tuple(v for v in variants if v.key not in own), model is not None)
