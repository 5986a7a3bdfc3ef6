"""Tests for `switchgeard.plain_head`: what it reads h11 reads the same, and in doubt it reads nothing."""

import re

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchgeard.plain_head import split

HEAD = b"POST /v1 HTTP/1.1\r\nHost: localhost\r\nX-Api-Key:  k\t\r\nEmpty:\r\ncontent-length: 2\r\n\r\n{}"
LINE = re.compile(r"[A-Z]+ [!-~]+ HTTP/1\.1")  # the first line is its reader's business


def as_h11_reads(data: bytes) -> tuple[str, dict[str, str], bytes]:
    """The same three parts of a request by h11; fails when it refuses."""
    parser = h11.Connection(h11.SERVER)
    parser.receive_data(data)
    event = parser.next_event()
    assert isinstance(event, h11.Request)
    first = b" ".join([event.method, event.target, b"HTTP/" + event.http_version])
    headers = {name.decode(): value.decode() for name, value in event.headers}
    return first.decode(), headers, parser.trailing_data[0]


def test_a_plain_head_is_split_into_its_parts() -> None:
    """Names in lower case, values without the space around them."""
    headers = {"host": "localhost", "x-api-key": "k", "empty": "", "content-length": "2"}
    assert split(HEAD) == ("POST /v1 HTTP/1.1", headers, b"{}")


@pytest.mark.parametrize(
    "data",
    [
        HEAD[:60],
        HEAD.replace(b"\r\n", b"\n"),
        HEAD.replace(b"k\t", b"k\r\n folded"),
        HEAD.replace(b"k\t", b"k\nevil: 1"),
        HEAD.replace(b"k\t", b"\xe9"),
        HEAD.replace(b"k\t", b"\0"),
        HEAD.replace(b"Empty:", b"Empty :"),
        HEAD.replace(b"Empty:", b"Host: other"),
        HEAD.replace(b": 2", b": +2"),
        HEAD.replace(b": 2", b": 2, 2"),
        HEAD.replace(b": 2", b": 9999999999999999"),
        HEAD.replace(b"Empty:", b"Transfer-Encoding: gzip"),
        b"\r\n" + HEAD,
        b"",
    ],
)
def test_what_is_not_plain_is_left_to_h11(data: bytes) -> None:
    """Whether it is right or wrong is for h11 to say."""
    assert split(data) is None


@given(st.lists(st.tuples(st.integers(0, len(HEAD)), st.binary(max_size=3)), max_size=3))
@example([(HEAD.index(b"Empty") + 5, b" ")])
def test_a_spoilt_head_is_never_read_differently(changes: list[tuple[int, bytes]]) -> None:
    """Bytes put in anywhere: what is still read, h11 reads too, and to the same parts."""
    data = HEAD
    for place, more in changes:
        data = data[:place] + more + data[place:]
    found = split(data)
    if found is not None and LINE.fullmatch(found[0]) and "host" in found[1]:
        assert found == as_h11_reads(data)
