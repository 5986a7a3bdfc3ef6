"""Admission: who may come in by the HTTP door, decided on the head alone. Pure but for the token's check.

A browser on this machine runs the scripts of strangers, and they can reach loopback. What they cannot do
is choose their `Host` (rebinding brings the name they were loaded from), hide their `Origin`, or know a
token. Each alone would do; all are asked, and no answer ever invites a page in (no CORS, no cookies).

Rules for editing: every refusal costs the same steps, the token's check included, so that neither words
nor time tell which wall was hit. Nothing here may log a header.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from .head import Head
from .refusal import FOREIGN, MISDIRECTED, NO_TOKEN, Refusal

NAMES = ("127.0.0.1", "localhost", "[::1]")
OWN_SITE = frozenset({"same-origin", "none"})
OWN_HEADER = "x-switchgear-token"
KEY_HEADERS = ("x-api-key", "x-goog-api-key")

Check = Callable[[str], str | None]
"""The name of a token, or None when it opens nothing; as long for the one as for the other."""


class Entrance(Struct, frozen=True):
    """One listening socket: the `Host` values it answers to (lower case), and the origins that are its own."""

    hosts: frozenset[str]
    origins: frozenset[str]
    name: str  # for people: "http://127.0.0.1:8317" or the path of the socket
    local: bool = False  # a Unix socket: the peer's user is asked of the kernel too


def loopback(address: str) -> Entrance:
    """A TCP socket, "127.0.0.1:8317". The origin of a page we serve has the port; `Host` may lack it."""
    port = address.rpartition(":")[2]
    named = [f"{name}:{port}" for name in NAMES]
    origins = frozenset(f"http://{each}" for each in named)
    return Entrance(frozenset([*NAMES, *named]), origins, f"http://{address}")


def unix(path: str) -> Entrance:
    """http.sock: no page reaches it, so no origin is its own, and clients make up a host."""
    return Entrance(frozenset([*NAMES, "switchgear"]), frozenset(), path, local=True)


def admit(head: Head, entrance: Entrance, check: Check) -> str | Refusal:
    """The name of the token this request comes with, or why it stays outside."""
    client = _client(head, check)  # first, so that a wrong host takes as long as a wrong token
    if not _addressed(head.headers.get("host", ""), entrance):
        return MISDIRECTED
    if not _ours(head, entrance):
        return FOREIGN
    return NO_TOKEN if client is None else client


def _addressed(host: str, entrance: Entrance) -> bool:
    """Whether the request was meant for us. An absent `Host` is none of ours, in HTTP/1.0 too."""
    host = host.lower()
    if host in entrance.hosts:
        return True
    name, _, port = host.rpartition(":")
    return entrance.local and name in entrance.hosts and port.isascii() and port.isdigit()


def _ours(head: Head, entrance: Entrance) -> bool:
    """Whether no page, or one of ours, sent it."""
    origin = head.headers.get("origin")
    if origin is not None and origin.lower() not in entrance.origins:
        return False
    site = head.headers.get("sec-fetch-site")
    return site is None or site.lower() in OWN_SITE


def _client(head: Head, check: Check) -> str | None:
    """The name of the first token that opens; one of several is enough: tools add what lies in a variable."""
    names = [check(token) for token in _tokens(head)]
    return next((name for name in names if name is not None), None)


def _tokens(head: Head) -> Iterator[str]:
    """What may be a token. Never of the query: addresses end up in histories and logs.

    In a header of ours it is the only one: then the others hold what the client has for somebody else.
    """
    if OWN_HEADER in head.headers:
        yield head.headers[OWN_HEADER]
        return
    scheme, _, token = head.headers.get("authorization", "").partition(" ")
    yield token.strip() if scheme.lower() == "bearer" else ""
    for name in KEY_HEADERS:
        if name in head.headers:
            yield head.headers[name]
