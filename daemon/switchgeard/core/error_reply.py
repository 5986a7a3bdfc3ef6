"""Error reply: what a provider answered instead of content, and the failure it means.

Rules for editing: what can be a table is a table (`failure_tables`, and a kind's own `rule`); request-shaped failures
always have Scope.NONE; every message passes `scrub`; the order of `_kind` is the order of trust.
"""

from msgspec import Struct, structs

from switchgear_protocol.words import FailureKind, Scope

from . import failure_tables as tables
from . import quota
from .clock import Now
from .envelope import Envelope, coded, unwrap
from .failure import Failure
from .hints import QUOTA_AFTER, Hint, advised, clamped
from .moments import month_end
from .readings import UNIFIED, readings
from .rule import Rule, ruling
from .scrub import scrub


class ErrorReply(Struct, frozen=True):
    """What a provider answered instead of content. `headers` have lower-case names; the caller bounds `body`.

    `status` None: an error object inside a stream that had begun with 200.
    """

    wire: str  # "openai.chat", "anthropic.messages"
    kind: str  # the provider's kind
    status: int | None
    headers: dict[str, str]
    body: bytes
    provider: str
    model: str
    in_stream: bool = False
    sent: bool = True
    rules: tuple[Rule, ...] = ()  # of the kind


def classify(reply: ErrorReply, now: Now) -> Failure:
    """What a provider's error means. Never raises, whatever status, headers and body are."""
    inside = coded(unwrap(reply.body, reply.headers.get("content-type", "")), reply.headers)
    status = _status(reply, inside)
    own = None if inside.html else ruling(reply.rules, status, inside.codes, inside.message)
    kind = _kind(reply, inside, status) if own is None else own.kind
    failure = Failure(
        kind,
        _message(inside, status, kind),
        status=status or None,
        code=_code(inside),
        sent=reply.sent,
        should_retry=_SHOULD_RETRY.get(reply.headers.get("x-should-retry", "").strip().lower()),
    )
    failure = _scoped(_timed(failure, reply, inside, now), reply, inside, now)
    return failure if own is None or own.hint is None else _advised(failure, own)


def _advised(failure: Failure, own: Rule) -> Failure:
    """With the cure that the kind's rule names."""
    if failure.retry_after is not None or own.wait is None:
        return structs.replace(failure, hint=own.hint)
    return structs.replace(failure, hint=own.hint, retry_after=own.wait, source="re-check")


_SHOULD_RETRY = {"true": True, "false": False}


def _status(reply: ErrorReply, inside: Envelope) -> int:
    """The reply's status; the one in its body when the reply was a 200; else `tables.STREAM`."""
    if reply.status is not None and not 200 <= reply.status < 300:
        return reply.status
    return inside.status or tables.STREAM


def _kind(reply: ErrorReply, inside: Envelope, status: int) -> FailureKind:
    """Where the kind has no rule, first match wins: the subscription's verdict, decisive codes, sentences, generic
    codes, status."""
    if inside.html:
        return tables.by_status(status) if status else FailureKind.PROTOCOL
    if status == 402:  # money, in whatever words; only a budget in flight frees itself
        return FailureKind.RATE_LIMITED if "openrouter_in_flight_budget" in inside.codes else _QUOTA
    if status == 429 and _rejected(reply):
        return _QUOTA
    decisive = _by_code(inside, tables.CODES)
    if decisive is not None and not _is_throttle(decisive, inside):
        return decisive
    said = _by_message(inside, status)
    if said is _QUOTA and _says_it_always(inside):
        return FailureKind.RATE_LIMITED
    return said or _by_generic(inside, status)


_QUOTA = FailureKind.QUOTA_EXCEEDED


def _is_throttle(decisive: FailureKind, inside: Envelope) -> bool:
    """DashScope calls a tokens-per-minute throttle `insufficient_quota` and links to what it means."""
    return decisive is _QUOTA and "#token-limit" in inside.message


def _says_it_always(inside: Envelope) -> bool:
    """Google says of every limit that the quota is exceeded; how long it lasts is what tells them apart."""
    return "resource_exhausted" in inside.codes and tables.ANY_LIMIT.search(inside.message) is not None


def _by_code(inside: Envelope, table: dict[str, FailureKind]) -> FailureKind | None:
    """The first code in the table, whole or without its ":plan" tail."""
    for code in inside.codes:
        kind = table.get(code) or table.get(code.partition(":")[0])
        if kind is not None:
            return kind
    return None


def _by_message(inside: Envelope, status: int) -> FailureKind | None:
    for statuses, pattern, kind in tables.PATTERNS:
        if status in statuses and pattern.search(inside.message):
            return kind
    return None


def _by_generic(inside: Envelope, status: int) -> FailureKind:
    """Generic codes, then the status; a rate code on a 5xx is a lack of capacity."""
    generic = _by_code(inside, tables.GENERIC) or _by_prefix(inside)
    if generic is FailureKind.RATE_LIMITED and status >= 500:
        return FailureKind.OVERLOADED
    if generic is not None and (status == tables.STREAM or status not in (401, 403, 404)):
        return generic
    if status != tables.STREAM:
        return tables.by_status(status)
    return _by_code(inside, tables.WEAK) or FailureKind.OVERLOADED


