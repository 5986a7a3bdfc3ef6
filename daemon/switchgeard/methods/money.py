"""`quota/list`, `usage/query`, `spend/allow`: what is left, what was spent, what may be."""

from switchgear_protocol.messages import (
    Quota,
    QuotaList,
    SpendAllow,
    SpendState,
    UsageQuery,
    UsageReply,
)
from switchgear_protocol.words import Billing
from switchgeard import remaining
from switchgeard.core.caps import DAY
from switchgeard.core.clock import Now
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller
from switchgeard.spending import MAX_SESSIONS, Spender

from .daemon import Daemon, positive

SESSION_DAYS = 30  # a session older than that begins anew, should it ever go on


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


async def spent_by_session(daemon: Daemon, now: Now) -> dict[Spender, float]:
    """USD each session of the last SESSION_DAYS has spent, but for what was paid in advance.

    {} where the config caps no session. Raises RpcError when the ledger cannot be read.
    """
    config, spent = daemon.at.state.config, dict[Spender, float]()
    if config.usd_per_session is None:
        return spent
    query = UsageQuery(["provider", "client", "session"], now.wall - SESSION_DAYS * DAY, limit=MAX_SESSIONS)
    for row in (await daemon.at.store.usage(query)).rows:
        provider, session = config.providers.get(row.key["provider"]), row.key["session"]
        if session and row.cost_usd and provider is not None and provider.billing is not Billing.PREPAID:
            key = (row.key["client"], session)
            spent[key] = spent.get(key, 0.0) + row.cost_usd
    return spent
