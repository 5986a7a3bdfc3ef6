"""Heads: the request's as bytes, the reply's read: in one look where it is plain, else by h11. No I/O.

Rules for editing: the only module of the transport that knows h11. A request's head is written by hand
(one place, one check, a fifth of the time) and no header that could break out of its line leaves here.
Where a reply's body ends is decided here, from headers that `plain_head` or h11 has checked.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import h11
from msgspec import Struct

from switchgeard import plain_head

from .body import Body, Chunked, Sized, UntilClosed
from .call import HTTPCall
from .fault import Malformed
from .origin import DEFAULT_PORTS, endpoint

HEAD_LIMIT = 65_536  # bytes of a reply's head
INFORMATIONAL_LIMIT = 16  # 1xx replies before the real one
START = b"HTTP/1."
STATUS = re.compile(r"HTTP/1\.1 ([2-5][0-9][0-9])(?: .*)?")
BODIED = frozenset({"POST", "PUT", "PATCH"})  # say their length even when it is 0
BODILESS = frozenset({204, 304})
HEAD = re.compile(r"[A-Z]{1,20} [!-~]+ HTTP/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: (?:[!-~][\t -~]*)?\r\n)+\r\n")
ANY_REQUEST = h11.Request(method="GET", target="/", headers=[("host", "any")])


class Place(Struct, frozen=True):
    """Where a URL leads: the origin to dial, and what the request's head says of it."""

    origin: str  # scheme://host:port
    secure: bool
    host: str  # without brackets
    port: int
    host_header: str
    target: str  # path and query


@lru_cache(maxsize=256)
def place(url: str) -> Place:
    """Raises ValueError when it is no http(s) URL with a host."""
    origin, parts = endpoint(url), urlsplit(url)
    assert parts.hostname is not None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    shown = host if port == DEFAULT_PORTS[parts.scheme] else f"{host}:{port}"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(origin, parts.scheme == "https", parts.hostname, port, shown, target)


class Outgoing(Struct, frozen=True):
    """A call as it goes out. `head`: request line, host, the call's headers, content-length."""

    where: Place
    method: str
    head: bytes
    body: bytes

    def __repr__(self) -> str:
        return f"<Outgoing {self.method} {self.where.origin}>"  # the head carries a credential


def outgoing(call: HTTPCall) -> Outgoing:
    """Raises ValueError that does not repeat what is wrong: it may be secret."""
    where = place(call.url)
    lines = [f"{call.method} {where.target} HTTP/1.1", f"host: {where.host_header}"]
    lines += [f"{name}: {value}" for name, value in call.headers]
    if call.body or call.method in BODIED:
        lines.append(f"content-length: {len(call.body)}")
    head = "\r\n".join([*lines, "", ""])
    if head.count("\n") != len(lines) + 1 or not HEAD.fullmatch(head):
        raise ValueError("HTTP does not allow a character in the request's method, URL or headers")
    return Outgoing(where, call.method, head.encode("ascii"), call.body)


class Head(Struct, frozen=True):
    """Status, headers (lower-case names, duplicates joined with ", "), the body to be read.

    `persistent`: the far end will answer another request on this connection.
    """

    status: int
    headers: dict[str, str]
    body: Body
    persistent: bool


class HeadReader:
    """Reads one reply's head from bytes as they come; what is behind it is left in `rest`."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._parser: h11.Connection | None = None
        self._start = b""
        self._informational = 0
        self.rest = b""

    def feed(self, data: bytes) -> Head | None:
        """The head when it is whole. Informational replies are passed over. Raises Malformed."""
        if self._parser is None:
            if plain := self._plain(data):
                return plain
            self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_LIMIT)
            self._parser.send(ANY_REQUEST)  # a reply is read after a request; which one is nothing to h11
        return self._parsed(self._parser, data)

    def _plain(self, data: bytes) -> Head | None:
        """The head that came whole and is like any other."""
        found = plain_head.split(data)
        status = found and STATUS.fullmatch(found[0])
        if not found or not status:
            return None
        _, headers, self.rest = found
        return self._head(int(status[1]), headers, persistent=_persistent(headers))

    def _parsed(self, parser: h11.Connection, data: bytes) -> Head | None:
        if len(self._start) < len(START):
            self._check_start(data)
        try:
            parser.receive_data(data)
            while isinstance(event := parser.next_event(), h11.InformationalResponse):
                self._count()
        except h11.RemoteProtocolError as error:
            raise Malformed(str(error)) from None
        if not isinstance(event, h11.Response):
            return None
        self.rest = parser.trailing_data[0]
        headers = _joined(event)
        persistent = event.http_version == b"1.1" and _persistent(headers)
        return self._head(event.status_code, headers, persistent=persistent)

    def _check_start(self, data: bytes) -> None:
        """At once: h11 would wait for a whole line of something that is not HTTP."""
        self._start += data[: len(START)]
        if not (START.startswith(self._start) or self._start.startswith(START)):
            raise Malformed(f"begins with {self._start[:7]!r}")

    def _count(self) -> None:
        self._informational += 1
        if self._informational > INFORMATIONAL_LIMIT:
            raise Malformed(f"more than {INFORMATIONAL_LIMIT} informational replies")

    def _head(self, status: int, headers: dict[str, str], *, persistent: bool) -> Head:
        return Head(status, headers, _body(self._method, status, headers), persistent)


def _joined(event: h11.Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in event.headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _body(method: str, status: int, headers: dict[str, str]) -> Body:
    if method == "HEAD" or status in BODILESS:
        return Sized(0)
    if "transfer-encoding" in headers:  # h11 knows no other than "chunked"
        return Chunked()
    length = headers.get("content-length")
    return UntilClosed() if length is None else Sized(int(length))


def _persistent(headers: dict[str, str]) -> bool:
    """Whether an HTTP/1.1 server keeps the connection, and can be followed to the next reply."""
    said = headers.get("connection")
    closes = said is not None and "close" in [token.strip() for token in said.lower().split(",")]
    return not (closes or ("transfer-encoding" in headers and "content-length" in headers))