def _by_prefix(inside: Envelope) -> FailureKind | None:
    families = ("throttling", "service_unavailable")
    return next((tables.GENERIC[word] for code in inside.codes for word in families if code.startswith(word)), None)


def _rejected(reply: ErrorReply) -> bool:
    """Whether a subscription's windows, or its overall verdict, say no; paid overage being off says nothing."""
    verdicts = [name for name in reply.headers if name.startswith(UNIFIED) and name.endswith("-status")]
    return any(reply.headers[name].strip().lower() == "rejected" for name in verdicts if "overage" not in name)


def _message(inside: Envelope, status: int, kind: FailureKind) -> str:
    if inside.html:
        return f"gateway page (HTML) with status {status}" if status else "gateway page (HTML) instead of an answer"
    if said := scrub(inside.message):
        return said
    return f"status {status} without explanation" if status else kind.value.replace("_", " ")


def _code(inside: Envelope) -> str | None:
    return scrub(inside.codes[0])[:80] if inside.codes else None


def _timed(failure: Failure, reply: ErrorReply, inside: Envelope, now: Now) -> Failure:
    """Adds the advised wait; an advised wait of more than five minutes is a spent quota by any name."""
    hint = advised(reply.headers, inside.parts, inside.message, now, failure.kind)
    if failure.kind is FailureKind.RATE_LIMITED and hint is not None and hint.seconds > QUOTA_AFTER:
        failure = structs.replace(failure, kind=_QUOTA, family=reply.model)
    if failure.kind in tables.UNTIMED:
        return failure
    opaque = reply.status in (402, 429) and hint is None and _says_nothing(inside)
    hint = clamped(hint, failure.kind) if hint is not None else _default_hint(failure, inside, now)
    if hint is None:
        return structs.replace(failure, opaque=opaque)
    return structs.replace(failure, retry_after=hint.seconds, source=hint.source, opaque=opaque)


def _says_nothing(inside: Envelope) -> bool:
    bare = inside.message.strip().strip(".").lower() in ("too many requests", "payment required", "429", "402")
    return not inside.codes and (inside.empty or bare or inside.html)


def _default_hint(failure: Failure, inside: Envelope, now: Now) -> Hint | None:
    if tables.MONTHLY_CODES.intersection(inside.codes):
        return clamped(Hint(month_end(now.wall) - now.wall, "default: next month"), failure.kind)
    if failure.kind is FailureKind.RATE_LIMITED and tables.CONCURRENCY.search(inside.message):
        return Hint(5.0, "default")
    seconds = tables.DEFAULT_WAITS.get(failure.kind)
    return None if seconds is None else Hint(seconds, "default")


_SCOPES: dict[FailureKind, Scope] = {
    FailureKind.QUOTA_EXCEEDED: Scope.BUCKET,
    FailureKind.RATE_LIMITED: Scope.BUCKET,
    FailureKind.OVERLOADED: Scope.OFFER,
    FailureKind.TIMEOUT: Scope.OFFER,
    FailureKind.PROTOCOL: Scope.OFFER,
    FailureKind.UNAVAILABLE: Scope.ENDPOINT,
    FailureKind.AUTH_FAILED: Scope.CREDENTIAL,
    FailureKind.PERMISSION: Scope.OFFER,
    FailureKind.MODEL_NOT_FOUND: Scope.OFFER,
}


def _scoped(failure: Failure, reply: ErrorReply, inside: Envelope, now: Now) -> Failure:
    """Adds how far the evidence reaches, never wider."""
    failure = structs.replace(failure, scope=_SCOPES.get(failure.kind, Scope.NONE))
    if failure.kind is FailureKind.RATE_LIMITED:
        return structs.replace(failure, bucket="rate", family=reply.model)
    if failure.kind is _QUOTA:
        bucket, family = _pool(failure, reply, inside, now)
        return structs.replace(failure, bucket=bucket, family=family)
    return failure


def _pool(failure: Failure, reply: ErrorReply, inside: Envelope, now: Now) -> tuple[str, str | None]:
    """The bucket that is spent and the models it covers."""
    if reply.status == 429 and (claim := _claim(reply, now)) is not None:
        return claim
    if tables.FREE_POOL.search(inside.message) and reply.model.endswith(":free"):
        return "account", "*:free"
    if tables.PER_MODEL.search(inside.message):
        return "account", reply.model
    return "account", failure.family


def _claim(reply: ErrorReply, now: Now) -> tuple[str, str | None] | None:
    """The rejected window of a subscription that binds: one of the whole account before one of a model line.

    Named as `readings` names it, so that the reading and the refusal close one and the same circuit.
    """
    windows = readings(reply.provider, reply.model, reply.headers, now)
    rejected = [window for window in windows if window.status == "rejected"]
    if not rejected:
        return None
    covering = [window for window in rejected if quota.covers(window, reply.model)]
    binding = max(covering or rejected, key=lambda window: (window.family is None, window.resets_at or 0.0))
    return binding.window, binding.family if covering else _line(reply.model)


def _line(model: str) -> str:
    """The glob of the model's line, or the model itself when it has no known line."""
    return next((f"*{line}*" for line in tables.LINES if line in model.lower()), model)
