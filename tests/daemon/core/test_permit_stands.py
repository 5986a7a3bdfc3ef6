"""Permits after they were given: whether a request that has not been written yet should be."""

from sample_offers import T0, offer
from switchgear_protocol.words import Health, Scope
from switchgeard.core import health, permit
from switchgeard.core.clock import Now
from switchgeard.core.health import CLOSED, ScopeKey
from switchgeard.core.permit import Circuits, Permit

A = offer("a")
ACCOUNT = ScopeKey(Scope.BUCKET, "a", "account")
SCOPES = [
    ScopeKey(Scope.CREDENTIAL, "a"),
    ScopeKey(Scope.ENDPOINT, A.endpoint),
    ScopeKey(Scope.OFFER, "a", A.model),
    ACCOUNT,
]


def granted(circuits: Circuits, now: Now = T0) -> Permit:
    """Takes a permit and leaves its circuits in `circuits`."""
    given = permit.acquire(circuits, A, now)
    assert given is not None
    circuits.update(given[0])
    return Permit(1, A, given[1])


def test_a_permit_stands_until_one_of_its_scopes_is_closed() -> None:
    """What another request has learnt meanwhile counts, in a pool nobody knew before as well."""
    for news in SCOPES:
        circuits: Circuits = {}
        given = granted(circuits)
        assert permit.stands(circuits, given)
        circuits[news] = health.block(circuits.get(news, CLOSED), Health.RATE_LIMITED, "x", T0.wall + 60, "", T0)
        assert not permit.stands(circuits, given)


def test_a_probe_stands_on_its_own_open_scope_only() -> None:
    """The scope it probes is open and may be; closed anew, it is another matter."""
    circuits = {ACCOUNT: health.block(CLOSED, Health.RATE_LIMITED, "x", T0.wall + 60, "", T0)}
    later = T0.after(61)
    given = granted(circuits, later)
    assert given.probe
    assert permit.stands(circuits, given)
    circuits[ACCOUNT] = health.block(circuits[ACCOUNT], Health.RATE_LIMITED, "x", later.wall + 600, "", later)
    assert not permit.stands(circuits, given)
