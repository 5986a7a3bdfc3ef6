"""Tests for `switchgeard.door.incoming`: however a request is cut on its way, it is the same request."""

import socket
from itertools import pairwise

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from switchgeard.door.head import Head
from switchgeard.door.incoming import Incoming
from switchgeard.door.limits import DEFAULT
from switchgeard.door.refusal import LARGE_HEAD, Refusal
from switchgeard.serving.intake import Intake

SIZED = b"POST /v1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%b"
CHUNKED = b"POST /v1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n%b0\r\n\r\n"


async def taken(pieces: list[bytes]) -> list[object]:
    """[head, body] as read from these pieces, a refusal where one of them is none."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    got: list[object] = []
    with ours, theirs, trio.CancelScope() as scope:
        incoming = Incoming(ours, DEFAULT, Intake(10**9), scope)

        async def read() -> None:
            head = await incoming.head()
            got.append(head)
            if isinstance(head, Head):
                got.append(await incoming.body(head))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            for piece in pieces:
                theirs.sendall(piece)
                await trio.lowlevel.checkpoint()
            theirs.shutdown(socket.SHUT_WR)
    return got


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[start:end] for start, end in pairwise(marks) if start < end]


@settings(max_examples=60)
@given(
    st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.lists(st.integers(0, 2000), max_size=8), st.booleans()
)
def test_a_request_is_the_same_however_it_is_cut(chunks: list[bytes], places: list[int], chunked: bool) -> None:
    """In the middle of a header, of a chunk's size, of a line end."""
    body = b"".join(chunks)
    framed = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in chunks)
    data = CHUNKED % framed if chunked else SIZED % (len(body), body)
    head, got = trio.run(taken, cut(data, places))
    assert isinstance(head, Head)
    assert (head.path, got) == ("/v1", body)


@pytest.mark.parametrize("spare", [0, 1])
@pytest.mark.parametrize("lines", ["host: localhost\r\n", "host: localhost\r\nexpect: 100-continue\r\n"])
def test_a_head_is_bounded_also_where_it_came_whole_with_the_next_read(lines: str, spare: int) -> None:
    """The limit is the head's own size, and not that of what has been read while it was incomplete."""
    start = f"POST /v1 HTTP/1.1\r\n{lines}content-length: 4\r\nx: "
    long = start + "x" * (DEFAULT.head - len(start) - 4 + spare) + "\r\n\r\n"
    pieces = [long[:60_000].encode(), long[60_000:].encode() + b"body"]
    assert trio.run(taken, pieces)[-1] == (LARGE_HEAD if spare else b"body")


@settings(max_examples=100)
@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=4))
def test_any_bytes_are_a_request_a_refusal_or_a_leaving(data: bytes, places: list[int]) -> None:
    """Never an exception."""
    for part in trio.run(taken, cut(data, places)):
        assert part is None or isinstance(part, Head | bytes | Refusal)


@settings(max_examples=60)
@given(st.integers(0, 90), st.integers(0, 255))
def test_a_flipped_byte_never_raises(place: int, byte: int) -> None:
    """Nor does it hang: the client's end is the end."""
    data = bytearray(CHUNKED % b"5\r\nhello\r\n")
    data[place % len(data)] = byte
    for part in trio.run(taken, [bytes(data)]):
        assert part is None or isinstance(part, Head | bytes | Refusal)
