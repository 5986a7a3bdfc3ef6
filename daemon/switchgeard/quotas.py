"""Quotas: looks at the pages where providers tell what is left, when somebody wants to know.

Rules for editing: nobody looks, nothing is asked, and no timer runs. Those who look: a person (`quota/list`), a request
that tests whether a spent quota is back, and who is subscribed to events, now and then. One look at a provider at a
time, never more often than its kind allows. A look that fails is told in words and changes no health; one that says the
quota is back lets the next request test that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

import trio
from msgspec import Struct

from switchgear_protocol.messages import QuotaAccount

from .core.clock import Now
from .core.provider import Command, NoCredential, Passthrough, Provider
from .core.quota import Window
from .credentials.secret import Ready
from .kinds.auth import BadSecret
from .kinds.kind import QuotaPage
from .kinds.known import KINDS
from .services import Services
from .single_flight import SingleFlight
from .upstream.fault import TransportFault
from .upstream.fetch import fetch

WITHIN = 8.0  # seconds a look may take
LARGEST = 256 * 1024  # bytes of a page
AGAIN = 5.0  # seconds between two looks that somebody asked for
WATCHED = 300.0  # seconds between two looks for those who only watch: editors do so all day


class Look(Struct, frozen=True):
    """How a look went: `reason` "" means it told something."""

    at: Now
    reason: str = ""
    hint: str | None = None


@dataclass(slots=True)
class Quotas:
    at: Services
    looks: dict[str, Look] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of accounts, by provider, as pages told them
    _flights: SingleFlight[str, Look] = field(default_factory=SingleFlight)
    _wanted: dict[str, None] = field(default_factory=dict)
    _called: trio.lowlevel.ParkingLot = field(default_factory=trio.lowlevel.ParkingLot)

    async def attend(self) -> None:
        """Look where a request wants it, and for those who watch. Runs until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._attend_watchers)
            while True:
                if not self._wanted:
                    await self._called.park()
                wanted, self._wanted = self._wanted, {}
                known = self.at.state.config.providers
                nursery.start_soon(self.look, [known[name] for name in wanted if name in known])

    def _unasked(self) -> list[Provider]:
        """Those that may be looked at though nobody asked: a program that prints a secret may ask its user things."""
        known = self.at.state.config.providers.values()
        return [provider for provider in known if not isinstance(provider.credential, Command)]

    def wanted(self, provider: str) -> None:
        """A request tests whether this provider's quota is back: look beside it."""
        self._wanted[provider] = None
        self._called.unpark_all()

    async def _attend_watchers(self) -> None:
        bus = self.at.announce.bus
        while True:
            while not bus.watched("quota"):
                await bus.joined()
            await self.look(self._unasked())
            with trio.move_on_after(WATCHED):
                await bus.joined()

    async def look(self, providers: Iterable[Provider], refresh: bool = False) -> None:
        """Look at the pages of these providers that are due; `refresh`: at all, but those of a moment ago."""
        async with trio.open_nursery() as nursery:
            for provider in providers:
                page = KINDS[provider.kind].quota
                if page is not None and self._due(provider.id, AGAIN if refresh else page.every):
                    nursery.start_soon(self._flights.once, provider.id, partial(self._look, provider, page))

    def account(self, provider: Provider) -> QuotaAccount:
        """Whose it is, and how the last look went."""
        look, has_page = self.looks.get(provider.id), KINDS[provider.kind].quota is not None
        who = self.who(provider.id)
        if look is None:
            return QuotaAccount(provider.id, provider.label, who, has_page)
        return QuotaAccount(provider.id, provider.label, who, has_page, look.at.wall, look.reason, look.hint)

    def who(self, provider: str) -> str:
        """Who is logged in at this provider, by the login or by its page; "" where nobody said."""
        return self.at.vault.who(provider) or self.names.get(provider, "")

    def forget(self, provider: str) -> None:
        """Its credential is another now: what the page said was of the old one, and the next look is due at once."""
        self.names.pop(provider, None)
        self.looks.pop(provider, None)

    def _due(self, name: str, every: float) -> bool:
        look = self.looks.get(name)
        return look is None or self.at.now().boot >= look.at.boot + every

    async def _look(self, provider: Provider, page: QuotaPage) -> Look:
        reason, hint = await self._read(provider, page)
        look = self.looks[provider.id] = Look(self.at.now(), reason, hint)
        return look

    async def _read(self, provider: Provider, page: QuotaPage) -> tuple[str, str | None]:
        """Why the page told nothing, and what cures that; ("", None) when it did."""
        secret = ""
        if not isinstance(provider.credential, NoCredential | Passthrough):
            found = await (self.at.vault.stored if page.stored else self.at.vault.get)(provider)
            if not isinstance(found, Ready):
                return found.reason, found.hint
            if self.at.state.config.providers.get(provider.id) != provider:
                return "it was changed in the config meanwhile", None
            secret = found.secret.reveal() if found.secret else ""
        try:
            reply = await fetch(self.at.transport, page.call(provider.base_url, secret, provider.options), WITHIN)
            if reply.status != 200 or len(reply.body) > LARGEST:
                return self._refused(provider, reply.status)
            self._told(page.read(reply.body, provider.id, self.at.now()))
            self.names[provider.id] = page.whose(reply.body)
        except TransportFault as fault:
            return fault.failure.message, None
        except ValueError as fault:  # its words may quote what it was read from
            cure = self.at.vault.cure(provider) if isinstance(fault, BadSecret) else None
            return "its quota page could not be understood", cure
        except Exception as bug:  # noqa: BLE001 - a barrier: one page is not read, the daemon goes on
            return f"reading its quota page failed inside: {type(bug).__name__}", None
        return "", None

    def _refused(self, provider: Provider, status: int) -> tuple[str, str | None]:
        if status in (401, 403):
            return f"its quota page refused the credential (status {status})", self.at.vault.cure(provider)
        if status == 200:
            return f"its quota page is longer than {LARGEST} bytes", None
        return f"its quota page answered with status {status}", None

    def _told(self, windows: tuple[Window, ...]) -> None:
        self.at.announce(self.at.state.observe(windows, self.at.now(), page=True))
