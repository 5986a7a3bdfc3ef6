"""Head: a request's head as a value. Pure.

Rules for editing: nothing is judged here but what cannot be read at all; who may come in is `admission`'s
business, how much `incoming`'s.
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

MOST_PARAMETERS = 50


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
        """Whether the client expects the connection to stay open."""
        wish = self.headers.get("connection")
        if wish is None:
            return self.version == "1.1"
        tokens = {token.strip() for token in wish.lower().split(",")}
        return "close" not in tokens if self.version == "1.1" else "keep-alive" in tokens

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
    path, _, query = target.decode("latin-1").partition("?")
    if not path.startswith("/"):
        raise Unreadable("the request target must be a path, such as /v1/models")
    joined: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    _check_framing(joined)
    path = unquote(path) if "%" in path else path
    return Head(method.decode("latin-1"), path, _query(query), joined, version.decode("latin-1"))


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
