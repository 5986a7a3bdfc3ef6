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


async def config_check(daemon: Daemon, caller: Caller, params: ConfigCheck) -> ConfigChecked:
    return await daemon.configuration.check(params.text)


async def config_reload(daemon: Daemon, caller: Caller, params: Nothing) -> ConfigState:
    return await daemon.configuration.reload()


async def tokens_create(daemon: Daemon, caller: Caller, params: TokenCreate) -> TokenCreated:
    return await daemon.at.store.tokens.create(params.name)


async def tokens_list(daemon: Daemon, caller: Caller, params: Nothing) -> Tokens:
    return daemon.at.store.tokens.list()


async def tokens_revoke(daemon: Daemon, caller: Caller, params: TokenName) -> Done:
    await daemon.at.store.tokens.revoke(params.name)
    return Done()
