"""`config/*` and `tokens/*`."""

from switchgear_protocol.messages import (
    ConfigCheck,
    ConfigChecked,
    ConfigState,
    Done,
    Nothing,
    TokenCreate,
    TokenCreated,
    TokenName,
    Tokens,
)
from switchgeard.serving.caller import Caller

from .daemon import Daemon


async def config_check(at: Daemon, caller: Caller, params: ConfigCheck) -> ConfigChecked:
    return await at.configuration.check(params.text)


async def config_reload(at: Daemon, caller: Caller, params: Nothing) -> ConfigState:
    return await at.configuration.reload()


async def tokens_create(at: Daemon, caller: Caller, params: TokenCreate) -> TokenCreated:
    return await at.at.store.tokens.create(params.name)


async def tokens_list(at: Daemon, caller: Caller, params: Nothing) -> Tokens:
    return at.at.store.tokens.list()


async def tokens_revoke(at: Daemon, caller: Caller, params: TokenName) -> Done:
    await at.at.store.tokens.revoke(params.name)
    return Done()
