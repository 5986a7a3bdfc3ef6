"""Framing: sniffing, cutting, limits, and that chunk borders mean nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchgear_protocol.errors import ProtocolError
from switchgear_protocol.framing import FOREIGN, Framer, Framing, content_length, encode
from switchgear_protocol.limits import Limits

PAYLOADS = [b'{"a":1}', b'{"b":"\xc3\xa9"}', b"{}"]
SMALL = Limits(frame=64, header=40)


def stream(framing: Framing) -> bytes:
    return b"".join(encode(framing, payload) for payload in PAYLOADS)


def fed(data: bytes, sizes: list[int], limits: Limits = SMALL) -> tuple[list[bytes], str | None]:
    """(frames, kind of failure) of `data` received in chunks of these sizes, and then EOF."""
    framer, frames = Framer(limits), []
    for size in sizes:
        chunk, data = data[:size], data[size:]
        frames += framer.receive_data(chunk)
    frames += framer.receive_data(data) + framer.receive_eof()
    return frames, framer.failure.kind if framer.failure else None


@pytest.mark.parametrize("framing", Framing)
def test_the_first_byte_chooses_the_framing(framing: Framing) -> None:
    """Each framing is recognised and cut into what was put in."""
    framer = Framer()
    assert framer.receive_data(stream(framing)) == PAYLOADS
    assert framer.framing is framing


@pytest.mark.parametrize("framing", Framing)
def test_bytes_may_come_one_at_a_time(framing: Framing) -> None:
    """The slowest chunking gives the same frames."""
    data = stream(framing)
    assert fed(data, [1] * len(data)) == (PAYLOADS, None)


HOSTILE = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([stream(framing) for framing in Framing]),
    st.builds(
        lambda head, tail: head + tail,
        st.sampled_from([b"\x00\x00\x00", b"Content-Length: 5\r\n", b"content-length:", b"{", b" \n{", b"C" * 39]),
        st.binary(max_size=120) | st.text("\r\n:0123456789 C{}", max_size=120).map(str.encode),
    ),
)


@given(HOSTILE, st.lists(st.integers(0, 50), max_size=30))
@example(b"C" + bytes(41) + b"\n" + bytes(2), [42])
def test_chunk_borders_change_nothing(data: bytes, sizes: list[int]) -> None:
    """Whatever the bytes, frames and failure depend on them only, not on how they were cut."""
    assert fed(data, sizes) == fed(data, [])


@pytest.mark.parametrize("first", sorted(set(range(256)) - set(b"\x00Cc{[ \t\r\n")))
def test_any_other_first_byte_is_refused_with_a_hint(first: int) -> None:
    """HTTP, TLS, Neovim and unknown peers are told where to go; nothing is buffered for them."""
    framer = Framer()
    assert framer.receive_data(bytes([first]) * 1000) == []
    assert framer.failure is not None
    assert framer.failure.kind == "unsupported_framing"
    assert framer.failure.hint
    assert framer.foreign is FOREIGN.get(first, framer.foreign)
    assert framer.waiting == 0


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x00\x00\x00\x01x\xff\xff\xff\xff", "too_large"),
        (b"\x00\x00\x00\x41", "too_large"),
        (b"\x00\x00\x00\x00", "invalid_message"),
        (b"Content-Length: 65\r\n\r\n", "too_large"),
        (b"Content-Length: 0\r\n\r\n", "invalid_message"),
        (b"Content-Length: -1\r\n\r\n", "invalid_message"),
        (b"Content-Length: 4294967296\r\n\r\n", "too_large"),
        (b"Content-Length: 1e3\r\n\r\n", "invalid_message"),
        (b"Content-Length: " + b"9" * 20 + b"\r\n\r\n", "invalid_message"),
        (b"Content-Type: x\r\n\r\n", "invalid_message"),
        (b"Content-Length: 2\n\n{}", "invalid_message"),
        (b"C" * 60, "too_large"),
        (b"{" + b" " * 64, "too_large"),
        (b"{" + b" " * 64 + b"\n", "too_large"),
    ],
)
def test_a_bad_size_is_refused_at_the_header(data: bytes, kind: str) -> None:
    """Zero, negative, absurd, missing or oversized lengths end it before the body comes."""
    framer = Framer(SMALL)
    framer.receive_data(data)
    assert framer.failure is not None
    assert framer.failure.kind == kind
    assert framer.waiting == 0


def test_frames_before_a_failure_are_kept() -> None:
    """What came whole is delivered, though the same chunk ends in nonsense."""
    framer = Framer(SMALL)
    assert framer.receive_data(b"\x00\x00\x00\x02ok\xff\xff\xff\xff") == [b"ok"]
    assert framer.failure is not None
    assert framer.receive_data(b"\x00\x00\x00\x02ok") == []


def test_a_limit_is_the_largest_size_allowed() -> None:
    """Exactly the limit passes in every framing."""
    payload = b"{" + b" " * 62 + b"}"
    for framing in Framing:
        assert fed(encode(framing, payload), []) == ([payload], None)


def test_a_last_line_without_newline_is_a_frame() -> None:
    """`printf '{...}' | nc` is one request."""
    assert fed(b'{"a":1}\n\n {"b":2}', []) == ([b'{"a":1}', b'{"b":2}'], None)


@pytest.mark.parametrize("data", [b"\x00\x00", b"\x00\x00\x00\x05ab", b"Content-Le", b"Content-Length: 5\r\n\r\nab"])
def test_an_end_inside_a_frame_is_a_failure(data: bytes) -> None:
    """Half a frame is not taken for a message."""
    assert fed(data, []) == ([], "invalid_message")


def test_header_names_have_no_case_and_no_order() -> None:
    """Emacs and VS Code write them differently."""
    assert content_length(b"Content-Type: x; charset=utf-8\r\ncontent-LENGTH:  12 ") == 12
    with pytest.raises(ProtocolError):
        content_length(b"Content-Length: 1\r\nContent-Length: 2")


def test_an_endless_run_of_blanks_is_not_kept() -> None:
    """White space before the first byte costs no memory."""
    framer = Framer()
    for _ in range(100):
        assert framer.receive_data(b" \r\n" * 1000) == []
    assert framer.waiting == 0
    assert framer.framing is None
