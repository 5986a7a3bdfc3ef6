"""Faults: every way sockets and TLS fail, in words for people."""

import errno
import socket
import ssl

import pytest

from switchgear_protocol.words import FailureKind, Scope
from switchgeard.upstream.fault import Cut, dial_failure, in_words


def nested(*errors: Exception) -> OSError:
    """As trio raises it when no address answered."""
    outer = OSError("all attempts to connect to 10.0.0.1:443 failed")
    outer.__cause__ = ExceptionGroup("attempts", list(errors))
    return outer


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (nested(ConnectionRefusedError(errno.ECONNREFUSED, "x")), FailureKind.UNAVAILABLE, "nothing listens"),
        (nested(OSError(errno.EHOSTUNREACH, "x")), FailureKind.UNAVAILABLE, "no route to host"),
        (nested(OSError(errno.ENETUNREACH, "x")), FailureKind.UNAVAILABLE, "network is unreachable"),
        (nested(OSError(errno.EMFILE, "x")), FailureKind.LOCAL, "out of file descriptors"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), FailureKind.UNAVAILABLE, "host name not found"),
        (UnicodeError("label too long"), FailureKind.UNAVAILABLE, "no valid name"),
    ],
)
def test_a_dial_that_failed_says_why(error: Exception, kind: FailureKind, words: str) -> None:
    """However deep the reason is; never that anything was sent."""
    failure = dial_failure(error, "connect")
    assert failure.kind == kind
    assert words in failure.message
    assert not failure.sent
    assert failure.refused == ("nothing listens" in words)


def test_a_refusal_counts_although_another_address_failed_otherwise() -> None:
    """One machine with two addresses, one of them not routed."""
    failure = dial_failure(
        nested(OSError(errno.ENETUNREACH, "x"), ConnectionRefusedError(errno.ECONNREFUSED, "x")), "tls"
    )
    assert failure.refused


def test_a_handshake_that_broke_is_the_endpoints() -> None:
    """With the phase as its code."""
    failure = dial_failure(ConnectionResetError(errno.ECONNRESET, "x"), "tls")
    assert (failure.scope, failure.code, failure.message) == (Scope.ENDPOINT, "tls", "connection reset by peer")


def test_tls_is_not_taken_for_the_system() -> None:
    """Its error numbers are its own: 1 is not EPERM."""
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    error.reason = "WRONG_VERSION_NUMBER"
    assert in_words(error) == "TLS: wrong version number"
    assert in_words(ssl.SSLEOFError(8, "EOF occurred")) == "TLS: connection closed"


def test_what_has_no_number_has_words() -> None:
    """Our own and the rest."""
    assert in_words(Cut("closed without a reply")) == "closed without a reply"
    assert in_words(OSError()) == "connection lost"
