"""Renewals: tokens that end, renewed once for all who ask, and never lost.

A refresh token that was used is worth nothing any more, so: one renewal at a time per provider, in a task of its own
that no leaving client cancels; the keyring is read anew right before, since another owner may have been there; what
comes is in the keyring before it is used. Rules for editing: nothing in here logs; an older generation never takes the
place of a newer; before `earliest` nothing is asked for, whoever wants it.
"""

import re
from collections.abc import Awaitable, Callable
from functools import partial

import trio
from msgspec import structs

from switchgeard.core.clock import Now
from switchgeard.core.provider import Keyring, Provider
from switchgeard.kinds.bundle import Bundle, parsed, spelled
from switchgeard.kinds.kind import Exchange, Refresh
from switchgeard.kinds.known import KINDS
from switchgeard.kinds.reply import members_if_any
from switchgeard.single_flight import Flight, SingleFlight
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.fault import TransportFault

from .carried import AT_LEAST, Carried, as_it_is, of_bundle, of_token
from .keyring_store import KeyringStore
from .secret import Answer, Ready, Refused, Secret, Unheard
from .turn import Busy, of_login
from .unsaved import Keep, Unsaved

REFUSALS = frozenset({400, 401, 403})
WORD = re.compile(r"[a-z][a-z_]{0,59}")  # of RFC 6749 and of issuers: nothing that could be a token repeated
TRIES = 2  # an answer that was lost may have left the token as it was

Fetch = Callable[[HTTPCall], Awaitable[tuple[int, bytes]]]
"""One exchange with an issuer: status and whole body. Raises TransportFault."""


