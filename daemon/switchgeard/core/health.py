"""Health: one circuit per scope, what opens and closes it, and who may try while it is open.

Rules for editing this file:
- Everything is a function over a frozen `Circuit`; nothing here knows requests, routing or time zones.
- A circuit opens on evidence, never on suspicion, and an open circuit with a deadline always becomes
  probeable when the deadline passes (I6: nothing latches for ever that time may cure).
- Deadlines count on the boot clock (I18). The wall clock only adds a way out for circuits restored
  from disk, whose boot deadline may come from another boot.
- A `Grant` is stamped with the circuit's generation. A grant of an older generation is stale: it
  closes nothing, frees no probe and opens nothing (I7). It may only lengthen a deadline that stands,
  because a longer retry time from the provider is news whoever hears it.
- At most one probe per circuit (I5). A probe that proves nothing (cancelled, request-shaped) leaves
  the circuit expired-open: the next caller probes. Its first content closes the circuit already, since
  an answer may take minutes to end; when it fails all the same, the circuit opens again at once.

Numbers: three counted failures open an offer's circuit, two an endpoint's (a refused or unreachable
host costs the user a connect each time); a timeout counts double because somebody waited for it.
"""

from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from switchgear_protocol.words import FailureKind, Health, Scope

from .clock import Now
from .failure import Failure
from .offer import Offer


class ScopeKey(Struct, frozen=True):
    """Names one circuit. `owner` is the provider id, or scheme://host:port for an endpoint."""

    scope: Scope
    owner: str
    pool: str = ""  # quota pool of a bucket; model id of an offer
    family: str | None = None  # a bucket for some models only: a model id, or a glob such as *opus*

    def __str__(self) -> str:
        tail = "/".join(part for part in (self.pool, self.family) if part)
        return f"{self.scope}:{self.owner}" + (f"/{tail}" if tail else "")

    def covers(self, offer: Offer) -> bool:
        if self.scope is Scope.ENDPOINT:
            return self.owner == offer.endpoint
        if self.owner != offer.provider:
            return False
        match self.scope:
            case Scope.OFFER:
                return self.pool == offer.model
            case Scope.BUCKET:
                return self.family is None or fnmatchcase(offer.model, self.family)
            case _:
                return True


class Circuit(Struct, frozen=True, omit_defaults=True):
    """What is believed of one scope. Closed when `health` is available, else open until its deadline."""

    health: Health = Health.AVAILABLE
    reason: str = ""
    since: float = 0.0  # wall
    until: float | None = None  # wall; for people, and for the time after a restart
    source: str = ""
    hint: str | None = None  # what cures it, when the cause said so
    cause: FailureKind | None = None  # what opened it
    failures: int = 0  # counted since the last success, while closed
    opens: int = 0  # consecutive openings without a success between
    generation: int = 0
    until_boot: float | None = None
    restored: bool = False
    probing: bool = False
    live: int = 0  # grants of this generation not yet settled
    ramp: int | None = None  # how many may be live while recovering; None = no cap
    opaque: tuple[float, ...] = ()  # boot times of 429s that explained nothing

    @property
    def open(self) -> bool:
        return self.health is not Health.AVAILABLE

    def __repr__(self) -> str:
        until = f" until {self.until:.0f}" if self.until is not None else ""
        probe = " probing" if self.probing else ""
        return f"<{self.health}{until}{probe} gen {self.generation}, {self.live} live>"


CLOSED = Circuit()


class Grant(Struct, frozen=True):
    generation: int
    probe: bool = False


OPENS_AS: dict[FailureKind, Health] = {
    FailureKind.QUOTA_EXCEEDED: Health.QUOTA_EXHAUSTED,
    FailureKind.RATE_LIMITED: Health.RATE_LIMITED,
    FailureKind.OVERLOADED: Health.UNAVAILABLE,
    FailureKind.UNAVAILABLE: Health.UNAVAILABLE,
    FailureKind.TIMEOUT: Health.UNAVAILABLE,
    FailureKind.PROTOCOL: Health.UNAVAILABLE,
    FailureKind.PERMISSION: Health.UNAVAILABLE,
    FailureKind.MODEL_NOT_FOUND: Health.UNAVAILABLE,
    FailureKind.AUTH_FAILED: Health.AUTH_FAILED,
    FailureKind.MISSING_CREDENTIAL: Health.MISSING_CREDENTIAL,
    FailureKind.LOCKED: Health.LOCKED,
}
"""What each failure makes of its scope. A kind not listed changes no health (I19)."""

_READ_AS = {Health.QUOTA_EXHAUSTED: FailureKind.QUOTA_EXCEEDED, Health.RATE_LIMITED: FailureKind.RATE_LIMITED}
"""The cause of a block that was read off a window, or concluded from several failures."""

COUNTED: dict[FailureKind, int] = {
    FailureKind.OVERLOADED: 1,
    FailureKind.UNAVAILABLE: 1,
    FailureKind.PROTOCOL: 1,
    FailureKind.TIMEOUT: 2,
}
"""Failures that must add up before they open, and their weight. All others open at once."""

