"""`kinds/list`, `providers/add`, `providers/probe`, `models/refresh|propose|accept`: what there is to choose from."""

from collections.abc import Mapping

import trio
from msgspec import structs

from switchgear_protocol.messages import (
    Accepted,
    Kinds,
    KindView,
    Listings,
    ListingView,
    ModelsAccept,
    ModelsPropose,
    ModelsRefresh,
    Nothing,
    ProbeView,
    Proposal,
    Proposals,
    ProposedOffer,
    ProvidersAdd,
    ProvidersProbe,
    ProviderView,
)
from switchgeard import views
from switchgeard.catalogue.proposing import Group, Variant, arranged, proposed
from switchgeard.catalogue.shipped import shipped
from switchgeard.claude_cli.looking import look
from switchgeard.config.label import label
from switchgeard.config.merging import entry, newcomers
from switchgeard.core.cost import FREE
from switchgeard.core.listing import Listed, Listing
from switchgeard.core.offer import MergedModel
from switchgeard.core.provider import Passthrough, Provider
from switchgeard.kinds.kind import Kind, NoLogin, Paste
from switchgeard.kinds.known import KINDS
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller
from switchgeard.upstream.origin import PROGRAM

from .daemon import Daemon

NEVER = Listing()


async def kinds_list(daemon: Daemon, caller: Caller, params: Nothing) -> Kinds:
    return Kinds([_kind(kind) for kind in KINDS.values()])


async def providers_add(daemon: Daemon, caller: Caller, params: ProvidersAdd) -> ProviderView:
    """What the config's own rules refuse is refused in their words, and nothing is written."""
    told = {name: getattr(params, name) for name in ("label", "base_url", "credential", "billing")}
    kept = {name: value for name, value in told.items() if value is not None}
    await daemon.configuration.add("providers", [{"id": params.id, "kind": params.kind, **kept, **params.options}])
    return views.provider(daemon.at.state, daemon.provider(params.id), daemon.at.now())


async def providers_probe(daemon: Daemon, caller: Caller, params: ProvidersProbe) -> ProbeView:
    provider, began = daemon.provider(params.provider), daemon.at.now().boot
    if (view := await _without_asking(provider)) is not None:
        return structs.replace(view, milliseconds=(daemon.at.now().boot - began) * 1000)
    found = await daemon.lists.refresh(provider)
    if not found.reason:
        await daemon.quotas.look([provider], refresh=True)
    return ProbeView(
        provider=provider.id,
        ok=not found.reason,
        asked=provider.base_url.partition("://")[2].partition("/")[0],
        reason=found.reason,
        hint=found.hint,
        milliseconds=(daemon.at.now().boot - began) * 1000,
        models=len(found.models) if not found.reason else None,
    )


async def _without_asking(provider: Provider) -> ProbeView | None:
    """Of a provider that has no list to be asked for: what can be known without a completion. None: ask it."""
    if isinstance(provider.credential, Passthrough):
        reason = "each tool brings its own login; there is none here to try"
        return ProbeView(provider.id, True, asked="nobody", reason=reason)
    if not KINDS[provider.kind].program:
        return None
    program = provider.base_url.removeprefix(PROGRAM)
    found = await look(program, billed=provider.billing not in FREE)
    return ProbeView(provider.id, found.ok, asked=program, reason=found.reason, hint=found.hint)


async def models_refresh(daemon: Daemon, caller: Caller, params: ModelsRefresh) -> Listings:
    known = list(daemon.at.state.config.providers.values())
    asked = known if params.provider is None else [daemon.provider(params.provider)]
    async with trio.open_nursery() as nursery:
        for provider in asked:
            nursery.start_soon(daemon.lists.refresh, provider)
    return Listings([_listing(daemon, provider) for provider in asked])


async def models_propose(daemon: Daemon, caller: Caller, params: ModelsPropose) -> Proposals:
    if params.refresh:
        await models_refresh(daemon, caller, ModelsRefresh())
    daemon.lists.glance()
    config = daemon.at.state.config
    found = [_proposal(group, config.catalog.models) for group in await _groups(daemon, params.single)]
    return Proposals(found, [_listing(daemon, provider) for provider in config.providers.values()], config.grouping)


async def models_accept(daemon: Daemon, caller: Caller, params: ModelsAccept) -> Accepted:
    """New models behind the user's own; of those he has, what is new at its place, his order as it is."""
    known = daemon.at.state.config.catalog.models
    groups = {group.alias: group for group in await _groups(daemon, single=not params.all)}
    unknown = [alias for alias in params.aliases if alias not in groups]
    if unknown:
        message = f'"{unknown[0]}" is not proposed, or is in the config already.'
        raise RpcError.of("invalid_params", message, hint="switchgear models propose")
    chosen = [groups[alias] for alias in (groups if params.all else dict.fromkeys(params.aliases))]
    if chosen:
        more = {group.alias: newcomers(group, known[group.alias]) for group in chosen if group.exists}
        await daemon.configuration.group([entry(group) for group in chosen if not group.exists], more)
    return Accepted([group.alias for group in chosen], daemon.configuration.view())


async def _groups(daemon: Daemon, single: bool) -> list[Group]:
    """In a thread: thousands of names take a while."""
    state, config = daemon.at.state, daemon.at.state.config
    if config.grouping == "off":
        return []
    lists = {name: listing.models for name, listing in state.listings.items()}
    for provider in config.providers.values():
        if not lists.get(provider.id) and _unasked(provider):
            lists[provider.id] = tuple(Listed(name) for name in shipped().ids(provider.kind))
    return await trio.to_thread.run_sync(proposed, config.providers, config.catalog, shipped(), lists, single)


def _unasked(provider: Provider) -> bool:
    """Nobody can be asked for its models, but what its maker has is known."""
    return isinstance(provider.credential, Passthrough) or KINDS[provider.kind].program


def _proposal(group: Group, models: Mapping[str, MergedModel]) -> Proposal:
    model = models.get(group.alias)
    return Proposal(
        alias=group.alias,
        label=model.label if model else label(group.alias),
        offers=[_offer(variant) for variant in arranged(model, group)],
        new=[f"{variant.provider.id}/{variant.model}" for variant in group.new],
        exists=group.exists,
    )


def _offer(variant: Variant) -> ProposedOffer:
    price = variant.price
    return ProposedOffer(
        provider=variant.provider.id,
        model=variant.model,
        billing=variant.provider.billing,
        why="curated" if variant.curated else "rule",
        context=variant.context,
        price={} if price is None else {"input": price.input, "output": price.output},
        quantised=variant.quantised,
        released=variant.released,
    )


def _listing(daemon: Daemon, provider: Provider) -> ListingView:
    found = daemon.at.state.listings.get(provider.id, NEVER)
    return ListingView(provider.id, len(found.models), found.read_at, found.reason, found.hint)


def _kind(kind: Kind) -> KindView:
    login = kind.login
    what = login.what if isinstance(login, Paste) else login.words if isinstance(login, NoLogin) else ""
    return KindView(
        name=kind.name,
        label=kind.label,
        billing=kind.billing,
        login=str(login.__struct_config__.tag or "paste"),
        base_url=kind.base_url,
        what=what,
        page=None if isinstance(login, NoLogin) else login.page,
        env=list(kind.env),
        options=[option.name for option in kind.options],
        required=[option.name for option in kind.options if option.required],
    )
