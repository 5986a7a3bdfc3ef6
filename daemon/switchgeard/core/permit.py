"""Permit: the right to make one attempt, and what each outcome proves about each scope.

Rules for editing: pure functions over a dict of circuits given by `State`; both or neither: a permit is
granted by all circuits of an offer or taken from none of them. PROVES is the table.
"""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from switchgear_protocol.words import FailureKind, Scope

from . import health
from .clock import Now
from .failure import Failure
from .health import CLOSED, Circuit, Grant, ScopeKey
from .offer import Offer

Circuits = dict[ScopeKey, Circuit]
MAX_POOLS = 128  # buckets of one provider, windows that were read included

NO_EVIDENCE = {
    FailureKind.INVALID_REQUEST,
    FailureKind.CONTENT_POLICY,
    FailureKind.CONTEXT_LENGTH,
    FailureKind.CANCELLED,
    FailureKind.LOCAL,
}
"""Outcomes that say nothing about any scope (I19): a probe that ends so is inconclusive."""


class Permit(Struct, frozen=True):
    """One attempt's grants. `number` is unique while the daemon runs."""

    number: int
    offer: Offer
    grants: tuple[tuple[ScopeKey, Grant], ...]
    tokens: int = 0  # reserved

    @property
    def probe(self) -> bool:
        return any(grant.probe for _, grant in self.grants)

    @property
    def tests_quota(self) -> bool:
        """Whether its request finds out if a spent quota is back."""
        return any(grant.probe and key.scope is Scope.BUCKET for key, grant in self.grants)


def scopes(circuits: Circuits, offer: Offer) -> list[ScopeKey]:
    """Every circuit that has a say about this offer; its buckets only where one is known."""
    own = _own(offer.provider, offer.endpoint, offer.model)
    return [*own, *(key for key in circuits if key.scope is Scope.BUCKET and key.covers(offer))]


@lru_cache(maxsize=1024)  # asked for several times a request, always of the same few offers
def _own(provider: str, endpoint: str, model: str) -> tuple[ScopeKey, ...]:
    return (
        ScopeKey(Scope.CREDENTIAL, provider),
        ScopeKey(Scope.ENDPOINT, endpoint),
        ScopeKey(Scope.OFFER, provider, model),
    )


def acquire(circuits: Circuits, offer: Offer, now: Now) -> tuple[Circuits, tuple[tuple[ScopeKey, Grant], ...]] | None:
    """The changed circuits and the grants, or None when any scope refuses."""
    keys = scopes(circuits, offer)
    if not all(health.admits(circuits.get(key, CLOSED), now) for key in keys):
        return None
    changed: Circuits = {}
    grants: list[tuple[ScopeKey, Grant]] = []
    for key in keys:
        changed[key], grant = health.acquire(circuits.get(key, CLOSED), now)
        assert grant is not None  # admits said so
        grants.append((key, grant))
    return changed, tuple(grants)


def stands(circuits: Circuits, permit: Permit) -> bool:
    """Whether no scope of its offer was closed since it was given; a probe's own scope is, and may be."""
    own = {key: grant.generation for key, grant in permit.grants if grant.probe}
    keys = scopes(circuits, permit.offer)
    return all(not circuits[key].open or circuits[key].generation == own.get(key) for key in keys if key in circuits)


def prove(circuits: Circuits, permit: Permit, now: Now) -> Circuits:
    """The circuits after the attempt's first content: every scope works, whatever comes of the rest."""
    return {key: health.prove(circuits.get(key, CLOSED), grant, now) for key, grant in permit.grants}


def settle(circuits: Circuits, permit: Permit, failure: Failure | None, now: Now, rand: float) -> Circuits:
    """The circuits after the attempt: what it proved, blamed or left open, scope by scope."""
    blamed = _known_pool(circuits, blame(permit.offer, failure))
    changed: Circuits = {}
    for key, grant in permit.grants:
        circuit = circuits.get(key, CLOSED)
        if failure is None:
            changed[key] = health.succeed(circuit, grant, now)
        elif key == blamed:
            changed[key] = health.fail(circuit, grant, failure, key.scope, now, rand)
        elif key.scope is Scope.ENDPOINT and _answered(failure):
            changed[key] = health.succeed(circuit, grant, now)
        else:
            changed[key] = health.release(circuit, grant)
    if failure is not None and blamed is not None and blamed not in changed:
        # a bucket nobody knew when the permit was given
        first = circuits.get(blamed, CLOSED)
        changed[blamed] = told(first, failure, blamed.scope, now, rand)
    return changed


def blame(offer: Offer, failure: Failure | None) -> ScopeKey | None:
    """The circuit a failure belongs to; never wider than its evidence."""
    if failure is None or failure.kind in NO_EVIDENCE:
        return None
    match failure.scope:
        case Scope.ENDPOINT:
            return ScopeKey(Scope.ENDPOINT, offer.endpoint)
        case Scope.CREDENTIAL:
            return ScopeKey(Scope.CREDENTIAL, offer.provider)
        case Scope.BUCKET:
            return ScopeKey(Scope.BUCKET, offer.provider, failure.bucket or "account", failure.family)
        case Scope.OFFER:
            return ScopeKey(Scope.OFFER, offer.provider, offer.model)
        case _:
            return None


def _known_pool(circuits: Circuits, blamed: ScopeKey | None) -> ScopeKey | None:
    """The blamed circuit; the whole account once a provider has named more pools than there can be."""
    if blamed is None or blamed.scope is not Scope.BUCKET or blamed in circuits:
        return blamed
    pools = sum(key.scope is Scope.BUCKET and key.owner == blamed.owner for key in circuits)
    return blamed if pools < MAX_POOLS else ScopeKey(Scope.BUCKET, blamed.owner, "account")


def worst(circuits: Circuits, keys: Iterable[ScopeKey], now: Now) -> tuple[ScopeKey, Circuit] | None:
    """The scope that blocks longest, or None when all admit."""
    blocked = [(key, circuits[key]) for key in keys if key in circuits and not health.admits(circuits[key], now)]
    return max(blocked, key=lambda item: _longest(item[1], now), default=None)


def _longest(circuit: Circuit, now: Now) -> float:
    left = health.seconds_left(circuit, now)
    return float("inf") if left is None else left


def _answered(failure: Failure) -> bool:
    """An HTTP answer came: whatever it said, the endpoint is there."""
    return failure.status is not None and failure.kind not in NO_EVIDENCE


def told(circuit: Circuit, failure: Failure, scope: Scope, now: Now, rand: float) -> Circuit:
    """A failure nobody held a grant for: the first of its generation when closed, stale news when already open."""
    generation = circuit.generation if not circuit.open else circuit.generation - 1
    lent = circuit if circuit.open else health.acquire(circuit, now)[0]
    return health.fail(lent, Grant(generation), failure, scope, now, rand)


def public(failure: Failure) -> str:
    """A failure in words for everyone. What a provider says about the request itself may quote the prompt."""
    if failure.kind not in NO_EVIDENCE:
        return failure.message
    return failure.kind.value.replace("_", " ") + (f" (status {failure.status})" if failure.status else "")
