"""Amazon's event stream: whole frames out of bytes cut anywhere, and nothing out of broken ones."""

import json
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frames import event, exception, frame
from switchgeard.dialects.fault import Garbled
from switchgeard.upstream.eventstream import EXCEPTION, Parser
from switchgeard.upstream.sse import Event

PAYLOADS = st.lists(st.tuples(st.sampled_from(["messageStart", "contentBlockDelta"]), st.text(max_size=40)), max_size=6)
WIRE = event("messageStart", {"role": "assistant"}) + event("messageStop", {"stopReason": "end_turn"})


def read(*pieces: bytes) -> list[Event]:
    parser = Parser()
    return [found for piece in pieces for found in parser.feed(piece)] + parser.end()


@given(PAYLOADS, st.data())
def test_frames_arrive_whole_however_they_were_cut(told: list[tuple[str, str]], data: st.DataObject) -> None:
    """Each once, in order, with its name and payload."""
    wire = b"".join(event(name, {"text": text}) for name, text in told)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    pieces = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    assert [(found.event, json.loads(found.data)) for found in read(*pieces)] == [(n, {"text": t}) for n, t in told]


def test_frames_arrive_byte_by_byte() -> None:
    """A provider may send them so."""
    assert read(*(WIRE[at : at + 1] for at in range(len(WIRE)))) == read(WIRE)


@given(st.integers(1, len(WIRE) - 1))
def test_a_stream_that_ends_within_a_frame_is_garbled(length: int) -> None:
    """An end between two frames is for the dialect to judge."""
    between = len(event("messageStart", {"role": "assistant"}))
    if length == between:
        assert len(read(WIRE[:length])) == 1
        return
    with pytest.raises(Garbled, match="in the middle of a frame"):
        read(WIRE[:length])


@given(st.integers(0, len(WIRE) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_never_believed(at: int, flip: int) -> None:
    """Checksums cover all of a frame."""
    wire = bytearray(WIRE)
    wire[at] ^= flip
    with pytest.raises(Garbled):
        read(bytes(wire))


def test_a_length_beyond_the_limit_is_refused_before_it_is_waited_for() -> None:
    """With a right checksum too."""
    prelude = struct.pack(">II", 2**31, 0)
    with pytest.raises(Garbled, match="larger than"):
        Parser().feed(prelude + struct.pack(">I", zlib.crc32(prelude)))


@pytest.mark.parametrize(("total", "headers"), [(15, 0), (16, 1), (0, 0), (4_000_000, 200_000)])
def test_lengths_that_cannot_be_are_refused(total: int, headers: int) -> None:
    """A frame has at least sixteen bytes beside its headers, and those have a limit."""
    prelude = struct.pack(">II", total, headers)
    with pytest.raises(Garbled, match="length"):
        Parser().feed(prelude + struct.pack(">I", zlib.crc32(prelude)))


@pytest.mark.parametrize("kind", ["throttlingException", "validationException"])
def test_an_exception_is_an_event_that_says_its_code(kind: str) -> None:
    """Like an error's body."""
    (found,) = read(exception(kind, "Slow down"))
    assert (found.event, json.loads(found.data)) == (EXCEPTION, {"code": kind, "message": "Slow down"})


def test_an_error_message_is_one_too() -> None:
    """It stands in headers."""
    headers = {":message-type": "error", ":error-code": "InternalError", ":error-message": "Oh"}
    (found,) = read(frame(b"", headers))
    assert (found.event, json.loads(found.data)) == (EXCEPTION, {"code": "InternalError", "message": "Oh"})


def test_an_exception_with_a_broken_body_is_one() -> None:
    """What it says is kept as text."""
    (found,) = read(frame(b"oh no", {":message-type": "exception", ":exception-type": "x"}))
    assert json.loads(found.data) == {"code": "x", "message": "oh no"}


def test_headers_of_other_types_are_stepped_over() -> None:
    """Dates and bytes may stand before the name."""
    headers: dict[str, str | bytes | int] = {":date": 1_763_890_000, "blob": b"\x00\x01", ":event-type": "metadata"}
    assert read(frame(b"{}", headers)) == [Event("metadata", "{}")]


@pytest.mark.parametrize("head", [b"\x05ab", b"\x01a\x63", b"\x01a\x07\x00\x09x", b"\x01a", b"\x01\xff\x07\x00\x01x"])
def test_headers_that_cannot_be_read_are_garbled(head: bytes) -> None:
    """Cut short, of no known type, longer than there is, not UTF-8."""
    prelude = struct.pack(">II", 16 + len(head), len(head))
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + head
    with pytest.raises(Garbled, match="headers"):
        read(whole + struct.pack(">I", zlib.crc32(whole)))


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_garbled(data: bytes) -> None:
    """Nothing else is raised."""
    found: list[Event] = []
    with suppress(Garbled):
        found = read(data)
    assert found == []  # no checksum is right by chance
