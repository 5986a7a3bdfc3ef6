"""Listings: providers' own model lists, asked for when somebody wants them, remembered by State.

Nobody looks, nothing is asked: no timers. Those who look: a person (`models/list`, `models/propose`), a login that has
just succeeded, an answer that there is no such model. Rules for editing: bounded in pages, rows, bytes and time; one
look at a provider at a time, whoever asks. A look that brings nothing keeps what the last one brought, and says why it
failed. A list decides no destination.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

import trio
from msgspec import structs

from switchgear_protocol.events import Event
from switchgear_protocol.words import FailureKind

from .core.failure import Failure
from .core.listing import Listed, Listing
from .core.provider import Command, NoCredential, Passthrough, Provider
from .core.rule import ruling
from .credentials.secret import Ready
from .dialling import without
from .kinds.auth import BadSecret
from .kinds.calls import build_models_call
from .kinds.kind import ModelsPage
from .kinds.known import KINDS
from .kinds.lists import MOST
from .services import Services
from .single_flight import SingleFlight
from .upstream.fault import TransportFault
from .upstream.fetch import fetch

PAGES = 20
AGAIN = 300.0  # seconds between two looks nobody asked for by name
AT_ONCE = 0.0
PATIENCE = 10.0  # seconds a request waits for a list
NEVER = Listing()


class NoList(ValueError):
    """The provider answers with something else than its list. `hint`: what cures it."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.hint = hint


async def _nobody() -> None:
    """Where nobody wants to know that a list has changed."""


