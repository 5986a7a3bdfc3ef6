"""Listings: providers' own model lists, asked for when somebody wants them, remembered by State.

Rules for editing: bounded in pages, rows and time; one look at a provider at a time, whoever asks. A look that brings
nothing keeps what the last one brought, and says why it failed. A list decides no destination.
"""

from dataclasses import dataclass, field

import trio

from switchgear_protocol.words import FailureKind

from .core.failure import Failure
from .core.listing import Listed, Listing
from .core.provider import NoCredential, Passthrough, Provider
from .credentials.secret import Ready
from .dialling import without
from .kinds import kind as kinds
from .kinds.auth import BadSecret
from .kinds.calls import build_models_call
from .kinds.known import KINDS
from .kinds.lists import MOST
from .services import Services
from .upstream.fault import TransportFault
from .upstream.fetch import fetch

PAGES = 20
NEVER = Listing()


@dataclass(slots=True)
class Listings:
    at: Services
    running: dict[str, trio.Event] = field(default_factory=dict)

    async def refresh(self, provider: Provider) -> Listing:
        """Ask the provider, or wait for the look that is on its way; what is known of its list then."""
        ended = self.running.get(provider.id)
        if ended is not None:
            await ended.wait()
            return self.at.state.listings.get(provider.id, NEVER)
        ended = self.running[provider.id] = trio.Event()
        try:
            found = await self._look(provider)
            self.at.state.listed(provider.id, found)
            return found
        finally:
            del self.running[provider.id]
            ended.set()

    async def _look(self, provider: Provider) -> Listing:
        old, kind = self.at.state.listings.get(provider.id, NEVER), KINDS[provider.kind]
        if kind.listing is None:
            return Listing(old.models, old.read_at, f"kind {kind.name} cannot be asked for its models")
        found = await self._secret(provider)
        if isinstance(found, Failure):
            return Listing(old.models, old.read_at, found.message, found.hint)
        try:
            models = await self._pages(provider, kind.listing, found)
        except (BadSecret, ValueError) as fault:
            return Listing(old.models, old.read_at, str(fault))
        except TransportFault as fault:
            return Listing(old.models, old.read_at, fault.failure.message, fault.failure.hint)
        return Listing(models, self.at.now().wall)

    async def _secret(self, provider: Provider) -> str | Failure | None:
        if isinstance(provider.credential, Passthrough):
            return Failure(FailureKind.MISSING_CREDENTIAL, "its credential comes with each request")
        if isinstance(provider.credential, NoCredential):
            return None
        found = await self.at.vault.get(provider)
        if not isinstance(found, Ready):
            return without(found)
        return None if found.secret is None else found.secret.reveal()

    async def _pages(self, provider: Provider, listing: kinds.Listing, secret: str | None) -> tuple[Listed, ...]:
        """Every row of every page. Raises BadSecret, ValueError, TransportFault."""
        rows: list[Listed] = []
        path: str | None = listing.path
        for _ in range(PAGES):
            if path is None or len(rows) >= MOST:
                break
            body = await self._page(provider, path, secret)
            rows.extend(listing.read(body))
            path = listing.more(body) if listing.more else None
        return tuple(rows[:MOST])

    async def _page(self, provider: Provider, path: str, secret: str | None) -> bytes:
        kind = KINDS[provider.kind]
        call = build_models_call(kind, provider.base_url, path, secret, provider.options, self.at.now())
        reply = await fetch(self.at.transport, call)
        if reply.status != 200:
            raise ValueError(f"its model list answers with status {reply.status}")
        return reply.body