class Renewals:
    """What requests carry, by provider. `home`: where the locks between processes are; None: there is but one."""

    def __init__(
        self, keyring: KeyringStore, fetch: Fetch, now: Callable[[], Now], keep: Keep, home: str | None = None
    ) -> None:
        self._keyring = keyring
        self._fetch = fetch
        self._now = now
        self._keep = keep
        self._home = home
        self._held: dict[str, Carried] = {}
        self._flights: SingleFlight[str, Answer] = SingleFlight()
        self.unsaved = Unsaved(keyring, now, keep, home)
        self._rests: dict[str, float] = {}  # boot clock: after trouble, when the next try may be made

    def __repr__(self) -> str:
        return f"<Renewals: {len(self._held)} held, {len(self._flights)} under way>"

    async def get(self, provider: Provider, stored: Secret) -> Answer:
        """What a request carries. It waits only where there is nothing left that could be sent."""
        now, held = self._now(), self._at_hand(provider, stored)
        if provider.id not in self._flights:  # a renewal offers it anyway
            self.unsaved.offer_again(provider)
        if held is not None and held.fresh(now):
            return Ready(held.secret)
        usable = held is not None and held.usable(now)
        if usable and held is not None and now.boot < self._rests.get(provider.id, 0.0):
            return Ready(held.secret)
        renewal = self._renewal(provider, stored, None)
        if usable and held is not None:
            return Ready(held.secret)
        return await renewal.arrival()

    async def renewed(self, provider: Provider, stored: Secret, refused: Secret) -> Answer:
        """After a 401: the next one, unless there is another already or none may be asked for yet."""
        held = self._at_hand(provider, stored)
        if held is not None and held.secret != refused:
            return await self.get(provider, stored)
        return await self._renewal(provider, stored, refused).arrival()

    def origin(self, provider_id: str, secret: Secret) -> Secret:
        """What stays the same over renewals of this secret: who is logged in, else what was exchanged."""
        held = self._held.get(provider_id)
        if held is None or held.secret is not secret:
            return secret
        login = held.bundle
        named = login is not None and (login.account or login.client_id)
        return Secret(f"{login.client_id}|{login.account}") if login is not None and named else held.source

    def who(self, provider_id: str) -> str:
        """Who is logged in, by the login itself; "" where it does not say."""
        held = self._held.get(provider_id)
        return held.bundle.account if held is not None and held.bundle is not None else ""

    def forget(self, provider_id: str) -> None:
        """What is stored may be another one now. A renewal under way goes on: what it brings is the newest."""
        self._rests.pop(provider_id, None)
        held = self._held.get(provider_id)
        if held is not None and held.bundle is None:
            del self._held[provider_id]

    async def store(self, provider: Provider, secret: Secret | None) -> Answer:
        """Put another credential in the keyring, or None: after whatever is under way, in other processes too."""
        await self._flights.idle(provider.id)
        try:
            async with of_login(self._home, provider.id):
                return await self._put(provider, secret)
        except (Busy, OSError):  # nobody is kept from logging in
            return await self._put(provider, secret)

    async def _put(self, provider: Provider, secret: Secret | None) -> Answer:
        self._held.pop(provider.id, None)
        self._rests.pop(provider.id, None)
        self.unsaved.forget(provider.id)
        if secret is None:
            return await self._keyring.delete(provider.id)
        return await self._keyring.write(provider.id, secret)

    def _at_hand(self, provider: Provider, stored: Secret) -> Carried | None:
        held = self._held.get(provider.id)
        if held is not None and (held.source is stored or held.source == stored):
            return held
        begun = self._begun(provider, stored)
        if begun is not None and not _older(begun, held):
            self._held[provider.id] = begun
        return self._held.get(provider.id) if begun is not None else None

    def _begun(self, provider: Provider, stored: Secret) -> Carried | None:
        """What can be sent without asking anybody. None: it has to be exchanged first."""
        kind, now = KINDS[provider.kind], self._now()
        bundle = parsed(stored.reveal()) if kind.refresh else None
        if kind.refresh is not None and bundle is not None:
            return of_bundle(bundle, stored, kind.refresh, now, new=False)
        if kind.exchange is not None and kind.exchange.wants(stored.reveal()):
            return None
        return as_it_is(stored, now)

    def _renewal(self, provider: Provider, stored: Secret, refused: Secret | None) -> Flight[Answer]:
        return self._flights.apart(provider.id, partial(self._fly, provider, stored, refused))

    async def _fly(self, provider: Provider, stored: Secret, refused: Secret | None) -> Answer:
        answer: Answer = Unheard("the login was not renewed", _again(provider))
        try:
            with trio.CancelScope(shield=True):  # every step has a limit of its own; half a renewal is a lost login
                answer = await self._turned(provider, stored, refused)
        except Exception as bug:  # noqa: BLE001 - a barrier: this task ends for its waiters, not for the daemon
            answer = Unheard(f"renewing the login failed: {type(bug).__name__}", _again(provider))
        if not isinstance(answer, Ready):
            self._rests[provider.id] = self._now().boot + AT_LEAST
        return answer

    async def _turned(self, provider: Provider, stored: Secret, refused: Secret | None) -> Answer:
        kind = KINDS[provider.kind]
        if kind.exchange is not None and (kind.refresh is None or not isinstance(provider.credential, Keyring)):
            return await self._exchanged(provider, stored, kind.exchange)
        if kind.refresh is None or not isinstance(provider.credential, Keyring):
            ended = f"the login that {provider.credential_text} gives has ended, and is not ours to renew"
            return Refused(ended, _anew(provider))
        try:
            async with of_login(self._home, provider.id):
                return await self._reread(provider, kind.refresh, refused)
        except (Busy, OSError):
            return Unheard("another process is renewing this login, or its lock cannot be had", _again(provider))

    async def _reread(self, provider: Provider, refresh: Refresh, refused: Secret | None) -> Answer:
        """The login as the keyring has it now: good already, renewed, or why not."""
        found = await self._keyring.read(provider.id)
        if (unsaved := self.unsaved.get(provider.id)) is not None and not isinstance(found, Ready):
            found = Ready(unsaved)  # newer than what cannot be read
        if not isinstance(found, Ready) or found.secret is None:
            return found
        held, now = self._held.get(provider.id), self._now()
        bundle = parsed(found.secret.reveal())
        if bundle is None:
            return self._plain(provider, found.secret)
        begun = of_bundle(bundle, found.secret, refresh, now, new=False)
        if held is not None and held.bundle is not None and (_older(begun, held) or _counts(held, begun, refused)):
            begun = held
        wanted = begun.secret != refused
        if (begun.fresh(now) and wanted) or now.boot < begun.earliest:
            return self._adopted(provider, begun)
        assert begun.bundle is not None
        return await self._refreshed(provider, refresh, begun.bundle)

    async def _refreshed(self, provider: Provider, refresh: Refresh, bundle: Bundle) -> Answer:
        if bundle.refresh_token is None:
            return Refused("the login has ended", _anew(provider))
        reason = ""
        for _ in range(TRIES):
            try:
                status, body = await self._fetch(refresh.call(bundle, provider.options))
                if status == 200:
                    return await self._kept(provider, refresh, refresh.read(body, bundle, self._now()), bundle)
                if refusal := _refusal(status, body):
                    return await self._refused(provider, refresh, bundle, refusal)
                reason = f"it answered {status}"
            except TransportFault as fault:
                reason = fault.failure.message
            except ValueError:
                reason = "its answer makes no sense"
        return Unheard(f"the login could not be renewed: {reason}", _again(provider))

    async def _kept(self, provider: Provider, refresh: Refresh, new: Bundle, old: Bundle) -> Answer:
        """Into the keyring first. One that cannot be stored is still the only one that works: it is kept in memory."""
        new = structs.replace(new, generation=old.generation + 1)
        secret = Secret(spelled(new))
        carried = of_bundle(new, secret, refresh, self._now(), new=True)
        await self.unsaved.write(provider, secret)
        return self._adopted(provider, carried)

    async def _refused(self, provider: Provider, refresh: Refresh, bundle: Bundle, refusal: str) -> Answer:
        """Somebody else may have used the token while we asked: theirs is the next one."""
        found = await self._keyring.read(provider.id)
        other = parsed(found.secret.reveal()) if isinstance(found, Ready) and found.secret else None
        if other is not None and other.refresh_token != bundle.refresh_token and isinstance(found, Ready):
            assert found.secret is not None
            return self._adopted(provider, of_bundle(other, found.secret, refresh, self._now(), new=False))
        return Refused(f"the login is not valid any more ({refusal})", _anew(provider))

    async def _exchanged(self, provider: Provider, stored: Secret, exchange: Exchange) -> Answer:
        reason = ""
        for _ in range(TRIES):
            now = self._now()
            try:
                status, body = await self._fetch(
                    exchange.call(provider.base_url, stored.reveal(), provider.options, now)
                )
                if status == 200:
                    return self._adopted(provider, of_token(exchange.read(body, self._now()), stored, self._now()))
                if status in exchange.as_it_is:
                    return self._adopted(provider, as_it_is(stored, now))
                if status in REFUSALS:
                    return Refused(f"the issuer of its tokens answered {_said(status, body)}", _anew(provider))
                reason = f"it answered {status}"
            except TransportFault as fault:
                reason = fault.failure.message
            except ValueError as bad:
                return Refused(f"no token can be had for the stored credential: {bad}", _anew(provider))
        return Unheard(f"no token could be had: {reason}", _again(provider))

    def _plain(self, provider: Provider, stored: Secret) -> Answer:
        return self._adopted(provider, as_it_is(stored, self._now()))

    def _adopted(self, provider: Provider, carried: Carried) -> Answer:
        self._held[provider.id] = carried
        if isinstance(provider.credential, Keyring):
            self._keep(provider, carried.source)
        return Ready(carried.secret)