@dataclass(slots=True)
class Listings:
    at: Services
    learned: Callable[[], Awaitable[None]] = _nobody  # told after a look that changed a list
    looks: SingleFlight[str, Listing] = field(default_factory=SingleFlight)
    _tried: dict[str, float] = field(default_factory=dict)  # by the boot clock
    _wanted: dict[str, float] = field(default_factory=dict)  # provider -> the age from which its list is too old
    _called: trio.lowlevel.ParkingLot = field(default_factory=trio.lowlevel.ParkingLot)

    async def attend(self) -> None:
        """Look where somebody wants it. Runs until cancelled, and sleeps until then."""
        async with trio.open_nursery() as nursery:
            while True:
                if not self._wanted:
                    await self._called.park()
                wanted, self._wanted = self._wanted, {}
                for name, age in wanted.items():
                    nursery.start_soon(self._look_if_old, name, age)

    def glance(self) -> None:
        """Somebody looks at the models: the lists that are old are read beside it. A program that prints a secret may
        ask its user for something, so it is not run for this."""
        for provider in self.at.state.config.providers.values():
            listing = KINDS[provider.kind].listing
            if listing is not None and not isinstance(provider.credential, Command | Passthrough):
                self._want(provider.id, listing.every)

    def hear(self, event: Event) -> None:
        """Of every event: a new credential, and a model that its provider does not have (any more)."""
        if event.provider is None:
            return
        if event.type == "credential" and event.reason == "stored":
            self._want(event.provider, AT_ONCE)
        elif event.type == "attempt" and event.kind == FailureKind.MODEL_NOT_FOUND:
            self._want(event.provider, AGAIN)

    async def seek(self, name: str) -> None:
        """Somebody asks for this model by name. Where it is a variant that no list holds up, its provider's list is
        read before it is refused, or tried; a moment ago is soon enough, and a slow list is not waited for."""
        state = self.at.state
        provider = state.config.providers.get(name.partition("/")[0])
        if provider is None or name in state.config.catalog.models or KINDS[provider.kind].listing is None:
            return
        if state.variants.vouched(name, state.config, state.listings) or not self._old(provider.id, AGAIN):
            return
        if state.is_paused(provider.id, self.at.now()):
            return
        self._tried[provider.id] = self.at.now().boot
        with trio.move_on_after(PATIENCE):
            await self.refresh(provider)

    def _want(self, name: str, age: float) -> None:
        if self._old(name, age):
            self._wanted[name] = min(age, self._wanted.get(name, age))
            self._called.unpark_all()

    def _old(self, name: str, age: float) -> bool:
        now, read_at = self.at.now(), self.at.state.listings.get(name, NEVER).read_at
        tried = self._tried.get(name)
        if age > 0 and tried is not None and now.boot < tried + min(age, AGAIN):
            return False
        return read_at is None or not 0 <= now.wall - read_at < age  # from the future: the clock was set back

    async def _look_if_old(self, name: str, age: float) -> None:
        """With the credential of now: a look that began before a login is waited for, and another taken."""
        if age == AT_ONCE:
            await self.looks.idle(name)
        provider = self.at.state.config.providers.get(name)
        if provider is not None and self._old(name, age) and KINDS[provider.kind].listing is not None:
            await self.refresh(provider)

    async def refresh(self, provider: Provider) -> Listing:
        """Ask the provider, or wait for the look that is on its way; what is known of its list then."""
        return await self.looks.once(provider.id, partial(self._refreshed, provider))

    async def _refreshed(self, provider: Provider) -> Listing:
        old, found = self.at.state.listings.get(provider.id, NEVER), await self._look(provider)
        self._tried[provider.id] = self.at.now().boot
        self.at.state.listed(provider.id, found)
        self.at.announce([])  # on disk soon
        if found.models != old.models:
            await self.learned()
        return found

    async def _look(self, provider: Provider) -> Listing:
        kind = KINDS[provider.kind]
        if kind.listing is None:
            return self._kept(provider, f"kind {kind.name} cannot be asked for its models")
        found = await self._secret(provider)
        if isinstance(found, Failure):
            return self._kept(provider, found.message, found.hint)
        if self.at.state.config.providers.get(provider.id) != provider:  # its credential may be meant for elsewhere now
            return self._kept(provider, "it was changed in the config meanwhile")
        try:
            models = await self._rows(provider, kind.listing, found)
        except NoList as none:
            return self._kept(provider, str(none), none.hint)
        except (BadSecret, ValueError) as fault:
            return self._kept(provider, str(fault))
        except TransportFault as fault:
            return self._kept(provider, fault.failure.message, fault.failure.hint)
        except Exception as bug:  # noqa: BLE001 - a barrier: one list is not read, the daemon goes on
            return self._kept(provider, f"reading its model list failed inside: {type(bug).__name__}")
        return Listing(models, self.at.now().wall)

    def _kept(self, provider: Provider, reason: str, hint: str | None = None) -> Listing:
        """What the last look brought, and why this one brought nothing."""
        return structs.replace(self.at.state.listings.get(provider.id, NEVER), reason=reason, hint=hint)

    async def _secret(self, provider: Provider) -> str | Failure | None:
        if isinstance(provider.credential, Passthrough):
            return Failure(FailureKind.MISSING_CREDENTIAL, "its credential comes with each request")
        if isinstance(provider.credential, NoCredential):
            return None
        found = await self.at.vault.get(provider)
        if not isinstance(found, Ready):
            return without(found)
        return None if found.secret is None else found.secret.reveal()

    async def _rows(self, provider: Provider, page: ModelsPage, secret: str | None) -> tuple[Listed, ...]:
        """Every row of every page, each model once. Raises BadSecret, ValueError, TransportFault."""
        rows: dict[str, Listed] = {}
        path, asked = page.path, set[str]()
        while path not in asked and len(asked) < PAGES and len(rows) < MOST:
            asked.add(path)
            body = await self._body(provider, page, path, secret)
            for row in page.read(body):
                rows.setdefault(row.id, row)
            path = (page.more(body) if page.more else None) or path
        return tuple(rows.values())[:MOST]

    async def _body(self, provider: Provider, page: ModelsPage, path: str, secret: str | None) -> bytes:
        kind = KINDS[provider.kind]
        call = build_models_call(kind, provider.base_url, path, secret, provider.options, self.at.now())
        reply = await fetch(self.at.transport, call, largest=page.largest)
        if (own := ruling(kind.rules, reply.status, (), "")) is not None and own.hint is not None:
            raise NoList(f"its model list answers with status {reply.status}", own.hint)
        if reply.status in (401, 403):
            words = f"its model list refuses the credential (status {reply.status})"
            raise NoList(words, self.at.vault.cure(provider))
        if reply.status != 200:
            raise NoList(f"its model list answers with status {reply.status}")
        return reply.body
