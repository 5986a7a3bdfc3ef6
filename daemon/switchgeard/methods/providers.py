"""`providers/*` of what is in the config, and `credentials/*`."""

from msgspec import structs

from switchgear_protocol.messages import (
    Credentials,
    CredentialsSet,
    CredentialView,
    Nothing,
    ProviderName,
    Providers,
    ProvidersPause,
    ProviderView,
    StoreView,
)
from switchgeard import views
from switchgeard.credentials.secret import Broken, Locked, Ready
from switchgeard.logins.leaving import taken_back
from switchgeard.rpc_error import RpcError
from switchgeard.serving.caller import Caller

from .daemon import Daemon, positive


async def providers_list(daemon: Daemon, caller: Caller, params: Nothing) -> Providers:
    return Providers(daemon.providers())


async def providers_pause(daemon: Daemon, caller: Caller, params: ProvidersPause) -> ProviderView:
    provider, now = daemon.provider(params.provider), daemon.at.now()
    until = None if params.for_s is None else now.wall + positive("for_s", params.for_s)
    daemon.announce(daemon.at.state.pause(provider.id, until, now))
    return views.provider(daemon.at.state, provider, now)


async def providers_resume(daemon: Daemon, caller: Caller, params: ProviderName) -> ProviderView:
    provider, now = daemon.provider(params.provider), daemon.at.now()
    daemon.at.vault.invalidate(provider.id)
    daemon.announce(daemon.at.state.resume(provider.id, now))
    return views.provider(daemon.at.state, provider, now)


async def credentials_list(daemon: Daemon, caller: Caller, params: Nothing) -> Credentials:
    """Looks into every source that may be looked into unasked (a command may prompt or cost: only what is known)."""
    vault = daemon.at.vault
    for provider in list(daemon.at.state.config.providers.values()):
        if provider.credential.__struct_config__.tag in ("keyring", "env", "file", "systemd"):
            await vault.stored(provider)
    return Credentials([views.credential(daemon.at.state, view) for view in vault.views()])


async def credentials_set(daemon: Daemon, caller: Caller, params: CredentialsSet) -> CredentialView:
    provider = daemon.provider(params.provider)
    answer = await daemon.at.vault.set(provider.id, params.secret)
    if isinstance(answer, Locked | Broken):
        message = f"The credential of {provider.id} was not stored."
        raise RpcError.of("credential_store", message, detail=answer.reason, hint=answer.hint)
    daemon.quotas.forget(provider.id)
    daemon.announce(daemon.at.state.credential_changed(provider.id, "stored", daemon.at.now()))
    return daemon.at.vault.view(provider)


async def credentials_delete(daemon: Daemon, caller: Caller, params: ProviderName) -> CredentialView:
    provider = daemon.provider(params.provider)
    was = await daemon.at.vault.stored(provider)
    answer = await daemon.at.vault.delete(provider.id)
    if isinstance(answer, Locked | Broken):
        message = f"The credential of {provider.id} was not deleted."
        raise RpcError.of("credential_store", message, detail=answer.reason, hint=answer.hint)
    daemon.quotas.forget(provider.id)
    daemon.announce(daemon.at.state.credential_changed(provider.id, "deleted", daemon.at.now()))
    stays = await taken_back(daemon.at.transport, provider, was)
    return structs.replace(daemon.at.vault.view(provider), stays=stays)


async def credentials_test(daemon: Daemon, caller: Caller, params: Nothing) -> StoreView:
    """Brings up the unlock prompt, where there is one: only ever asked for by a person."""
    began = daemon.at.now()
    answer = await daemon.at.vault.try_keyring()
    spent = round((daemon.at.now().boot - began.boot) * 1000, 1)
    if isinstance(answer, Ready):
        return StoreView(ok=True, milliseconds=spent)
    return StoreView(False, answer.reason, answer.hint, spent)
