"""Failure: why an attempt gave no answer.

Upstream trouble is a value. `transport_failure` and `garbled` make one from what the transport saw, `error_reply` from
what a provider said. Rules for editing: request-shaped failures always have Scope.NONE; every message passes `scrub`.
"""

from typing import Literal

from msgspec import Struct

from switchgear_protocol.words import FailureKind, Scope

from .scrub import scrub


class Failure(Struct, frozen=True):
    """Why an attempt gave no answer: a value, never an exception.

    `retry_after`: seconds from when it was read until the scope may be tried again; None when the
    provider did not say (the health rules then back off). `bucket`: the quota pool, when scope is
    BUCKET; `family`: the models it covers, an exact id or a glob such as "*opus*" (None = all models).
    `sent`: whether the whole request had left us, so that it may have been billed.
    `opaque`: a 402 or 429 that said nothing more; several in a row mean a spent quota.
    """

    kind: FailureKind
    message: str
    scope: Scope = Scope.NONE
    retry_after: float | None = None
    source: str = ""  # where retry_after comes from: "retry-after", "body resets_at", ...
    status: int | None = None
    code: str | None = None
    bucket: str | None = None
    family: str | None = None
    sent: bool = False
    should_retry: bool | None = None  # x-should-retry
    refused: bool = False  # the connection was refused: nothing listens there
    opaque: bool = False
    hint: str | None = None  # the command that cures it, where its source knows one


Phase = Literal["connect", "tls", "write", "read", "first_event", "idle", "deadline"]

_PHASES: dict[str, tuple[FailureKind, Scope]] = {
    "connect": (FailureKind.UNAVAILABLE, Scope.ENDPOINT),
    "tls": (FailureKind.UNAVAILABLE, Scope.ENDPOINT),
    "write": (FailureKind.UNAVAILABLE, Scope.ENDPOINT),
    "read": (FailureKind.UNAVAILABLE, Scope.ENDPOINT),
    "first_event": (FailureKind.TIMEOUT, Scope.OFFER),
    "idle": (FailureKind.TIMEOUT, Scope.OFFER),
    "deadline": (FailureKind.TIMEOUT, Scope.NONE),  # the caller's own limit says nothing of the offer
}


def transport_failure(
    phase: Phase, message: str, *, refused: bool = False, sent: bool = False, timed_out: bool = False
) -> Failure:
    """What the transport met before, during or after sending. `timed_out`: the phase's limit passed."""
    kind, scope = _PHASES[phase]
    if timed_out:
        kind = FailureKind.TIMEOUT
    return Failure(kind, scrub(message), scope, code=phase, sent=sent, refused=refused)


def garbled(message: str, *, sent: bool = True, status: int | None = None, html: bool = False) -> Failure:
    """An answer that is none: broken JSON, oversize, no terminal marker, an HTML page of some gateway."""
    text = f"gateway page (HTML) instead of an answer: {message}" if html else message
    return Failure(
        FailureKind.PROTOCOL, scrub(text), Scope.OFFER, status=status, code="html" if html else None, sent=sent
    )


_BILLABLE = {FailureKind.UNAVAILABLE, FailureKind.TIMEOUT, FailureKind.PROTOCOL, FailureKind.CANCELLED}


def maybe_billed(failure: Failure | None, *, cut: bool = False) -> bool:
    """Whether a failed attempt may cost something: its request was sent and not refused. `cut`: content had come."""
    return failure is not None and failure.sent and (cut or failure.kind in _BILLABLE)


_CONFIG_WORDS: dict[FailureKind, str] = {
    FailureKind.QUOTA_EXCEEDED: "quota_exceeded",
    FailureKind.RATE_LIMITED: "rate_limited",
    FailureKind.OVERLOADED: "provider_unavailable",
    FailureKind.UNAVAILABLE: "provider_unavailable",
    FailureKind.PROTOCOL: "provider_unavailable",
    FailureKind.MODEL_NOT_FOUND: "provider_unavailable",
    FailureKind.TIMEOUT: "timeout",
    FailureKind.AUTH_FAILED: "auth_failed",
    FailureKind.MISSING_CREDENTIAL: "auth_failed",
    FailureKind.LOCKED: "auth_failed",
    FailureKind.PERMISSION: "auth_failed",
}


def config_word(kind: FailureKind) -> str | None:
    """The word of `failover.on` that covers this kind; None for what never fails over by config."""
    return _CONFIG_WORDS.get(kind)
