"""Head: a request's head as a value. Pure.

Rules for editing: nothing is judged here but what cannot be read at all; who may come in is `admission`'s
business, how much `incoming`'s.
"""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from switchgeard import plain_head

MOST_PARAMETERS = 50
LINE = re.compile(r"([A-Z]{1,20}) (/[!-~]*) HTTP/1\.1")
BY_H11 = ("transfer-encoding", "expect", "upgrade")
"""Headers of a request that is not plain: there is more to its framing than a length."""


class Unreadable(Exception):
    """The head is no request we understand; `str()` says why, for the client."""


class Head(Struct, frozen=True):
    """`path` is percent-decoded and without the query; of a repeated query key the first value counts.

    `headers`: lower-case names, repeated ones joined by ", ". `repr` shows no header and no query: they
    carry credentials.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    version: str = "1.1"  # "1.0" or "1.1"

    def __repr__(self) -> str:
        return f"<Head {self.method} {self.path}>"

    @property
    def persistent(self) -> bool:
        """Whether the client expects the connection to stay open. Not in HTTP/1.0: some read until it ends."""
        wish = self.headers.get("connection", "")
        return self.version == "1.1" and "close" not in {token.strip() for token in wish.lower().split(",")}

    @property
    def length(self) -> int | None:
        """The length it says its body has."""
        said = self.headers.get("content-length")
        return int(said) if said is not None else None

    @property
    def expects(self) -> str:
        """What it waits for before it sends its body: "", or "100-continue"."""
        return self.headers.get("expect", "").lower() if self.version == "1.1" else ""


UNREAD = Head("", "", {}, {})
"""Stands for the head of a request that could not be read."""


def read(method: bytes, target: bytes, version: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Head:
    """The head of these parts, as h11 gives them: names in lower case. Raises Unreadable."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    _check_framing(joined)
    return _head(method.decode("latin-1"), target.decode("latin-1"), joined, version.decode("latin-1"))


def plain(data: bytes) -> tuple[Head, bytes] | None:
    """The head and what is behind it, where it is whole and plain; None when h11 should read it. Raises Unreadable."""
    found = plain_head.split(data)
    line = found and LINE.fullmatch(found[0])
    if not found or not line or line[1] == "CONNECT":
        return None
    _, headers, rest = found
    if "host" not in headers or any(name in headers for name in BY_H11):
        return None
    return _head(line[1], line[2], headers, "1.1"), rest


def _head(method: str, target: str, headers: dict[str, str], version: str) -> Head:
    path, _, query = target.partition("?")
    if not path.startswith("/"):
        raise Unreadable("the request target must be a path, such as /v1/models")
    return Head(method, unquote(path) if "%" in path else path, _query(query), headers, version)


def _check_framing(headers: dict[str, str]) -> None:
    """Two ways to say how long the body is are how requests are smuggled: RFC 9112, 6.1."""
    if "transfer-encoding" in headers and "content-length" in headers:
        raise Unreadable("content-length and transfer-encoding exclude each other")


def _query(text: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise Unreadable(f"the query has more than {MOST_PARAMETERS} parameters") from None
    return dict(reversed(pairs))