THRESHOLD = {Scope.ENDPOINT: 2}
DEFAULT_THRESHOLD = 3

NEEDS_THE_USER = {Health.AUTH_FAILED, Health.MISSING_CREDENTIAL, Health.LOCKED}
"""Blocks that no waiting ends, though the daemon looks again from time to time."""

CURES: dict[Health, str] = {
    Health.AUTH_FAILED: "switchgear login {provider}",
    Health.MISSING_CREDENTIAL: "switchgear login {provider}",
    Health.LOCKED: "unlock your keyring, then: switchgear resume {provider}",
}

QUOTA_RECHECK = 1800.0  # spent, and the provider did not say until when
LOCAL_RECHECK = 30.0  # looking into our own keyring again costs nobody anything
RATE_BASE, RATE_CAP = 5.0, 300.0
OPEN_BASE, OPEN_CAP = 30.0, 300.0
OPAQUE_WINDOW, OPAQUE_LIMIT = 120.0, 3
RAMP_FULL = 64  # more at once than any one user has: from then on nothing is counted


def cure(health: Health, provider: str) -> str | None:
    """The command that mends a provider's health, where there is one and its cause named none."""
    text = CURES.get(health)
    return text and text.format(provider=provider)


def eligible(circuit: Circuit, now: Now) -> bool:
    """Whether an open circuit's deadline has passed. Without a deadline only an action closes it."""
    if circuit.until_boot is None:
        return circuit.restored and circuit.until is not None and now.wall >= circuit.until
    return now.boot >= circuit.until_boot or (
        circuit.restored and circuit.until is not None and now.wall >= circuit.until
    )


def admits(circuit: Circuit, now: Now) -> bool:
    """Whether `acquire` would grant now."""
    if not circuit.open:
        return circuit.ramp is None or circuit.live < circuit.ramp
    return eligible(circuit, now) and not circuit.probing


def settling(circuit: Circuit, now: Now) -> bool:
    """Refused only because a probe or the ramp after one is under way: it will be known in a moment."""
    return not admits(circuit, now) and (not circuit.open or eligible(circuit, now))


def acquire(circuit: Circuit, now: Now) -> tuple[Circuit, Grant | None]:
    """Permission for one attempt, or None. An expired-open circuit grants one probe."""
    if not admits(circuit, now):
        return circuit, None
    if not circuit.open:
        return replace(circuit, live=circuit.live + 1), Grant(circuit.generation)
    generation = circuit.generation + 1
    return replace(circuit, generation=generation, probing=True, live=1), Grant(generation, probe=True)


def succeed(circuit: Circuit, grant: Grant, now: Now) -> Circuit:
    """The attempt proved this scope works."""
    if grant.generation != circuit.generation:
        return circuit
    if circuit.probing:
        return Circuit(generation=circuit.generation, since=now.wall, ramp=1)
    return replace(circuit, live=circuit.live - 1, failures=0, opens=0, ramp=_wider(circuit.ramp), opaque=())


def prove(circuit: Circuit, grant: Grant, now: Now) -> Circuit:
    """Content has come: an open circuit closes, a recovering one lets more through. The attempt is still live."""
    if grant.generation != circuit.generation or not (circuit.probing or circuit.ramp):
        return circuit
    if circuit.probing:
        return Circuit(generation=circuit.generation, since=now.wall, ramp=2, live=1, opens=circuit.opens)
    return replace(circuit, ramp=_wider(circuit.ramp))


def release(circuit: Circuit, grant: Grant) -> Circuit:
    """The attempt proved nothing about this scope."""
    if grant.generation != circuit.generation:
        return circuit
    probing = circuit.probing and not grant.probe
    return replace(circuit, live=circuit.live - 1, probing=probing)


def fail(circuit: Circuit, grant: Grant, failure: Failure, scope: Scope, now: Now, rand: float) -> Circuit:
    """The attempt failed and this scope is to blame."""
    if failure.kind not in OPENS_AS:
        return release(circuit, grant)
    if grant.generation != circuit.generation:
        return _lengthen(circuit, failure, now)
    circuit = release(circuit, grant)
    if failure.opaque:
        circuit = replace(circuit, opaque=_recent(circuit.opaque, now))
    failures = circuit.failures + COUNTED.get(failure.kind, 0)
    if not grant.probe and _tolerates(failure, failures, scope):
        return replace(circuit, failures=failures)
    return _opened(circuit, failure, now, rand)


def block(circuit: Circuit, health: Health, reason: str, until: float, source: str, now: Now) -> Circuit:
    """Open on a reading instead of a failure: a quota window that says it is spent. `until` is wall time.

    A reading that says the same within a second is no news. It is not a failure either: backoff does not grow.
    """
    seconds = max(until - now.wall, 1.0)
    stands = circuit.open and not eligible(circuit, now)
    if stands and (circuit.until_boot is None or circuit.until_boot + 1.0 >= now.boot + seconds):
        return circuit
    opened = _with_deadline(circuit, health, reason, seconds, source, now)
    return replace(opened, opens=max(circuit.opens, 1), cause=_READ_AS.get(health))


