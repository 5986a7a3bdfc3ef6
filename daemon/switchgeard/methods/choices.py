"""`kinds/list`, `providers/add`, `providers/probe`, `models/refresh|propose|accept`: what there is to choose from."""

from switchgear_protocol.messages import (
    Accepted,
    Kinds,
    Listings,
    ModelsAccept,
    ModelsPropose,
    ModelsRefresh,
    Nothing,
    ProbeView,
    Proposals,
    ProvidersAdd,
    ProvidersProbe,
    ProviderView,
)
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller

from .daemon import Daemon


async def kinds_list(at: Daemon, caller: Caller, params: Nothing) -> Kinds:
    raise RpcError.of("internal", "not built yet")


async def providers_add(at: Daemon, caller: Caller, params: ProvidersAdd) -> ProviderView:
    raise RpcError.of("internal", "not built yet")


async def providers_probe(at: Daemon, caller: Caller, params: ProvidersProbe) -> ProbeView:
    raise RpcError.of("internal", "not built yet")


async def models_refresh(at: Daemon, caller: Caller, params: ModelsRefresh) -> Listings:
    raise RpcError.of("internal", "not built yet")


async def models_propose(at: Daemon, caller: Caller, params: ModelsPropose) -> Proposals:
    raise RpcError.of("internal", "not built yet")


async def models_accept(at: Daemon, caller: Caller, params: ModelsAccept) -> Accepted:
    raise RpcError.of("internal", "not built yet")
