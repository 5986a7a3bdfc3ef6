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


async def providers_list(at: Daemon, caller: Caller, params: Nothing) -> Providers:
    return Providers(at.providers())


async def providers_pause(at: Daemon, caller: Caller, params: ProvidersPause) -> ProviderView:
    provider, now = at.provider(params.provider), at.at.now()
    until = None if params.for_s is None else now.wall + positive("for_s", params.for_s)
    at.announce(at.at.state.pause(provider.id, until, now))
    return views.provider(at.at.state, provider, now)


async def providers_resume(at: Daemon, caller: Caller, params: ProviderName) -> ProviderView:
    provider, now = at.provider(params.provider), at.at.now()
    at.at.vault.invalidate(provider.id)
    at.announce(at.at.state.resume(provider.id, now))
    return views.provider(at.at.state, provider, now)


async def credentials_list(at: Daemon, caller: Caller, params: Nothing) -> Credentials:
    """Looks into every source that may be looked into unasked (a command may prompt or cost: only what is known)."""
    vault = at.at.vault
    for provider in list(at.at.state.config.providers.values()):
        if provider.credential.__struct_config__.tag in ("keyring", "env", "file", "systemd"):
            await vault.stored(provider)
    return Credentials([views.credential(at.at.state, view) for view in vault.views()])


async def credentials_set(at: Daemon, caller: Caller, params: CredentialsSet) -> CredentialView:
    provider = at.provider(params.provider)
    answer = await at.at.vault.set(provider.id, params.secret)
    if isinstance(answer, Locked | Broken):
        message = f"The credential of {provider.id} was not stored."
        raise RpcError.of("credential_store", message, detail=answer.reason, hint=answer.hint)
    at.quotas.forget(provider.id)
    at.announce(at.at.state.credential_changed(provider.id, "stored", at.at.now()))
    return at.at.vault.view(provider)


async def credentials_delete(at: Daemon, caller: Caller, params: ProviderName) -> CredentialView:
    provider = at.provider(params.provider)
    was = await at.at.vault.stored(provider)
    answer = await at.at.vault.delete(provider.id)
    if isinstance(answer, Locked | Broken):
        message = f"The credential of {provider.id} was not deleted."
        raise RpcError.of("credential_store", message, detail=answer.reason, hint=answer.hint)
    at.quotas.forget(provider.id)
    at.announce(at.at.state.credential_changed(provider.id, "deleted", at.at.now()))
    stays = await taken_back(at.at.transport, provider, was)
    return structs.replace(at.at.vault.view(provider), stays=stays)


async def credentials_test(at: Daemon, caller: Caller, params: Nothing) -> StoreView:
    """Brings up the unlock prompt, where there is one: only ever asked for by a person."""
    began = at.at.now()
    answer = await at.at.vault.try_keyring()
    spent = round((at.at.now().boot - began.boot) * 1000, 1)
    if isinstance(answer, Ready):
        return StoreView(ok=True, milliseconds=spent)
    return StoreView(False, answer.reason, answer.hint, spent)
