"""Vault: every provider's credential, fetched once, kept in memory, forgotten when refused.

Only good answers are kept; how often a missing or locked one is asked for again is decided by the
provider's health, not here. Rules for editing: nothing in here logs; a secret leaves only inside
`Ready`; what is fetched for one source is never used for another.
"""

import secrets
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from msgspec import structs

from switchgear_protocol.messages import CredentialView
from switchgeard import clock
from switchgeard.clock import Clock
from switchgeard.core.accounts import Accounts, alike
from switchgeard.core.issuer import account
from switchgeard.core.provider import CredentialSource, Env, Keyring, NoCredential, Passthrough, Provider
from switchgeard.kinds.known import KINDS
from switchgeard.single_flight import SingleFlight

from .install_key import install_id
from .keyring_store import KeyringStore
from .renewals import Fetch, Renewals
from .secret import BAD_PASTE, Answer, Broken, Locked, Missing, Ready, Refused, Secret, Unheard, clean
from .sources import read_source, restart

Key = tuple[str, CredentialSource]


class Vault:
    """Credentials by provider. `use` tells it which providers the config in force names."""

    def __init__(
        self,
        keyring: KeyringStore,
        environ: Mapping[str, str],
        fingerprint_key: bytes,
        fetch: Fetch | None = None,
        now: Clock = clock.now,
        home: str | None = None,
    ):
        """`fetch`: how issuers of tokens are asked; None: no token is ever renewed. `home`: the state directory."""
        self._keyring = keyring
        self._renewals = Renewals(keyring, fetch, now, self._renewed, home) if fetch else None
        self._environ = dict(environ)  # as it is at the start; never looked at again
        self._fingerprint_key = fingerprint_key
        self.install = install_id(fingerprint_key)
        self._providers: dict[str, Provider] = {}
        self._known: dict[Key, Answer] = {}  # the last answer of each, good or bad
        self._flights: SingleFlight[Key, Answer] = SingleFlight()
        self._accounts: dict[str, tuple[Secret | None, str]] = {}  # what each is called, by the secret last named
        self._payers: dict[Key, str] = {}  # who pays, of those whose credential was read
        self.accounts = Accounts()  # another value whenever something changed

    def __repr__(self) -> str:
        return f"<Vault: {len(self._providers)} providers, {len(self._flights)} being fetched>"

    def use(self, providers: Mapping[str, Provider]) -> None:
        """The providers in force. What was fetched for others is forgotten."""
        self._providers = dict(providers)
        kept = {_key(provider) for provider in providers.values()}
        self._known = {key: answer for key, answer in self._known.items() if key in kept}
        self._payers = {key: payer for key, payer in self._payers.items() if key in kept}
        self._accounts.clear()
        self._tell()

    async def get(self, provider: Provider) -> Answer:
        """What a request to the provider carries: its credential, or the token that one stands for, renewed in time."""
        stored = self._known.get(_key(provider))
        found = stored if isinstance(stored, Ready) else await self.stored(provider)
        if not isinstance(found, Ready) or found.secret is None or (renewals := self._renewing(provider)) is None:
            return found
        answer = await renewals.get(provider, found.secret)
        return structs.replace(answer, hint=self.cure(provider)) if isinstance(answer, Refused) else answer

    async def stored(self, provider: Provider) -> Answer:
        """The credential as it is kept: from memory, else from its source, once for all who ask at a time."""
        key = _key(provider)
        known = self._known.get(key)
        if isinstance(known, Ready):
            return known
        return await self._flights.once(key, partial(self._ask, key), partial(self._known.__setitem__, key))

    async def rotated(self, provider: Provider, refused: Secret) -> Ready | None:
        """After a 401: the credential read anew, if the source now holds another than the refused one."""
        known = self._known.get(_key(provider))
        if isinstance(known, Ready) and known.secret == refused:
            self.invalidate(provider.id)
            known = None
        renewals = self._renewing(provider)
        if renewals is not None and isinstance(known, Ready) and known.secret is not None:
            answer = await renewals.renewed(provider, known.secret, refused)
        else:
            answer = await self.get(provider)
        return answer if isinstance(answer, Ready) and answer.secret != refused else None

    def invalidate(self, provider_id: str) -> None:
        """Forget what is in memory; the next `get` asks the source."""
        self._accounts.pop(provider_id, None)
        if self._renewals is not None:
            self._renewals.forget(provider_id)
        self._known = {key: answer for key, answer in self._known.items() if key[0] != provider_id}
        self._flights.disown(lambda key: key[0] == provider_id)

    async def set(self, provider_id: str, secret: str) -> Answer:
        """Store a pasted credential in the keyring. The answer is what `get` now says."""
        if refusal := self._not_ours(provider_id):
            return refusal
        try:
            pasted = clean(secret)
        except ValueError as fault:
            return Broken(f"this is not a credential: {fault}", BAD_PASTE)
        return self._changed(provider_id, await self._store(provider_id, pasted))

    async def try_keyring(self) -> Answer:
        """Whether the OS keyring keeps what it is given. Nothing stays in it."""
        return await self._keyring.round_trip(secrets.token_hex(16))

    async def delete(self, provider_id: str) -> Answer:
        """Forget a stored credential, here and in the keyring. Missing is the good end."""
        if refusal := self._not_ours(provider_id):
            return refusal
        return self._changed(provider_id, await self._store(provider_id, None))

    def renewal(self, provider: Provider) -> str | None:
        """How a refused credential is replaced where `switchgear login` cannot do it; None where it can."""
        match provider.credential:
            case Keyring():
                return None
            case NoCredential():
                return 'write credential = "keyring" for it: switchgear config edit'
            case Env(name):
                return f"set another {name} for the daemon and restart it: {restart(self._environ)}"
            case _:
                where = provider.credential_text
                return f"replace what {where} gives, then: switchgear resume {provider.id}"

    def cure(self, provider: Provider) -> str:
        """How a refused credential is replaced."""
        return self.renewal(provider) or f"switchgear login {provider.id}"

    def views(self) -> list[CredentialView]:
        """What is known of each credential now, without asking any source."""
        return [self.view(provider) for provider in self._providers.values()]

    def account(self, provider: Provider, secret: Secret | None) -> str:
        """The provider and which of its credentials: whose signatures are whose (`core.issuer`)."""
        known = self._accounts.get(provider.id)
        if known is None or known[0] is not secret:
            lasting = self._renewals.origin(provider.id, secret) if self._renewals and secret else secret
            digest = lasting.fingerprint(self._fingerprint_key) if lasting else None
            known = self._accounts[provider.id] = (secret, account(provider.id, digest))
            self._paid_by(provider, digest)
        return known[1]

    def who(self, provider_id: str) -> str:
        """Who is logged in, by the login itself; "" where it does not say, or was not used yet."""
        return self._renewals.who(provider_id) if self._renewals else ""

    def _paid_by(self, provider: Provider, digest: str | None) -> None:
        """Remember who pays: at that host, who is logged in, else whose key it is. Nobody, where none is wanted."""
        who = self.who(provider.id)
        if who or digest:
            self._payers[_key(provider)] = f"{urlsplit(provider.base_url).netloc} {who or digest}"
        elif KINDS[provider.kind].program:
            self._payers[_key(provider)] = provider.base_url
        self._tell()

    def _tell(self) -> None:
        found = Accounts(
            alike({name: payer for (name, _), payer in self._payers.items()}),
            self._renewals.unsaved.told() if self._renewals else {},
        )
        if found != self.accounts:
            self.accounts = found

    def brought(self, provider: Provider, secret: Secret) -> str:
        """The same for a credential that is a client's own: nothing of it is kept."""
        return account(provider.id, secret.fingerprint(self._fingerprint_key))

    def view(self, provider: Provider) -> CredentialView:
        """The same for one provider."""
        source = provider.credential_text
        if isinstance(provider.credential, NoCredential | Passthrough):
            return CredentialView(provider.id, source, "none")
        match self._known.get(_key(provider)):
            case Ready(Secret() as secret):
                told = self.accounts.unsaved.get(provider.id)
                digest = secret.fingerprint(self._fingerprint_key)
                if told is not None:
                    return CredentialView(provider.id, source, "degraded", *told, digest)
                return CredentialView(provider.id, source, "ok", fingerprint=digest)
            case Missing(reason, hint) | Broken(reason, hint) | Refused(reason, hint) | Unheard(reason, hint):
                return CredentialView(provider.id, source, "missing", reason, hint)
            case Locked(reason, hint):
                return CredentialView(provider.id, source, "locked", reason, hint)
        return CredentialView(provider.id, source, "unknown")

    async def _ask(self, key: Key) -> Answer:
        provider_id, source = key
        if isinstance(source, Keyring):
            return await self._keyring.read(provider_id)
        return await read_source(source, self._environ, self._variables())

    def _renewing(self, provider: Provider) -> Renewals | None:
        """Who renews, where this kind's credential is not sent as it is."""
        kind = KINDS[provider.kind]
        return None if kind.refresh is None and kind.exchange is None else self._renewals

    def _renewed(self, provider: Provider, stored: Secret) -> None:
        self._known[_key(provider)] = Ready(stored)
        self._tell()

    async def _store(self, provider_id: str, secret: Secret | None) -> Answer:
        if self._renewals is not None:
            return await self._renewals.store(self._providers[provider_id], secret)
        return await (self._keyring.write(provider_id, secret) if secret else self._keyring.delete(provider_id))

    def _variables(self) -> list[str]:
        """The variables that hold credentials: programs we start do not get them."""
        sources = (provider.credential for provider in self._providers.values())
        return [source.name for source in sources if isinstance(source, Env)]

    def _changed(self, provider_id: str, answer: Answer) -> Answer:
        self.invalidate(provider_id)
        if isinstance(answer, Ready | Missing):
            self._known[provider_id, Keyring()] = answer
        return answer

    def _not_ours(self, provider_id: str) -> Broken | Missing | None:
        """Why nothing can be stored for this provider."""
        provider = self._providers.get(provider_id)
        if provider is None:
            return Missing("no such provider in the config", "switchgear config edit")
        if isinstance(provider.credential, Keyring):
            return None
        reason = f"its credential comes from {provider.credential_text}, as the config says"
        return Broken(reason, 'change it there, or write credential = "keyring": switchgear config edit')


def _key(provider: Provider) -> Key:
    return provider.id, provider.credential
