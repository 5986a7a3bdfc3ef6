"""TransportFault: no whole reply came, and the Failure that says why.

Rules for editing: every exception of sockets, TLS and HTTP framing becomes a Failure here, in words of
the system ("connection reset by peer") and never of a library. Nothing here does I/O.
"""

import errno
import os
import socket
import ssl
from collections.abc import Iterator
from typing import Literal

from switchgear_protocol.words import FailureKind
from switchgeard.core.failure import Failure, transport_failure

OUR_OWN_LIMITS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class TransportFault(Exception):
    """No (whole) reply came. `failure` says why, and whether the request had left us."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Unanswered(TransportFault):
    """Not one byte of a reply came. On a kept connection that means it had been dead: another one may do."""


class Cut(Exception):
    """The far end closed in the middle of a reply."""


class Malformed(Exception):
    """The far end does not speak HTTP/1.1, or breaks its framing."""


def dial_failure(error: Exception, phase: Literal["connect", "tls"]) -> Failure:
    """Why there is no connection."""
    causes = list(_causes(error))
    if any(isinstance(cause, OSError) and cause.errno in OUR_OWN_LIMITS for cause in causes):
        return Failure(FailureKind.LOCAL, "out of file descriptors or memory", code="connect")
    for cause in causes:
        if isinstance(cause, ConnectionRefusedError):
            return transport_failure("connect", "connection refused: nothing listens there", refused=True)
        if isinstance(cause, socket.gaierror):
            return transport_failure("connect", f"host name not found: {cause.strerror}")
        if isinstance(cause, UnicodeError):
            return transport_failure("connect", "host name not found: it is no valid name")
        if isinstance(cause, ssl.SSLCertVerificationError):
            return transport_failure("tls", f"certificate not trusted: {cause.verify_message}")
    return transport_failure(phase, in_words(causes[-1]))


def in_words(error: BaseException) -> str:
    """What the system calls it ("connection reset by peer"); TLS has numbers of its own, and names for them."""
    if isinstance(error, ssl.SSLError):
        return f"TLS: {(getattr(error, 'reason', None) or 'connection closed').replace('_', ' ').lower()}"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    return str(error) or "connection lost"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and all it came from, groups opened: trio dials several addresses."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _causes(member)
    if origin := error.__cause__ or error.__context__:
        yield from _causes(origin)
