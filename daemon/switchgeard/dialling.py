"""Dialling: from an offer and a request to the call that goes out, credential included.

Rules for editing: the only place where a revealed secret meets a call. Where it goes is decided by the
provider's own config, never by the request. What cannot be called is a Failure with its cure.
"""

from msgspec import Struct, structs

from switchgear_protocol.words import FailureKind, Scope

from .core.clock import Now
from .core.cost import FREE
from .core.failure import Failure
from .core.issuer import Issuer
from .core.offer import Offer
from .core.provider import NoCredential, Passthrough, Provider
from .credentials.carried import AT_LEAST
from .credentials.secret import Answer, Broken, Locked, Missing, Ready, Refused, Secret, Unheard
from .credentials.vault import Vault
from .dialects.glimpse import Unreadable
from .kinds.auth import BadSecret
from .kinds.calls import build_call, drafted
from .kinds.known import KINDS
from .question import Manner, Question, Wording
from .upstream.call import HTTPCall

NOT_BROUGHT = Failure(FailureKind.MISSING_CREDENTIAL, "who asks brings no credential of its own")


class Dialled(Struct, frozen=True):
    call: HTTPCall
    issuer: Issuer
    wording: Wording
    secret: Secret | None = None  # what it carries, to tell whether a re-read gave another


async def dial(
    vault: Vault, provider: Provider, offer: Offer, question: Question, manner: Manner, now: Now
) -> Dialled | Failure:
    """The call that puts `question` to `offer`. Reads the credential; words the body."""
    secret: Secret | None = None
    if isinstance(provider.credential, Passthrough):
        return _passed_through(vault, provider, offer, question, manner, now)
    if not isinstance(provider.credential, NoCredential):
        found = await vault.get(provider)
        trouble = without(found)
        if trouble is not None:
            return trouble
        assert isinstance(found, Ready)
        secret = found.secret
    if secret is not None and offer.billing in FREE and KINDS[provider.kind].by_use(secret.reveal()):
        return _by_use(provider)
    try:
        issuer = Issuer(vault.account(provider, secret), offer.wire, offer.model)
        wording = question.wording(offer, issuer, manner)
        return Dialled(_call(provider, offer, wording, secret, question, now), issuer, wording, secret)
    except BadSecret as bad:
        return Failure(FailureKind.AUTH_FAILED, str(bad), Scope.CREDENTIAL, hint=vault.renewal(provider))
    except Unreadable as bad:
        return Failure(FailureKind.INVALID_REQUEST, bad.message, code=bad.parameter)


def _by_use(provider: Provider) -> Failure:
    """What its user has for paid would cost anew."""
    hint = f'switchgear login {provider.id} for the plan, or billing = "metered" for the key: switchgear config edit'
    return Failure(FailureKind.AUTH_FAILED, "it holds an API key, which is billed by use", Scope.CREDENTIAL, hint=hint)


def _passed_through(
    vault: Vault, provider: Provider, offer: Offer, question: Question, manner: Manner, now: Now
) -> Dialled | Failure:
    """The client's own words with its own credential, for this one call; anything else is not asked."""
    if question.brought is None:
        return NOT_BROUGHT
    secret = Secret(question.brought.headers[0][1].removeprefix("Bearer "))
    issuer = Issuer(vault.brought(provider, secret), offer.wire, offer.model)
    try:
        wording = question.wording(offer, issuer, manner)
    except Unreadable as bad:
        return Failure(FailureKind.INVALID_REQUEST, bad.message, code=bad.parameter)
    if not wording.passing:
        return NOT_BROUGHT
    carried = structs.replace(wording, headers=(*wording.headers, *question.brought.headers))
    return Dialled(_call(provider, offer, carried, None, question, now), issuer, wording, secret)


def _call(
    provider: Provider, offer: Offer, wording: Wording, secret: Secret | None, question: Question, now: Now
) -> HTTPCall:
    kind = KINDS[provider.kind]
    draft = drafted(
        kind,
        offer.wire,
        offer.model,
        wording.body,
        wording.stream,
        passing=wording.passing,
        needs=question.needs,
        turn_boundary=question.turn_boundary,
        options=provider.options,
    )
    shown = secret.reveal() if secret else None
    return build_call(kind, provider.base_url, draft, shown, extra=wording.headers, now=now)


def without(found: Answer) -> Failure | None:
    """The failure that no credential is; None when there is one."""
    match found:
        case Missing(reason=reason, hint=hint) | Broken(reason=reason, hint=hint):
            return Failure(FailureKind.MISSING_CREDENTIAL, reason, Scope.CREDENTIAL, hint=hint)
        case Locked(reason=reason, hint=hint):
            return Failure(FailureKind.LOCKED, reason, Scope.CREDENTIAL, hint=hint)
        case Refused(reason=reason, hint=hint):
            return Failure(FailureKind.AUTH_FAILED, reason, Scope.CREDENTIAL, hint=hint)
        case Unheard(reason=reason, hint=hint):
            wait = AT_LEAST  # before that its issuer is not asked again anyway
            return Failure(FailureKind.UNAVAILABLE, reason, Scope.CREDENTIAL, wait, "re-check", hint=hint)
        case Ready():
            return None
