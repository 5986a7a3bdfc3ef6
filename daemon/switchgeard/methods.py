"""The methods: one table from name to function, each a few lines over State, Store, Vault and Configuration.

Rules for editing: METHODS here and `switchgear_protocol.messages.METHODS` name the same methods (a test
compares them). A function takes (daemon, caller, params) and returns the result struct; it refuses by
raising RpcError with the words and the command that help. Nothing returns a secret.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from switchgear_protocol.events import Event
from switchgear_protocol.messages import (
    Answer,
    ClientInfo,
    CompletionCreate,
    ConfigCheck,
    ConfigChecked,
    ConfigState,
    Credentials,
    CredentialsSet,
    CredentialView,
    Done,
    EventsSubscribe,
    Initialize,
    Initialized,
    Models,
    ModelsList,
    ModelsOrder,
    ModelsShow,
    ModelView,
    Nothing,
    Pin,
    ProviderName,
    Providers,
    ProvidersPause,
    ProviderView,
    Quota,
    QuotaList,
    RouteExplain,
    RouteExplained,
    Sessions,
    SessionsPin,
    SessionsUnpin,
    SpendAllow,
    SpendState,
    Status,
    Subscribed,
    TokenCreate,
    TokenCreated,
    TokenName,
    Tokens,
    UsageQuery,
    UsageReply,
    VersionRange,
)
from switchgear_protocol.words import Interrupt
from switchgeard import __version__

from . import asking, refusal, views
from .ask import Ask
from .complete import Services
from .configuration import Configuration
from .core import quota
from .core.clock import Now
from .core.needs import Needs
from .core.offer import MergedModel
from .core.provider import Provider
from .credentials.secret import Broken, Locked
from .rpc_error import RpcError
from .serving.caller import Caller, Id
from .state import PinState

MOST_PINS = 1000  # people set a few; a client that pins every session it opens must not fill the state
LONGEST_NAME = 200  # characters that are compared: what is longer is near to nothing, and would take long
VERSIONS = VersionRange(1, 1)
OURSELVES = ClientInfo("switchgeard", __version__)
CAPABILITIES = {"dialects": list(asking.SPOKEN), "interrupts": [word.value for word in Interrupt]}


@dataclass(slots=True)
class Daemon:
    """What the methods work on."""

    at: Services
    configuration: Configuration
    pid: int
    started_at: float
    storage: str = "ok"
    draining: bool = False
    http: str | None = None  # where the HTTP door is open

    async def dispatch(self, caller: Caller, method: str, params: Struct, request_id: Id) -> Struct:
        """Serve one request. Raises RpcError."""
        return await METHODS[method](self, caller, params)

    def status(self) -> Status:
        """The snapshot: everything believed, at one moment."""
        state, now = self.at.state, self.at.now()
        return Status(
            version=__version__,
            pid=self.pid,
            started_at=self.started_at,
            now=now.wall,
            seq=state.seq,
            config=self.configuration.view(),
            models=views.models(state, now),
            providers=views.providers(state, now),
            quota=[quota.view(window) for window in state.windows.values()],
            in_flight=len(state.live),
            sessions=len(state.sessions),
            storage=self.storage,
            last_served=state.last_served,
            draining=self.draining,
            http=self.http,
        )

    def model(self, name: str) -> MergedModel:
        """The merged model or variant of this name. Raises RpcError(no_such_model)."""
        found = self.at.state.find(name)
        if found is None:
            catalog = self.at.state.config.catalog
            known = [*catalog.models, *(offer.name for offer in catalog.offers())]
            raise refusal.no_such_model(name, list(catalog.models), _nearest(name, known))
        return found

    def provider(self, name: str) -> Provider:
        """The provider of this id. Raises RpcError(no_such_provider)."""
        known = self.at.state.config.providers
        if name not in known:
            near = _nearest(name, known)
            detail = f'Did you mean "{near}"?' if near else "Known: " + (", ".join(known) or "none") + "."
            raise RpcError.of(
                "no_such_provider", f'There is no provider "{name}".', detail=detail, hint="switchgear auth"
            )
        return known[name]

    def announce(self, events: list[Event]) -> None:
        self.at.announce(events)


# --- connection, status, events -----------------------------------------------------------------


async def initialize(at: Daemon, caller: Caller, params: Initialize) -> Initialized:
    """Version negotiation itself happens in the connection; this only introduces the daemon."""
    agreed = min(params.protocol.max, VERSIONS.max)
    return Initialized(agreed, VERSIONS, OURSELVES, CAPABILITIES)


async def status(at: Daemon, caller: Caller, params: Nothing) -> Status:
    return at.status()


async def events_subscribe(at: Daemon, caller: Caller, params: EventsSubscribe) -> Subscribed:
    return caller.subscribe(params)


async def completion_create(at: Daemon, caller: Caller, params: CompletionCreate) -> Answer:
    return await asking.complete(at.at, at.model(params.model), caller, params)


# --- models, providers, credentials -------------------------------------------------------------


async def models_list(at: Daemon, caller: Caller, params: ModelsList) -> Models:
    state, now = at.at.state, at.at.now()
    return Models(views.models(state, now, variants=params.all))


async def models_show(at: Daemon, caller: Caller, params: ModelsShow) -> ModelView:
    return views.model(at.at.state, at.model(params.model), at.at.now())


async def models_order(at: Daemon, caller: Caller, params: ModelsOrder) -> ModelView:
    model = at.model(params.model)
    if model.alias not in at.at.state.config.catalog.models:
        message = f"{model.alias} is one provider's variant: there is nothing to order."
        raise RpcError.of("invalid_params", message, hint="switchgear models")
    for name in params.providers:
        _offered(at, model, name)
    await at.configuration.reorder(model.alias, params.providers)
    return views.model(at.at.state, at.model(params.model), at.at.now())


async def providers_list(at: Daemon, caller: Caller, params: Nothing) -> Providers:
    return Providers(views.providers(at.at.state, at.at.now()))


async def providers_pause(at: Daemon, caller: Caller, params: ProvidersPause) -> ProviderView:
    provider, now = at.provider(params.provider), at.at.now()
    until = None if params.for_s is None else now.wall + _positive("for_s", params.for_s)
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
            await vault.get(provider)
    return Credentials([views.credential(at.at.state, view) for view in vault.views()])


async def credentials_set(at: Daemon, caller: Caller, params: CredentialsSet) -> CredentialView:
    provider = at.provider(params.provider)
    answer = await at.at.vault.set(provider.id, params.secret)
    if isinstance(answer, Locked | Broken):
        message = f"The credential of {provider.id} was not stored."
        raise RpcError.of("credential_store", message, detail=answer.reason, hint=answer.hint)
    at.announce(at.at.state.credential_changed(provider.id, "stored", at.at.now()))
    return at.at.vault.view(provider)


async def credentials_delete(at: Daemon, caller: Caller, params: ProviderName) -> CredentialView:
    provider = at.provider(params.provider)
    answer = await at.at.vault.delete(provider.id)
    if isinstance(answer, Locked | Broken):
        message = f"The credential of {provider.id} was not deleted."
        raise RpcError.of("credential_store", message, detail=answer.reason, hint=answer.hint)
    at.announce(at.at.state.credential_changed(provider.id, "deleted", at.at.now()))
    return at.at.vault.view(provider)


# --- sessions, quota, usage, routing ------------------------------------------------------------


async def sessions_list(at: Daemon, caller: Caller, params: Nothing) -> Sessions:
    return Sessions(views.sessions(at.at.state), views.pins(at.at.state, at.at.now()))


async def sessions_pin(at: Daemon, caller: Caller, params: SessionsPin) -> Pin:
    model, now = at.model(params.model), at.at.now()
    provider = _offered(at, model, params.provider)
    until = None if params.for_s is None else now.wall + _positive("for_s", params.for_s)
    _make_room_for_pin(at, (model.alias, params.session), now)
    at.announce(at.at.state.pin(model.alias, params.session, PinState(provider.id, until), now))
    return Pin(model.alias, provider.id, until, params.session)


async def sessions_unpin(at: Daemon, caller: Caller, params: SessionsUnpin) -> Done:
    model = at.model(params.model)
    at.announce(at.at.state.unpin(model.alias, params.session, at.at.now()))
    return Done()


async def quota_list(at: Daemon, caller: Caller, params: QuotaList) -> Quota:
    wanted = None if params.provider is None else at.provider(params.provider).id
    windows = at.at.state.windows.values()
    return Quota([quota.view(w) for w in windows if wanted is None or w.provider == wanted])


async def usage_query(at: Daemon, caller: Caller, params: UsageQuery) -> UsageReply:
    return await at.at.store.usage(params)


async def route_explain(at: Daemon, caller: Caller, params: RouteExplain) -> RouteExplained:
    model = at.model(params.model)
    asks = {name: getattr(params, name) for name in ("tools", "images", "pdf", "json_schema")}
    wants = Needs(**asks, input_tokens=params.input_tokens or 0)
    ask = Ask("", model, wants, caller.client, params.session)
    return views.explained(at.at.state, at.at.state.plan(ask, at.at.now()), ask)


# --- config, tokens, spend ----------------------------------------------------------------------


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


async def spend_allow(at: Daemon, caller: Caller, params: SpendAllow) -> SpendState:
    state, now = at.at.state, at.at.now()
    if state.config.metered == "never":
        message = 'The config says spend.metered = "never".'
        raise RpcError.of("consent", message, hint="switchgear config edit")
    until = None if params.for_s == 0 else now.wall + _positive("for_s", params.for_s)
    at.announce(state.allow_metered(until, now))
    return SpendState(state.config.metered, until)


Method = Callable[[Daemon, Caller, Any], Awaitable[Struct]]

METHODS: dict[str, Method] = {
    "initialize": initialize,
    "status": status,
    "completion/create": completion_create,
    "models/list": models_list,
    "models/show": models_show,
    "models/order": models_order,
    "providers/list": providers_list,
    "providers/pause": providers_pause,
    "providers/resume": providers_resume,
    "credentials/list": credentials_list,
    "credentials/set": credentials_set,
    "credentials/delete": credentials_delete,
    "sessions/list": sessions_list,
    "sessions/pin": sessions_pin,
    "sessions/unpin": sessions_unpin,
    "quota/list": quota_list,
    "usage/query": usage_query,
    "route/explain": route_explain,
    "events/subscribe": events_subscribe,
    "config/check": config_check,
    "config/reload": config_reload,
    "tokens/create": tokens_create,
    "tokens/list": tokens_list,
    "tokens/revoke": tokens_revoke,
    "spend/allow": spend_allow,
}


def _offered(at: Daemon, model: MergedModel, name: str) -> Provider:
    """A provider that has an offer in this model. Raises RpcError."""
    own = [offer.provider for offer in model.offers]
    if name in own:
        return at.provider(name)
    near = _nearest(name, own)
    detail = f'Did you mean "{near}"?' if near else f"Its providers: {', '.join(own)}."
    hint = f"switchgear models {model.alias}"
    raise RpcError.of("no_such_provider", f'{model.alias} has no provider "{name}".', detail=detail, hint=hint)


def _make_room_for_pin(at: Daemon, key: tuple[str, str | None], now: Now) -> None:
    """Forgets pins that have run out when there are many. Raises RpcError(busy) when all of them hold."""
    pins = at.at.state.pins
    if key in pins or len(pins) < MOST_PINS:
        return
    for alias, session in [key for key, pin in pins.items() if pin.until is not None and pin.until <= now.wall]:
        at.announce(at.at.state.unpin(alias, session, now))
    if len(pins) >= MOST_PINS:
        raise RpcError.of("busy", f"There are {MOST_PINS} pins already.", hint=f"switchgear unpin {key[0]}")


def _nearest(name: str, known: Any) -> str | None:
    return next(iter(get_close_matches(name[:LONGEST_NAME], list(known), n=1)), None)


def _positive(name: str, seconds: float) -> float:
    if not 0 < seconds <= 366 * 86400:
        raise RpcError.of(
            "invalid_params", f"{name} must be more than 0 and at most a year.", detail=f"it is {seconds:g}"
        )
    return seconds
