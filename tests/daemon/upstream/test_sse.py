"""The event stream parser: the format's corners, its limits, and indifference to chunking."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.dialects.fault import Garbled
from switchgeard.upstream.sse import Event, Parser


def parsed(*chunks: bytes, limit_line: int = 1000, limit_event: int = 1000) -> list[Event]:
    parser = Parser(limit_line, limit_event)
    return [event for chunk in chunks for event in parser.feed(chunk)] + parser.end()


@pytest.mark.parametrize(
    ("wire", "events"),
    [
        (b"data: a\n\n", [(None, "a")]),
        (b"data:a\n\n", [(None, "a")]),
        (b"data:  a\n\n", [(None, " a")]),
        (b"event: ping\ndata: {}\n\n", [("ping", "{}")]),
        (b"data: a\r\n\r\ndata: b\r\rdata: c\n\n", [(None, "a"), (None, "b"), (None, "c")]),
        (b"data: a\ndata: b\ndata:\n\n", [(None, "a\nb\n")]),
        (b"data\n\n", [(None, "")]),
        (b": keep-alive\n\n\n: again\ndata: a\n\n", [(None, "a")]),
        (b"id: 7\nretry: 10\nnonsense\nother: x\ndata: a\n\n", [(None, "a")]),
        (b"\xef\xbb\xbfdata: a\n\n", [(None, "a")]),
        (b"\xef\xbb\xbf\n\xef\xbb\xbfdata: a\n\n", []),
        (b"event: lost\n\ndata: a\n\n", [(None, "a")]),
        (b"data: a\n\ndata: last", [(None, "a"), (None, "last")]),
        (b"data: last\n", [(None, "last")]),
        (b"data: 1: 2\n\n", [(None, "1: 2")]),
        (b"data: \xff!\n\n", [(None, "\ufffd!")]),
        (b"<html>\n<body>Bad gateway</body>\n\n", []),
        (b"", []),
    ],
)
def test_every_form_of_the_format_is_read(wire: bytes, events: list[tuple[str | None, str]]) -> None:
    """Field spellings, line ends, comments, byte order mark, and an end without a blank line."""
    assert [(event.event, event.data) for event in parsed(wire)] == events


LINES = st.sampled_from(
    [
        b"data: h\xc3\xa9llo",
        b"data:",
        b"data: \xf0\x9f\x98\x80",
        b"event: x",
        b"",
        b"",
        b": c",
        b"junk",
        b"\xef\xbb\xbf",
    ]
)


@given(st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r\n", b"\r"])), max_size=30), st.data())
def test_events_do_not_depend_on_where_chunks_end(lines: list[tuple[bytes, bytes]], data: st.DataObject) -> None:
    """A chunk may end within a character, a byte order mark or a CR LF, and may be empty."""
    wire = b"".join(line + end for line, end in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=20)))
    chunks = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    single = [wire[i : i + 1] for i in range(len(wire))]
    assert parsed(wire) == parsed(*chunks) == parsed(*single)


def test_an_empty_chunk_between_cr_and_lf_is_nothing() -> None:
    """CR LF stays one line end."""
    assert parsed(b"data: a\r", b"", b"\ndata: b\r\n\r\n") == [Event(None, "a\nb")]


@pytest.mark.parametrize("chunks", [[b"data: " + b"x" * 1001], [b"data: " + b"x" * 1001 + b"\n"], [b"y" * 600] * 2])
def test_a_line_over_the_limit_is_garbled(chunks: list[bytes]) -> None:
    """Whether it ended or not, whatever field it is."""
    with pytest.raises(Garbled, match="line"):
        parsed(*chunks)


def test_an_event_over_the_limit_is_garbled() -> None:
    """Many short data lines count together."""
    with pytest.raises(Garbled, match="event"):
        parsed(b"data: 0123456789\n" * 100)


def test_a_stream_may_be_longer_than_its_limits() -> None:
    """Only lines and events are bounded; comments and finished events are forgotten."""
    events = parsed(*[b": comment\ndata: 0123456789\n\n"] * 500)
    assert len(events) == 500


def test_an_event_at_the_limit_passes() -> None:
    """The limit itself is allowed."""
    assert parsed(b"data: " + b"x" * 994 + b"\n\n") == [Event(None, "x" * 994)]


def seconds(size: int, piece: int) -> float:
    parser, wire = Parser(), b"data: " + b"x" * size
    began = time.thread_time()  # what others take does not count
    for at in range(0, len(wire), piece):
        parser.feed(wire[at : at + piece])
    assert len(parser.end()[0].data) == size
    return time.thread_time() - began


@pytest.mark.parametrize("piece", [1, 16])
def test_a_huge_line_in_small_chunks_takes_linear_time(piece: int) -> None:
    """Eight times the bytes take about eight times as long, not sixty-four."""
    small = min(seconds(50_000 * piece, piece) for _ in range(3))
    assert seconds(400_000 * piece, piece) < 24 * small
