"""Bodies: h11 is the oracle, and however the bytes are cut into reads nothing changes."""

from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.upstream.body import LINE_LIMIT, TRAILERS_LIMIT, Body, Chunked, Sized, UntilClosed
from switchgeard.upstream.fault import Cut, Malformed

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def read(body: Body, pieces: list[bytes]) -> bytes:
    """All of a body, fed piece by piece."""
    return b"".join([body.feed(piece) for piece in pieces])


def cut_at(data: bytes, places: list[int]) -> list[bytes]:
    """`data` in pieces."""
    edges = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def h11_reads(data: bytes) -> tuple[bytes, bool]:
    """What h11 makes of a chunked body: its bytes and whether it ended. Raises h11.RemoteProtocolError."""
    parser, found = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20), bytearray()
    parser.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    parser.receive_data(CHUNKED + data)
    while (event := parser.next_event()) is not h11.NEED_DATA:
        if isinstance(event, h11.Data):
            found += event.data
        if isinstance(event, h11.EndOfMessage):
            return bytes(found), True
    return bytes(found), False


sizes = st.sampled_from([b"%x", b"%X", b"%04x"])
extensions = st.sampled_from([b"", b";", b";name=value", b'; a="b c"', b" ", b"\t "])
trailer = st.tuples(
    st.sampled_from([b"x-checksum", b"Digest"]), st.sampled_from([b": abc", b":", b":x\xe9y", b": a\tb"])
).map(b"".join)


@st.composite
def chunked(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """(the body, its framing): as any server might write it."""
    chunks = draw(st.lists(st.binary(min_size=1, max_size=60), max_size=8))
    framed = b"".join(b"%b%b\r\n%b\r\n" % (draw(sizes) % len(c), draw(extensions), c) for c in chunks)
    end = b"".join(b"%b\r\n" % line for line in draw(st.lists(trailer, max_size=3)))
    return b"".join(chunks), framed + b"0%b\r\n" % draw(extensions) + end + b"\r\n"


@given(chunked(), st.lists(st.integers(0, 600), max_size=8))
def test_every_chunked_body_is_read_as_h11_reads_it(sample: tuple[bytes, bytes], places: list[int]) -> None:
    """Sizes in any spelling, extensions, trailers; cut into reads anywhere."""
    whole, framed = sample
    body = Chunked()
    assert read(body, cut_at(framed, places)) == whole
    assert (whole, True) == h11_reads(framed)
    assert (body.done, body.excess) == (True, False)


@given(chunked())
def test_one_read_with_many_chunks_gives_one_piece(sample: tuple[bytes, bytes]) -> None:
    """A hundred small chunks that came together leave together."""
    whole, framed = sample
    assert Chunked().feed(framed) == whole


noise = st.lists(
    st.sampled_from(
        [b"0", b"1", b"5", b"a", b"F", b"g", b"\r\n", b"\r\n", b"\r", b"\n", b";x", b" ", b"-", b"+", b"x", b":", b"_"]
    ),
    max_size=14,
).map(b"".join)


@given(noise, st.lists(st.integers(0, 30), max_size=4))
def test_what_is_accepted_h11_accepts_too(data: bytes, places: list[int]) -> None:
    """Being stricter is allowed, being more lenient is not: that is how replies are smuggled."""
    body = Chunked()
    try:
        found = read(body, cut_at(data, places))
    except Malformed:
        return
    assert (found, body.done) == h11_reads(data)


@given(noise, st.lists(st.integers(0, 30), max_size=4))
def test_reads_cut_differently_are_judged_alike(data: bytes, places: list[int]) -> None:
    """Nothing depends on where the network cut."""

    def verdict(pieces: list[bytes]) -> object:
        body = Chunked()
        try:
            return read(body, pieces), body.done, body.excess
        except Malformed:
            return "malformed"

    before_the_end = [piece for piece in cut_at(data, places) if piece]
    whole = verdict([data])
    assert verdict(before_the_end) == whole or (whole != "malformed" and whole[1])  # type: ignore[index]


@pytest.mark.parametrize(
    "framed",
    [
        b"5\nhello",
        b"0x5\r\nhello\r\n",
        b"-1\r\n",
        b"+5\r\nhello",
        b"1_0\r\n",
        b" 5\r\n",
        b"5 x\r\n",
        b"\r\n5\r\n",
        b"5;a\rb\r\n",
        b"5;\0\r\n",
        b"5\r\nhelloX",
        b"5\r\nhello\rX",
        b"5\r\nhello\n0\n\n",
        b"f" * 16 + b"\r\n",
        b"5;" + b"a" * LINE_LIMIT,
        b"0\r\nno colon\r\n\r\n",
        b"0\r\n: nameless\r\n",
        b"0\r\na: b\n\r\n",
        b"0\r\n folded: b\r\n",
        b"0\r\na: \0\r\n",
        b"0\r\n" + b"a: " + b"b" * LINE_LIMIT,
        b"0\r\n" + b"a: %b\r\n" % (b"b" * 4000) * (TRAILERS_LIMIT // 4000 + 1),
    ],
)
def test_a_broken_chunk_is_malformed(framed: bytes) -> None:
    """At once, whole or byte by byte, and no line or trailer is waited for for ever."""
    with pytest.raises(Malformed):
        Chunked().feed(framed)
    if len(framed) < 100:
        with pytest.raises(Malformed):
            read(Chunked(), [bytes([byte]) for byte in framed])


def test_a_chunk_of_hostile_size_costs_nothing() -> None:
    """A petabyte that is only announced."""
    body = Chunked()
    assert body.feed(b"fffffffffffffff\r\nabc") == b"abc"
    assert not body.done
    with pytest.raises(Cut):
        body.end()


def test_what_follows_the_last_chunk_is_seen() -> None:
    """Nobody asked for it: such a connection is not used again."""
    for tail in (b"HTTP/1.1 200 OK\r\n\r\n", b"x"):
        body = Chunked()
        assert body.feed(b"1\r\na\r\n0\r\n\r\n" + tail) == b"a"
        assert (body.done, body.excess) == (True, True)


@given(st.binary(max_size=80), st.integers(0, 100), st.lists(st.integers(0, 90), max_size=4))
def test_a_sized_body_ends_where_it_says(data: bytes, size: int, places: list[int]) -> None:
    """Less is a cut, more is seen."""
    body = Sized(size)
    pieces: list[bytes] = []
    for piece in cut_at(data, places):
        if not body.done:
            pieces.append(body.feed(piece))
    assert b"".join(pieces) == data[:size][: sum(map(len, pieces))]
    assert body.done == (len(data) >= size)
    if not body.done:
        with pytest.raises(Cut, match=f"{size - len(data)} bytes"):
            body.end()


def test_a_sized_body_sees_what_follows() -> None:
    """As much as content-length says, and the rest is nobody's."""
    body = Sized(3)
    assert (body.feed(b"abcd"), body.done, body.excess) == (b"abc", True, True)


def test_a_body_without_a_length_ends_with_its_connection() -> None:
    """HTTP/1.0, and servers that say connection: close."""
    body = UntilClosed()
    assert (body.feed(b"abc"), body.done) == (b"abc", False)
    body.end()
    assert body.done
