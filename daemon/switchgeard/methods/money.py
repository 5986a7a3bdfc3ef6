"""`quota/list`, `usage/query`, `spend/allow`: what is left, what was spent, what may be."""

from switchgear_protocol.messages import (
    Quota,
    QuotaList,
    SpendAllow,
    SpendState,
    UsageQuery,
    UsageReply,
)
from switchgeard import remaining
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller

from .daemon import Daemon, positive


async def quota_list(daemon: Daemon, caller: Caller, params: QuotaList) -> Quota:
    known = daemon.at.state.config.providers
    providers = list(known.values()) if params.provider is None else [daemon.provider(params.provider)]
    await daemon.quotas.look(providers, params.refresh)
    left = remaining.windows(daemon.at.state, daemon.at.now(), params.provider)
    return Quota(left, [daemon.quotas.account(provider) for provider in providers])


async def usage_query(daemon: Daemon, caller: Caller, params: UsageQuery) -> UsageReply:
    return await daemon.at.store.usage(params)


async def spend_allow(daemon: Daemon, caller: Caller, params: SpendAllow) -> SpendState:
    state, now = daemon.at.state, daemon.at.now()
    if state.config.metered == "never":
        message = 'The config says spend.metered = "never".'
        raise RpcError.of("consent", message, hint="switchgear config edit")
    until = None if params.for_s == 0 else now.wall + positive("for_s", params.for_s)
    daemon.announce(state.allow_metered(until, now))
    return SpendState(state.config.metered, until)
