"""Tests for `switchgeard.door.head`."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.door.head import UNREAD, Head, Unreadable, plain, read

HOST = (b"host", b"localhost")


def head(target: bytes = b"/", *headers: tuple[bytes, bytes], version: bytes = b"1.1") -> Head:
    return read(b"POST", target, version, [HOST, *headers])


def test_a_target_is_a_path_and_a_query() -> None:
    """The path is decoded, the query is too, of a repeated key the first counts, an empty value is one."""
    got = head(b"/v1/models/claude%20opus?beta=true&key=a%26b&beta=false&empty=")
    assert (got.method, got.path, got.version) == ("POST", "/v1/models/claude opus", "1.1")
    assert got.query == {"beta": "true", "key": "a&b", "empty": ""}
    assert head(b"/v1/models").query == {}


def test_repeated_headers_are_joined() -> None:
    """As the RFC says one may."""
    got = head(b"/", (b"anthropic-beta", b"one"), (b"anthropic-beta", b"two"))
    assert got.headers == {"host": "localhost", "anthropic-beta": "one, two"}


@pytest.mark.parametrize("target", [b"*", b"http://evil.test/", b"localhost:80", b"", b"v1/models"])
def test_only_a_path_is_a_target(target: bytes) -> None:
    """We are nobody's proxy."""
    with pytest.raises(Unreadable, match="must be a path"):
        head(target)


def test_two_ways_to_say_how_long_a_body_is_are_one_too_many() -> None:
    """That is how requests are smuggled."""
    with pytest.raises(Unreadable, match="exclude each other"):
        head(b"/", (b"content-length", b"5"), (b"transfer-encoding", b"chunked"))


@pytest.mark.parametrize(
    ("version", "connection", "persistent"),
    [
        (b"1.1", None, True),
        (b"1.1", b"keep-alive", True),
        (b"1.1", b"Close", False),
        (b"1.1", b"keep-alive, close", False),
        (b"1.0", None, False),
        (b"1.0", b"keep-alive", False),
        (b"1.0", b"close", False),
    ],
)
def test_whether_a_connection_is_to_be_kept(version: bytes, connection: bytes | None, persistent: bool) -> None:
    """By version and wish."""
    wish = [] if connection is None else [(b"connection", connection)]
    assert head(b"/", *wish, version=version).persistent is persistent


def test_what_the_client_expects_is_known_to_1_1_only() -> None:
    """An older one does not know what to do with an interim answer."""
    assert head(b"/", (b"expect", b"100-Continue")).expects == "100-continue"
    assert head(b"/", (b"expect", b"100-continue"), version=b"1.0").expects == ""
    assert head(b"/").expects == ""


def test_the_length_of_the_body_is_what_it_says() -> None:
    """Or unknown."""
    assert head(b"/", (b"content-length", b"42")).length == 42
    assert UNREAD.length is None


def test_a_head_shows_no_credential() -> None:
    """Nor a query, where some put theirs."""
    shown = repr(head(b"/v1?key=canary", (b"authorization", b"Bearer canary")))
    assert shown == "<Head POST /v1>"


@given(st.binary(max_size=200), st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20)), max_size=5))
def test_any_bytes_give_a_head_or_say_why_not(target: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    """h11 lets less through; nothing else must come out of it than Unreadable."""
    try:
        path = read(b"GET", target, b"1.1", headers).path
    except Unreadable:
        path = "/"
    assert path.startswith("/")


def by_h11(data: bytes) -> tuple[Head, bytes] | None:
    """The head and what is behind it as h11 reads them; None when it refuses, or waits for more."""
    wire = h11.Connection(h11.SERVER)
    wire.receive_data(data)
    try:
        event = wire.next_event()
    except h11.RemoteProtocolError:
        return None
    if not isinstance(event, h11.Request):
        return None
    return read(event.method, event.target, event.http_version, event.headers), wire.trailing_data[0]


FIELDS = [
    "Host: a",
    "host: b",
    "Content-Length: 3",
    "content-length: 3, 3",
    "Connection: close",
    "x:",
    "X-Y: a\tb ",
    "e",
]


@given(
    st.sampled_from(["GET", "POST", "HEAD", "get", "CONNECT", ""]),
    st.sampled_from(["/", "/v1/a%20b?c=d&c", "*", "/a b", "http://a/", "/\xe9"]),
    st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2", "http/1.1"]),
    st.lists(st.sampled_from(FIELDS), max_size=5),
    st.sampled_from(["\r\n", "\n", "\r\n\t"]),
)
def test_a_plain_head_is_read_as_h11_reads_it(
    method: str, target: str, version: str, fields: list[str], end: str
) -> None:
    """What h11 refuses, or reads in its own way, is not plain."""
    data = f"{method} {target} {version}\r\n{''.join(field + end for field in fields)}\r\nbody".encode("latin-1")
    found = plain(data)
    assert found is None or found == by_h11(data)


def test_an_ordinary_request_is_plain() -> None:
    """As SDKs send it; what awaits an answer before its body, or comes in chunks, is not."""
    ordinary = b"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
    found = plain(ordinary)
    assert found is not None
    assert (found[0].path, found[0].length, found[1]) == ("/v1/messages", 2, b"{}")
    for other in (b"Expect: 100-continue", b"Transfer-Encoding: chunked", b"Upgrade: websocket"):
        assert plain(ordinary.replace(b"Host", other + b"\r\nHost")) is None
