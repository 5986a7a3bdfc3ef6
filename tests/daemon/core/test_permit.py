"""Permits: granted by all scopes of an offer or by none, and settled with what the outcome proves."""

import pytest

from sample_offers import EXACT, T0, failure, offer
from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Health, Scope
from switchgeard.core import health, permit
from switchgeard.core.clock import Now
from switchgeard.core.failure import Failure
from switchgeard.core.health import CLOSED, ScopeKey
from switchgeard.core.permit import Circuits, Permit

A = offer("a")
CREDENTIAL = ScopeKey(Scope.CREDENTIAL, "a")
ENDPOINT = ScopeKey(Scope.ENDPOINT, A.endpoint)
OFFER = ScopeKey(Scope.OFFER, "a", "m-1")
ACCOUNT = ScopeKey(Scope.BUCKET, "a", "account")


def granted(circuits: Circuits, now: Now = T0) -> Permit:
    """Takes a permit and leaves its circuits in `circuits`."""
    given = permit.acquire(circuits, A, now)
    assert given is not None
    circuits.update(given[0])
    return Permit(1, A, given[1])


def settled(circuits: Circuits, trouble: Failure | None, now: Now = T0) -> Circuits:
    """The circuits after one attempt."""
    given = granted(circuits, now)
    circuits.update(permit.settle(circuits, given, trouble, now, EXACT))
    return circuits


def test_an_offer_answers_to_its_login_its_address_itself_and_its_known_pools() -> None:
    """A pool nobody has met has no say."""
    assert permit.scopes({}, A) == [CREDENTIAL, ENDPOINT, OFFER]
    others = ScopeKey(Scope.BUCKET, "b", "account"), ScopeKey(Scope.BUCKET, "a", "7d_opus", "*opus*")
    known = dict.fromkeys((ACCOUNT, *others), CLOSED)
    assert permit.scopes(known, A)[3:] == [ACCOUNT]


@pytest.mark.parametrize("shut", [CREDENTIAL, ENDPOINT, OFFER, ACCOUNT])
def test_one_scope_that_refuses_means_no_permit_and_no_change(shut: ScopeKey) -> None:
    """Both or neither: no probe is taken on the way to a refusal."""
    expired = health.block(CLOSED, Health.UNAVAILABLE, "x", T0.wall + 1, "", T0)
    circuits = dict.fromkeys((CREDENTIAL, ENDPOINT, OFFER, ACCOUNT), expired)
    circuits[shut] = health.block(CLOSED, Health.UNAVAILABLE, "x", T0.wall + 100, "", T0)
    before = dict(circuits)
    assert permit.acquire(circuits, A, T0.after(2)) is None
    assert circuits == before


def test_a_success_proves_every_scope_and_frees_every_grant() -> None:
    """Nothing is live afterwards."""
    circuits = settled({}, None)
    assert {circuit.live for circuit in circuits.values()} == {0}
    assert not any(circuit.open for circuit in circuits.values())


@pytest.mark.parametrize(
    ("kind", "blamed"),
    [
        (K.RATE_LIMITED, ACCOUNT),
        (K.QUOTA_EXCEEDED, ACCOUNT),
        (K.AUTH_FAILED, CREDENTIAL),
        (K.MISSING_CREDENTIAL, CREDENTIAL),
        (K.LOCKED, CREDENTIAL),
        (K.MODEL_NOT_FOUND, OFFER),
        (K.PERMISSION, OFFER),
    ],
)
def test_a_failure_opens_the_scope_of_its_evidence_and_no_other(kind: K, blamed: ScopeKey) -> None:
    """Never wider."""
    circuits = settled({}, failure(kind, status=429))
    assert [key for key, circuit in circuits.items() if circuit.open] == [blamed]
    assert {circuit.live for circuit in circuits.values()} == {0}


@pytest.mark.parametrize("kind", sorted(permit.NO_EVIDENCE))
def test_what_is_no_evidence_leaves_every_scope_as_it_was(kind: K) -> None:
    """I19, and whatever scope somebody wrote on it."""
    for scope in Scope:
        circuits = settled({}, Failure(kind, "x", scope, status=400))
        assert all(circuit == CLOSED for circuit in circuits.values())