def hasten(circuit: Circuit, now: Now) -> Circuit:
    """Somebody says that the quota is back: the next request may test it, as if the reset had passed."""
    if circuit.health not in _READ_AS or eligible(circuit, now):
        return circuit
    return replace(circuit, until=now.wall, until_boot=now.boot)


def reset(circuit: Circuit, now: Now) -> Circuit:
    """Closed by an action: a new credential, a resume. Permits still out become stale."""
    return Circuit(generation=circuit.generation + 1, since=now.wall)


def restored(circuit: Circuit, now: Now) -> Circuit:
    """A circuit read back from disk: deadlines re-based on this boot, nothing live.

    Never longer than the block was at first: a wall clock that was wrong meanwhile must not add years.
    """
    left = None if circuit.until is None else max(min(circuit.until - now.wall, circuit.until - circuit.since), 0.0)
    return replace(
        circuit,
        until_boot=None if left is None else now.boot + left,
        restored=True,
        probing=False,
        live=0,
        opaque=(),
    )


def seconds_left(circuit: Circuit, now: Now) -> float | None:
    """Until the scope may be tried again: 0 when it may now, None when only an action helps."""
    if not circuit.open or eligible(circuit, now):
        return 0.0
    if circuit.until_boot is None:
        return None
    by_wall = circuit.until - now.wall if circuit.restored and circuit.until is not None else float("inf")
    return max(min(circuit.until_boot - now.boot, by_wall), 0.0)


def _opened(circuit: Circuit, failure: Failure, now: Now, rand: float) -> Circuit:
    health = OPENS_AS[failure.kind]
    if len(circuit.opaque) >= OPAQUE_LIMIT:
        health = Health.QUOTA_EXHAUSTED
    seconds, source = _how_long(circuit, failure, health, rand)
    cause = _READ_AS.get(health, failure.kind)
    return replace(
        _with_deadline(circuit, health, failure.message, seconds, source, now), hint=failure.hint, cause=cause
    )


def _how_long(circuit: Circuit, failure: Failure, health: Health, rand: float) -> tuple[float | None, str]:
    """(seconds until the next probe or None, where the figure comes from)."""
    if health is Health.AUTH_FAILED:
        return None, "until the credential changes"
    if failure.retry_after is not None:
        return failure.retry_after, failure.source or "provider"
    match health:
        case Health.MISSING_CREDENTIAL | Health.LOCKED:
            return LOCAL_RECHECK, "re-check"
        case Health.QUOTA_EXHAUSTED:
            return QUOTA_RECHECK, "re-check"
        case Health.RATE_LIMITED:
            return min(RATE_CAP, RATE_BASE * 2**circuit.opens) * (0.8 + 0.4 * rand), "backoff"
        case _:
            return min(OPEN_CAP, OPEN_BASE * 2**circuit.opens) * (0.8 + 0.4 * rand), "backoff"


def _with_deadline(
    circuit: Circuit, health: Health, reason: str, seconds: float | None, source: str, now: Now
) -> Circuit:
    return Circuit(
        health=health,
        reason=reason,
        since=circuit.since if circuit.health is health else now.wall,
        until=None if seconds is None else now.wall + seconds,
        until_boot=None if seconds is None else now.boot + seconds,
        source=source,
        opens=min(circuit.opens + 1, 16),  # 2**16 is far beyond any cap; keeps the power small
        generation=circuit.generation + 1,
        opaque=circuit.opaque,
    )


def _lengthen(circuit: Circuit, failure: Failure, now: Now) -> Circuit:
    """Late news from a stale attempt: the provider named a later time for the block that stands."""
    if not circuit.open or circuit.probing or failure.retry_after is None or circuit.until_boot is None:
        return circuit
    if OPENS_AS[failure.kind] is not circuit.health or now.boot + failure.retry_after <= circuit.until_boot:
        return circuit
    return replace(
        circuit,
        until=now.wall + failure.retry_after,
        until_boot=now.boot + failure.retry_after,
        source=failure.source or circuit.source,
    )


def _tolerates(failure: Failure, failures: int, scope: Scope) -> bool:
    """Counted failures below the threshold are remembered, not acted on, unless a time was named."""
    if failure.kind not in COUNTED or failure.retry_after is not None:
        return False
    return failures < THRESHOLD.get(scope, DEFAULT_THRESHOLD)


def _recent(times: tuple[float, ...], now: Now) -> tuple[float, ...]:
    kept = [t for t in times if now.boot - t <= OPAQUE_WINDOW]
    return (*kept, now.boot)[-OPAQUE_LIMIT:]


def _wider(ramp: int | None) -> int | None:
    if ramp is None or ramp * 2 >= RAMP_FULL:
        return None
    return ramp * 2
