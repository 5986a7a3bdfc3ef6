"""`quota/list`, `usage/query`, `spend/allow`: what is left, what was spent, what may be."""

from switchgear_protocol.messages import (
    Quota,
    QuotaList,
    SpendAllow,
    SpendState,
    UsageQuery,
    UsageReply,
)
from switchgeard.core import quota
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller

from .daemon import Daemon, positive


async def quota_list(at: Daemon, caller: Caller, params: QuotaList) -> Quota:
    wanted = None if params.provider is None else at.provider(params.provider).id
    windows = at.at.state.allowance.windows.values()
    return Quota([quota.view(w) for w in windows if wanted is None or w.provider == wanted])


async def usage_query(at: Daemon, caller: Caller, params: UsageQuery) -> UsageReply:
    return await at.at.store.usage(params)


async def spend_allow(at: Daemon, caller: Caller, params: SpendAllow) -> SpendState:
    state, now = at.at.state, at.at.now()
    if state.config.metered == "never":
        message = 'The config says spend.metered = "never".'
        raise RpcError.of("consent", message, hint="switchgear config edit")
    until = None if params.for_s == 0 else now.wall + positive("for_s", params.for_s)
    at.announce(state.allow_metered(until, now))
    return SpendState(state.config.metered, until)
