"""Daemon: what the methods work on, and how they find a model or a provider by its name."""

from dataclasses import dataclass, field

import trio
from msgspec.structs import replace

from switchgear_protocol.events import Event
from switchgear_protocol.messages import (
    ProviderView,
    Status,
)
from switchgeard import __version__, remaining, views
from switchgeard.configuration import Configuration
from switchgeard.core.offer import MergedModel
from switchgeard.core.provider import Provider
from switchgeard.listings import Listings
from switchgeard.logins.desk import Desk
from switchgeard.prompt.keeper import Keeper
from switchgeard.quotas import Quotas
from switchgeard.rpc_error import RpcError
from switchgeard.services import Services

from .meant import nearest, no_such_model, no_such_provider


@dataclass(slots=True)
class Daemon:
    """What the methods work on."""

    at: Services
    configuration: Configuration
    pid: int
    started_at: float
    prompt: Keeper
    storage: str = "ok"
    draining: bool = False
    http: str | None = None  # where the HTTP door is open
    logins: Desk = field(init=False)
    quotas: Quotas = field(init=False)
    lists: Listings = field(init=False)

    def __post_init__(self) -> None:
        self.logins = Desk(self.at)
        self.quotas = Quotas(self.at)
        self.at.look = self.quotas.wanted
        self.lists = Listings(self.at, self.configuration.relist)

    def status(self) -> Status:
        """The snapshot: everything believed, at one moment."""
        state, now = self.at.state, self.at.now()
        return Status(
            version=__version__,
            pid=self.pid,
            started_at=self.started_at,
            now=now.wall,
            seq=state.telling.seq,
            config=self.configuration.view(),
            models=views.models(state, now),
            providers=self.providers(),
            quota=remaining.windows(state, now),
            in_flight=len(state.live),
            sessions=len(state.sessions.assignments),
            storage=self.storage,
            last_served=state.last_served,
            draining=self.draining,
            http=self.http,
        )

    def providers(self) -> list[ProviderView]:
        """Every provider, with who is logged in where that is known."""
        told = views.providers(self.at.state, self.at.now())
        return [replace(view, account=self.quotas.who(view.id)) for view in told]

    async def asked(self, name: str) -> MergedModel:
        """As `model`; of a variant that no group names its provider's list is read first, where that is to be done.

        Raises RpcError(no_such_model)."""
        await self.lists.seek(name)
        if (found := self.at.state.find(name)) is None:
            raise await trio.to_thread.run_sync(no_such_model, name, self.at.state.config, dict(self.at.state.listings))
        return found

    def model(self, name: str) -> MergedModel:
        """The merged model or variant of this name. Raises RpcError(no_such_model)."""
        if (found := self.at.state.find(name)) is None:
            raise no_such_model(name, self.at.state.config, self.at.state.listings)
        return found

    def provider(self, name: str) -> Provider:
        """The provider of this id. Raises RpcError(no_such_provider)."""
        known = self.at.state.config.providers
        if name not in known:
            raise no_such_provider(name, known)
        return known[name]

    def announce(self, events: list[Event]) -> None:
        self.at.announce(events)


def offered(daemon: Daemon, model: MergedModel, name: str) -> Provider:
    """A provider that has an offer in this model. Raises RpcError."""
    own = [offer.provider for offer in model.offers]
    if name in own:
        return daemon.provider(name)
    near = nearest(name, own)
    detail = f'Did you mean "{near}"?' if near else f"Its providers: {', '.join(own)}."
    hint = f"switchgear models {model.alias}"
    message = f'{model.alias} has no provider "{name}".'
    raise RpcError.of("no_such_provider", message, detail=detail, hint=hint, meant=near)


def positive(name: str, seconds: float) -> float:
    if not 0 < seconds <= 366 * 86400:
        raise RpcError.of(
            "invalid_params", f"{name} must be more than 0 and at most a year.", detail=f"it is {seconds:g}"
        )
    return seconds
