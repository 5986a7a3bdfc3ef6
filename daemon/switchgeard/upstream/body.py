"""Bodies: the three ways HTTP/1.1 says where a reply ends, read without I/O.

Each takes what one read of the socket brought and gives all body bytes in it as one piece: a hundred
small chunks that came together leave together.

Rules for editing: pure. Strict, because whoever is lenient about where a message ends can be made to
take one reply for the beginning of another; h11 is the tests' oracle, and what is accepted here it
accepts too (but for trailers named like framing headers: no trailer is kept here, whatever its name).
Everything kept between two reads is bounded.
"""

import re
from typing import NamedTuple, Protocol

from .fault import Cut, Malformed

LINE_LIMIT = 4096  # bytes of a chunk's size line or of one trailer
TRAILERS_LIMIT = 16_384  # bytes of all trailers


class Body(Protocol):
    """`done`: the end was seen. `excess`: there was more behind it, which nobody asked for."""

    done: bool
    excess: bool

    def feed(self, data: bytes) -> bytes:
        """The body bytes in `data`, maybe none. Raises Malformed."""
        ...

    def end(self) -> None:
        """The far end closed. Raises Cut when that is too early."""


class Sized:
    """As many bytes as content-length says."""

    def __init__(self, size: int) -> None:
        self._left = size
        self.done = size == 0
        self.excess = False

    def feed(self, data: bytes) -> bytes:
        piece = data[: self._left]
        self._left -= len(piece)
        self.done = not self._left
        self.excess = len(piece) < len(data)
        return piece

    def end(self) -> None:
        if not self.done:
            raise Cut(f"connection closed {self._left} bytes before the end of the reply")


class UntilClosed:
    """Whatever comes, until the far end closes."""

    def __init__(self) -> None:
        self.done = False
        self.excess = False

    def feed(self, data: bytes) -> bytes:
        return data

    def end(self) -> None:
        self.done = True


class _Line(NamedTuple):
    """A line as it must be, and what may still become one. Neither backtracks over more than one character."""

    whole: re.Pattern[bytes]
    so_far: re.Pattern[bytes]

    def missing(self, rest: bytes) -> bytes:
        """What is there of a line that is not whole yet. Raises Malformed when it never will be."""
        if len(rest) > LINE_LIMIT or not self.so_far.fullmatch(rest):
            raise Malformed(f"not a chunk's frame: {rest[:20]!r}")
        return rest


_SIZE = rb"([0-9A-Fa-f]{1,15})(?:[ \t]*|;[^\r\n\0]*)"  # with an extension, which nobody has a use for
_TRAILER = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*"
_FIRST = _Line(re.compile(_SIZE + rb"\r\n"), re.compile(rb"(?:" + _SIZE + rb"\r?)?"))
_NEXT = _Line(re.compile(rb"\r\n" + _SIZE + rb"\r\n"), re.compile(rb"\r?|\r\n(?:" + _SIZE + rb"\r?)?"))
_LAST = _Line(
    re.compile(rb"(?:" + _TRAILER + rb")?\r\n"),
    re.compile(rb"\r?|" + _TRAILER.replace(rb":[", rb"(?::[") + rb"\r?)?"),
)


class Chunked:
    """Chunks with their sizes, then maybe trailers (checked, not kept), then an empty line."""

    def __init__(self) -> None:
        self.done = False
        self.excess = False
        self._left = 0  # bytes of the chunk in hand that are still to come
        self._expected = _FIRST  # between two chunks, the end of the one is part of the next one's line
        self._held = b""  # the beginning of a line
        self._trailers = 0  # bytes

    def feed(self, data: bytes) -> bytes:
        data, self._held = self._held + data, b""
        if self._expected is _LAST:
            self._finish(data, 0)
            return b""
        pieces: list[bytes] = []
        at = 0
        while True:
            if self._left:
                piece = data[at : at + self._left]
                pieces.append(piece)
                self._left -= len(piece)
                if self._left:
                    break
                at += len(piece)
            line = self._expected.whole.match(data, at)
            if line is None:
                self._held = self._expected.missing(data[at:])
                break
            at, self._left, self._expected = line.end(), int(line[1], 16), _NEXT
            if not self._left:
                self._finish(data, at)
                break
        return b"".join(pieces)

    def end(self) -> None:
        if not self.done:
            raise Cut("connection closed in the middle of the reply")

    def _finish(self, data: bytes, at: int) -> None:
        """What is behind the chunk of no bytes: trailers up to an empty line."""
        self._expected = _LAST
        while line := _LAST.whole.match(data, at):
            at, self._trailers = line.end(), self._trailers + len(line[0])
            if line[0] == b"\r\n":
                self.done, self.excess = True, at < len(data)
                return
            if self._trailers > TRAILERS_LIMIT:
                raise Malformed(f"more than {TRAILERS_LIMIT >> 10} KiB of trailers")
        self._held = _LAST.missing(data[at:])
