"""`[[models]]`: each table into a MergedModel whose offers are in the user's order."""

from msgspec import Struct
from msgspec.structs import replace

from switchgear_protocol.words import StickyMode
from switchgeard.core.offer import FailoverPolicy, MergedModel, Offer, Price, RoutingPolicy
from switchgeard.core.provider import Passthrough, Provider
from switchgeard.kinds.known import KINDS
from switchgeard.upstream.origin import endpoint

from .accounts import checked_wire
from .explain import Fault, read_table
from .label import label
from .overlay import failover, overlaid
from .place import Path
from .problem import listed, meant, shown
from .schema import DefaultsTable, GroupTable, ModelTable, RoutingTable


class Known(Struct, frozen=True):
    """What the models are read against: usable providers, the ids of all (faulty ones too), defaults."""

    providers: dict[str, Provider]
    ids: frozenset[str]
    defaults: DefaultsTable


def read_models(raw: list[object], known: Known, faults: list[Fault]) -> dict[str, MergedModel]:
    """Every usable merged model by alias, in the order of the file; faults are added."""
    models: dict[str, MergedModel] = {}
    for index, entry in enumerate(raw):
        path: Path = ("models", index)
        table = read_table(entry, ModelTable, path, faults)
        if table is not None and _new_alias(table.alias, path, models, faults):
            models[table.alias] = _model(table, known, path, faults)
    return models


def _new_alias(alias: str, path: Path, models: dict[str, MergedModel], faults: list[Fault]) -> bool:
    if "/" in alias or not alias.isprintable() or alias != alias.strip():
        message = 'must not contain "/" (that names one variant: provider/model-id), control characters or outer spaces'
        faults.append(Fault((*path, "alias"), message))
    elif alias in models:
        faults.append(Fault((*path, "alias"), "is already the alias of another model", "put both lists in one group"))
    else:
        return True
    return False


def _model(table: ModelTable, known: Known, path: Path, faults: list[Fault]) -> MergedModel:
    name = table.label or label(table.alias)
    return MergedModel(
        alias=table.alias,
        label=name,
        offers=_offers(table.group, name, known, (*path, "group"), faults),
        routing=_routing(table.routing, known.defaults.routing, (*path, "routing"), faults),
        failover=failover(failover(FailoverPolicy(), known.defaults.failover), table.failover),
    )


def _routing(table: RoutingTable, defaults: RoutingTable, path: Path, faults: list[Fault]) -> RoutingPolicy:
    policy = overlaid(RoutingPolicy(), defaults, table)
    if table.window is not None and policy.sticky_mode is not StickyMode.TIME_WINDOW:
        faults.append(Fault((*path, "window"), 'has a meaning only with sticky_mode = "time_window"'))
    return policy


def _offers(group: list[object], name: str, known: Known, path: Path, faults: list[Fault]) -> tuple[Offer, ...]:
    if not group:
        faults.append(Fault(path, "must not be empty: a merged model needs at least one provider's variant"))
    offers: dict[tuple[str, str], Offer] = {}
    for index, entry in enumerate(group):
        table = read_table(entry, GroupTable, (*path, index), faults)
        offer = _offer(table, name, known, (*path, index), faults) if table else None
        if offer and offer.key in offers:
            message = "the same provider and model are already in this group"
            faults.append(Fault((*path, index), message, "take one of the two out"))
        elif offer:
            offers[offer.key] = offer
    return tuple(offers.values())


def _offer(table: GroupTable, name: str, known: Known, path: Path, faults: list[Fault]) -> Offer | None:
    provider = known.providers.get(table.provider)
    if provider is None:
        if table.provider not in known.ids:  # a faulty provider has been reported where it stands
            faults.append(_no_provider(table.provider, known, path))
        return None
    wire = checked_wire(table.wire, KINDS[provider.kind], path, faults) or provider.wire
    return _made(provider, table, f"{name} (via {provider.label})", wire)


def unwritten(provider: Provider, model: str) -> Offer:
    """The offer of a model that no group names, as if one named it and said no more. Its label is its id."""
    return _made(provider, GroupTable(provider.id, model), f"{model} (via {provider.label})", provider.wire)


def _made(provider: Provider, table: GroupTable, label: str, wire: str | None) -> Offer:
    kind = KINDS[provider.kind]
    features = overlaid(kind.features, table.features)
    limits = {"context": table.context or features.context, "max_output": table.max_output or features.max_output}
    return Offer(
        provider=provider.id,
        model=table.model,
        kind=provider.kind,
        endpoint=endpoint(provider.base_url),
        billing=provider.billing,
        label=label,
        wire=wire or kind.wires[0],
        wires=(wire,) if wire else kind.wires,
        features=replace(features, **limits),
        price=overlaid(Price(), table.price) if table.price else None,
        timeouts=provider.timeouts,
        caps=provider.caps,
        lacks=kind.lacks,
        carries=kind.carries,
        streams_only=kind.streams_only,
        brought=isinstance(provider.credential, Passthrough),
        written=_written(table),
        thresholds=provider.thresholds,
    )


def _written(table: GroupTable) -> frozenset[str]:
    """What the user said of the offer himself."""
    told = {"context": table.context, "max_output": table.max_output, "price": table.price}
    features = {name: getattr(table.features, name) for name in table.features.__struct_fields__}
    return frozenset(name for name, value in {**told, **features}.items() if value is not None)


def _no_provider(id: str, known: Known, path: Path) -> Fault:
    allowed = f"must be {listed(sorted(known.ids))}" if known.ids else "there is no [[providers]] entry yet"
    return Fault((*path, "provider"), f"no provider {shown(id)}is configured; {allowed}", meant(id, known.ids))
