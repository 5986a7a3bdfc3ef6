"""Failures that are no error reply, and what all of them have in common."""

from switchgear_protocol.words import FailureKind as K
from switchgear_protocol.words import Scope
from switchgeard.core.failure import Failure, config_word, garbled, maybe_billed, transport_failure
from switchgeard.core.failure_tables import REQUEST_SHAPED


def test_transport_faults_reach_as_far_as_the_wire_they_met() -> None:
    """Before an answer the endpoint is to blame; waiting for one, the offer; our own deadline, nobody."""
    refused = transport_failure("connect", "connection refused", refused=True)
    assert refused == Failure(K.UNAVAILABLE, "connection refused", Scope.ENDPOINT, code="connect", refused=True)
    assert transport_failure("connect", "5 s passed", timed_out=True).kind is K.TIMEOUT
    assert transport_failure("tls", "expired").scope is Scope.ENDPOINT
    assert transport_failure("read", "reset", sent=True).sent
    assert (transport_failure("idle", "x").kind, transport_failure("idle", "x").scope) == (K.TIMEOUT, Scope.OFFER)
    assert transport_failure("deadline", "x").scope is Scope.NONE


def test_garbage_is_a_protocol_failure_that_may_have_been_billed() -> None:
    """And a page of HTML is called what it is."""
    assert garbled("no end") == Failure(K.PROTOCOL, "no end", Scope.OFFER, sent=True)
    assert garbled("200", html=True).message.startswith("gateway page")


def test_each_kind_has_its_word_in_the_config_or_none() -> None:
    """What is the request's, the client's or our own fault never fails over by configuration."""
    silent = {kind for kind in K if config_word(kind) is None}
    assert silent == {*REQUEST_SHAPED, K.CANCELLED, K.LOCAL}
    assert config_word(K.PERMISSION) == "auth_failed"
    assert config_word(K.MODEL_NOT_FOUND) == "provider_unavailable"


def test_only_what_was_sent_and_not_refused_may_have_been_billed() -> None:
    """A refusal costs nothing, a silence may; content that came before the end was worked for whatever the end."""
    silence = transport_failure("first_event", "no answer", sent=True)
    refused = Failure(K.RATE_LIMITED, "slow down", sent=True)
    assert maybe_billed(silence)
    assert not maybe_billed(transport_failure("connect", "refused", refused=True))
    assert not maybe_billed(refused)
    assert maybe_billed(refused, cut=True)
    assert not maybe_billed(None)