def test_a_probe_that_ends_without_evidence_is_inconclusive() -> None:
    """The next caller probes."""
    circuits: Circuits = {OFFER: health.block(CLOSED, Health.UNAVAILABLE, "x", T0.wall + 1, "", T0)}
    now = T0.after(2)
    settled(circuits, Failure(K.INVALID_REQUEST, "x", status=400), now)
    assert circuits[OFFER].open
    assert granted(circuits, now).probe


def test_an_answer_of_any_status_proves_that_the_endpoint_is_there() -> None:
    """A 429 closes the circuit of a host that was unreachable; a reset connection does not."""
    for trouble, still_open in ((failure(K.RATE_LIMITED, 9.0, status=429), False), (failure(K.UNAVAILABLE), True)):
        circuits: Circuits = {ENDPOINT: health.block(CLOSED, Health.UNAVAILABLE, "x", T0.wall + 1, "", T0)}
        settled(circuits, trouble, T0.after(2))
        assert circuits[ENDPOINT].open is still_open


def test_a_pool_first_met_by_a_failure_opens() -> None:
    """Nobody was granted anything of it, and it blocks from now on."""
    circuits = settled({}, failure(K.QUOTA_EXCEEDED, 3600.0, bucket="5h"))
    five_hours = ScopeKey(Scope.BUCKET, "a", "5h")
    assert circuits[five_hours].until == T0.wall + 3600
    assert permit.acquire(circuits, A, T0) is None


def test_two_that_meet_a_new_pool_at_once_open_it_once() -> None:
    """The second only lengthens what stands."""
    circuits: Circuits = {}
    one, two = granted(circuits), granted(circuits)
    circuits.update(permit.settle(circuits, one, failure(K.RATE_LIMITED, 30.0), T0, EXACT))
    circuits.update(permit.settle(circuits, two, failure(K.RATE_LIMITED, 10.0), T0, EXACT))
    assert (circuits[ACCOUNT].opens, circuits[ACCOUNT].until) == (1, T0.wall + 30)


def test_a_provider_that_invents_pools_closes_its_whole_account_instead() -> None:
    """Memory stays bounded, and it is still believed."""
    circuits: Circuits = {ScopeKey(Scope.BUCKET, "a", f"{n}x"): CLOSED for n in range(permit.MAX_POOLS)}
    settled(circuits, failure(K.QUOTA_EXCEEDED, 60.0, bucket="another"))
    assert circuits[ACCOUNT].open
    assert ScopeKey(Scope.BUCKET, "a", "another") not in circuits


def test_the_scope_that_blocks_longest_is_the_worst() -> None:
    """One that only an action opens outlasts all."""
    circuits: Circuits = {
        OFFER: health.block(CLOSED, Health.UNAVAILABLE, "short", T0.wall + 5, "", T0),
        ACCOUNT: health.block(CLOSED, Health.QUOTA_EXHAUSTED, "long", T0.wall + 500, "", T0),
    }
    found = permit.worst(circuits, permit.scopes(circuits, A), T0)
    assert found is not None
    assert found[1].reason == "long"
    found = permit.worst(circuits | settled({}, failure(K.AUTH_FAILED)), permit.scopes(circuits, A), T0)
    assert found is not None
    assert found[0] == CREDENTIAL
    assert permit.worst({}, permit.scopes({}, A), T0) is None


def test_the_first_content_proves_every_scope_at_once() -> None:
    """A probe of two scopes closes both."""
    expired = health.block(CLOSED, Health.UNAVAILABLE, "x", T0.wall + 1, "", T0)
    circuits: Circuits = {OFFER: expired, ACCOUNT: expired}
    given = granted(circuits, T0.after(2))
    circuits.update(permit.prove(circuits, given, T0.after(3)))
    assert not any(circuit.open for circuit in circuits.values())
    assert permit.acquire(circuits, A, T0.after(3)) is not None