def _counts(held: Carried, begun: Carried, refused: Secret | None) -> bool:
    """Whether the deadlines at hand are believed, being on a clock that does not jump. Not once a token is refused that
    was read from the keyring: the wall clock may have been wrong then and be right now."""
    return held.source == begun.source and (held.came or refused is None)


def _older(one: Carried, other: Carried | None) -> bool:
    """Whether it is an earlier generation of the same login."""
    if other is None or one.bundle is None or other.bundle is None:
        return False
    a, b = one.bundle, other.bundle
    return (a.account, a.client_id) == (b.account, b.client_id) and a.generation < b.generation


def _refusal(status: int, body: bytes) -> str | None:
    """The issuer's own word for its no; None where something else answered in its place."""
    if status not in REFUSALS:
        return None
    word = members_if_any(body).get("error")
    word = word.get("code") if isinstance(word, dict) else word
    return word if isinstance(word, str) and WORD.fullmatch(word) else None


def _said(status: int, body: bytes) -> str:
    word = _refusal(status, body)
    return f"{status} ({word})" if word else str(status)


def _anew(provider: Provider) -> str:
    """How another login comes in place of one that is refused; `Vault.cure` knows of credentials that are none."""
    return f"switchgear login {provider.id}"


def _again(provider: Provider) -> str:
    return f"switchgear resume {provider.id}"
