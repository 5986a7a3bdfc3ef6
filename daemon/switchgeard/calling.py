"""Calling: one offer asked, as its kind wants it: credential, wording, the call, and what may be mended at once.

Rules for editing: what a kind of provider needs special is decided here or below, never in `complete`. Trouble is a
Failure. Nothing is asked twice but what is known to have been refused unread: a credential that was replaced, a
transcript the provider objects to.
"""

from dataclasses import dataclass

from msgspec import structs

from switchgear_protocol.words import FailureKind, Scope

from .attempt import Attempt
from .claude_cli.run import Run
from .core import objection, quota
from .core.clock import Now
from .core.failure import Failure
from .core.issuer import Issuer
from .core.offer import Offer
from .core.permit import Permit
from .core.provider import Passthrough, Provider
from .core.quota import Window
from .core.readings import readings
from .core.scrub import MASK
from .delivery import Delivery
from .dialects.glimpse import Unreadable
from .dialects.known import WIRES
from .dialling import Dialled, dial
from .kinds.known import KINDS
from .patience import Patience
from .question import Manner, Question, continued
from .services import Services
from .upstream.turn import Withdrawn
from .voice import Voice


@dataclass(slots=True)
class Calling:
    """One offer asked under its permit. `by`: boot clock, when the request's own deadline for content passes."""

    at: Services
    permit: Permit
    question: Question
    delivery: Delivery
    voice: Voice
    by: float

    async def run(self, manner: Manner) -> Failure | None:
        """None when the answer is complete and delivered. Raises Withdrawn."""
        offer = self.permit.offer
        provider = self.at.state.config.providers.get(offer.provider)
        if provider is None:
            return Failure(FailureKind.MISSING_CREDENTIAL, "the provider was removed from the config")
        if provider.kind != offer.kind:
            raise Withdrawn  # another config came in force since it was permitted
        if KINDS[provider.kind].program:
            return await self._run(provider, manner)
        dialled = await self._dial(provider, manner)
        if isinstance(dialled, Failure):
            return dialled
        failure = await self._call(provider, dialled)
        if failure is not None and (mended := await self._mended(provider, dialled, failure, manner)) is not None:
            again = await self._dial(provider, mended)
            failure = await self._call(provider, again) if isinstance(again, Dialled) else again
        if failure is not None and failure.kind is FailureKind.AUTH_FAILED:
            if isinstance(provider.credential, Passthrough):  # it says nothing of what another client brings
                return structs.replace(failure, scope=Scope.NONE, hint="log in again in the program that asked")
            return structs.replace(failure, hint=failure.hint or self.at.vault.renewal(provider))
        return failure

    async def _run(self, provider: Provider, manner: Manner) -> Failure | None:
        """The answer of a program of this machine. Raises Withdrawn."""
        if not self.at.state.still_wanted(self.permit, self.at.now()):
            raise Withdrawn
        offer = self.permit.offer
        try:
            request = self.question.request
        except Unreadable as bad:
            return Failure(FailureKind.INVALID_REQUEST, bad.message, code=bad.parameter)
        if manner.so_far is not None:
            request = continued(request, manner.so_far)
        issuer = Issuer(self.at.vault.account(provider, None), offer.wire, offer.model)
        self.delivery.begin(issuer)
        self.voice.turn_to(issuer)
        patience = Patience(offer.timeouts, self.by - self.at.now().boot)
        program = provider.options["program"]
        return await Run(offer, program, request, self.delivery.emit, self._observe, self.at.now, patience).run()

    def _observe(self, windows: tuple[quota.Window, ...]) -> None:
        self.at.announce(self.at.state.observe(windows, self.at.now()))

    async def _dial(self, provider: Provider, manner: Manner) -> Dialled | Failure:
        dialled = await dial(self.at.vault, provider, self.permit.offer, self.question, manner, self.at.now())
        if self.at.vault.accounts is not self.at.state.accounts:
            self.at.announce(self.at.state.known(self.at.vault.accounts, self.at.now()))
        return dialled

    async def _mended(self, provider: Provider, dialled: Dialled, failure: Failure, manner: Manner) -> Manner | None:
        """How to ask the same offer once more, when what it refused can be mended; None when it cannot."""
        if self.delivery.committed:
            return None
        if objection.to_transcript(failure):
            return structs.replace(manner, plain=True)
        return manner if await self._replaced(provider, dialled, failure) else None

    async def _replaced(self, provider: Provider, dialled: Dialled, failure: Failure) -> bool:
        """Whether a refused credential was replaced outside of us: look once more before believing it is bad."""
        if failure.kind is not FailureKind.AUTH_FAILED or dialled.secret is None:
            return False
        if isinstance(provider.credential, Passthrough):
            return False
        return await self.at.vault.rotated(provider, dialled.secret) is not None

    async def _call(self, provider: Provider, dialled: Dialled) -> Failure | None:
        offer, wording = self.permit.offer, dialled.wording

        def read_quota(headers: dict[str, str]) -> None:
            now = self.at.now()
            self.at.announce(self.at.state.observe(_readings(offer, headers, now), now))

        def still_wanted() -> bool:
            """A credential may have taken its time: what it was fetched for must still be what the config says."""
            same = self.at.state.config.providers.get(offer.provider) == provider
            return same and self.at.state.still_wanted(self.permit, self.at.now())

        self.delivery.begin(dialled.issuer, wording.names)
        self.voice.turn_to(dialled.issuer)
        attempt = Attempt(
            offer,
            WIRES[offer.wire],
            self.at.transport,
            self.at.now,
            self.delivery.emit,
            read_quota,
            Patience(offer.timeouts, self.by - self.at.now().boot, whole=not wording.stream),
            still_wanted,
            wording.passing,
            rules=KINDS[offer.kind].rules,
        )
        failure = await attempt.run(dialled.call)
        return None if failure is None else unsaid(failure, dialled)


def _readings(offer: Offer, headers: dict[str, str], now: Now) -> tuple[Window, ...]:
    """What the headers of an answer tell of quotas: in the usual names, and in the kind's own."""
    kind = KINDS[offer.kind]
    usual = () if kind.reads_alone else readings(offer.provider, offer.model, headers, now)
    return (*usual, *kind.readings(offer.provider, offer.model, headers, now))


def unsaid(failure: Failure, dialled: Dialled) -> Failure:
    """The failure without the credential, should the provider have repeated it."""
    secret = dialled.secret.reveal() if dialled.secret else ""
    if not secret or secret not in f"{failure.message} {failure.code}":
        return failure
    code = failure.code and failure.code.replace(secret, MASK)
    return structs.replace(failure, message=failure.message.replace(secret, MASK), code=code)
