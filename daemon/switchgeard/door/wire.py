"""Wire: an answer's head and its chunks as bytes. Pure.

Written by hand because h11 needs three times as long for what is a dozen lines with a fixed shape; the
tests read everything made here with h11. Rules for editing: framing, caching and connection headers are
written here only, whatever a route passes along; nothing a provider named can break a line; no header
that invites a web page in, or gives it something to keep, ever leaves.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus

Header = tuple[str, str]

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
ALWAYS = b"x-content-type-options: nosniff\r\ncache-control: no-store\r\n"
CLOSE = b"connection: close\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n"

FRAMING = frozenset(["connection", "keep-alive", "content-length", "transfer-encoding", "trailer", "upgrade"])
WRITTEN_HERE = FRAMING | {"cache-control", "x-content-type-options", "set-cookie"}
CORS = "access-control-"
BODILESS = frozenset({204, 304})

_LINES = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def whole(status: int, headers: Iterable[Header], body: bytes, *, close: bool, headless: bool = False) -> bytes:
    """A whole answer. `headless`: the head of it only, as HEAD wants it, with the length it would have."""
    if status in BODILESS:
        return _head(status, headers, b"", close)
    head = _head(status, headers, b"content-length: %d\r\n" % len(body), close)
    return head if headless else head + body


def opening(status: int, headers: Iterable[Header], *, chunked: bool, close: bool) -> bytes:
    """The head of a stream; without `chunked` only the end of the connection ends it."""
    return _head(status, headers, CHUNKED if chunked else b"", close or not chunked)


def chunk(piece: bytes) -> bytes:
    """One piece of a chunked body; nothing for an empty one, which would end it."""
    return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""


def _head(status: int, headers: Iterable[Header], framing: bytes, close: bool) -> bytes:
    line = _LINES.get(status) or b"HTTP/1.1 %d Unnamed\r\n" % status
    own = "".join([_line(name, value) for name, value in headers])
    return b"%b%b%b%b%b\r\n" % (line, own.encode("ascii"), framing, ALWAYS, CLOSE if close else b"")


def _line(name: str, value: str) -> str:
    name = name.lower()
    if name in WRITTEN_HERE or name.startswith(CORS) or not _NAME.fullmatch(name):
        return ""
    return f"{name}: {value if value.isascii() and value.isprintable() else _plain(value)}\r\n"


def _plain(value: str) -> str:
    return "".join(each if each.isascii() and each.isprintable() else "?" for each in value)
