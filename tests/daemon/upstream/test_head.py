"""Heads: what goes out cannot be broken out of, what comes in is bounded."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.upstream.body import Chunked, Sized, UntilClosed
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.fault import Malformed
from switchgeard.upstream.head import HEAD_LIMIT, INFORMATIONAL_LIMIT, Head, HeadReader, outgoing, place

URL = "https://api.example.com/v1/messages"
CANARY = "sk-CANARY0123456789abcdef"


def parse(data: bytes, method: str = "POST") -> Head:
    """The head in `data`, which must be whole."""
    head = HeadReader(method).feed(data)
    assert head is not None
    return head


def as_a_server_reads(request: bytes) -> h11.Request:
    """The request's head as h11 understands it."""
    parser = h11.Connection(h11.SERVER)
    parser.receive_data(request)
    event = parser.next_event()
    assert isinstance(event, h11.Request)
    return event


# requests


@pytest.mark.parametrize(
    ("url", "origin", "host", "target"),
    [
        ("https://api.example.com", "https://api.example.com:443", "api.example.com", "/"),
        ("https://API.Example.com:443/v1", "https://api.example.com:443", "api.example.com", "/v1"),
        ("http://127.0.0.1:8080/v1?beta=true", "http://127.0.0.1:8080", "127.0.0.1:8080", "/v1?beta=true"),
        ("http://[::1]:8080/v1", "http://[::1]:8080", "[::1]:8080", "/v1"),
        ("https://[::1]/v1", "https://[::1]:443", "[::1]", "/v1"),
    ],
)
def test_a_url_says_where_to_dial_and_what_to_ask(url: str, origin: str, host: str, target: str) -> None:
    """The default port is not repeated to the server, as everybody does it."""
    found = place(url)
    assert (found.origin, found.host_header, found.target) == (origin, host, target)
    assert found.host == host.removesuffix(f":{found.port}").strip("[]")


def test_a_request_is_what_was_called_for() -> None:
    """In the order given, with host before and length behind."""
    call = HTTPCall("POST", URL, (("x-api-key", CANARY), ("accept", "text/event-stream")), b"{}")
    request = as_a_server_reads(outgoing(call).head)
    assert (request.method, request.target) == (b"POST", b"/v1/messages")
    assert list(request.headers) == [
        (b"host", b"api.example.com"),
        (b"x-api-key", CANARY.encode()),
        (b"accept", b"text/event-stream"),
        (b"content-length", b"2"),
    ]


def test_only_what_carries_a_body_says_its_length() -> None:
    """A POST of nothing says 0, a GET says nothing."""
    assert b"content-length: 0" in outgoing(HTTPCall("POST", URL, ())).head
    assert b"content-length" not in outgoing(HTTPCall("GET", URL, ())).head


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_no_header_breaks_out_of_its_line(name: str, value: str, path: str) -> None:
    """A server sees exactly one header more than ours, or the request is refused."""
    try:
        head = outgoing(HTTPCall("GET", f"{URL}/{path}", ((name, value),))).head
    except ValueError:
        return
    seen = list(as_a_server_reads(head).headers)
    assert seen[1:] == [(name.lower().encode(), value.strip(" \t").encode())]


@pytest.mark.parametrize(
    "header",
    [("x", f"{CANARY}\r\nevil: 1"), ("x", f"{CANARY}\n"), ("x", f"{CANARY}\0"), (f"x {CANARY}", "1"), ("", CANARY)],
)
def test_a_refusal_and_a_repr_repeat_no_secret(header: tuple[str, str]) -> None:
    """They end up in logs."""
    with pytest.raises(ValueError, match="does not allow") as caught:
        outgoing(HTTPCall("POST", URL, (header,)))
    assert CANARY not in repr(caught.value)
    assert CANARY not in repr(outgoing(HTTPCall("POST", URL, (("x", CANARY),))))


# replies


def test_a_head_is_read_in_any_pieces() -> None:
    """And what came behind it is kept."""
    data = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc"
    for size in (1, 7, len(data)):
        reader, head = HeadReader("POST"), None
        for at in range(0, len(data), size):
            head = head or reader.feed(data[at : at + size])
            if head:
                break
        assert head is not None
        assert (head.status, head.headers, head.persistent) == (
            200,
            {"content-type": "text/plain", "content-length": "3"},
            True,
        )
        assert b"abc".startswith(reader.rest)
    assert reader.rest == b"abc"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n", Sized),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", Chunked),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\ncontent-length: 3\r\n\r\n", Chunked),
        (b"HTTP/1.1 200 OK\r\n\r\n", UntilClosed),
        (b"HTTP/1.0 200 OK\r\n\r\n", UntilClosed),
    ],
)
def test_the_headers_say_how_the_body_ends(head: bytes, kind: type[object]) -> None:
    """By RFC 9112 section 6.3."""
    assert isinstance(parse(head).body, kind)


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\ncontent-length: 3\r\n\r\n"),
        ("POST", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("POST", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
    ],
)
def test_some_replies_have_no_body(method: str, head: bytes) -> None:
    """Whatever their headers say."""
    assert parse(head, method).body.done


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive, Close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
    ],
)
def test_a_connection_that_will_close_is_not_kept(head: bytes) -> None:
    """Nor one whose server contradicts itself."""
    assert not parse(head).persistent


def test_informational_replies_are_passed_over_but_not_for_ever() -> None:
    """100, 102, 103: whatever a proxy likes to say before."""
    early = b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"
    real = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
    assert parse(early * INFORMATIONAL_LIMIT + real).status == 200
    with pytest.raises(Malformed, match="informational"):
        parse(early * (INFORMATIONAL_LIMIT + 1) + real)


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2",
        b"<html>",
        b"HTTP/2",
        b"\r\nHTTP/1.1",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * HEAD_LIMIT,
    ],
)
def test_what_is_no_head_is_malformed(data: bytes) -> None:
    """At its first wrong byte where that can be told."""
    with pytest.raises(Malformed):
        HeadReader("POST").feed(data)


NAMES = st.sampled_from(["content-length", "Transfer-Encoding", "connection", "x", "Retry-After", "date", "a b", ""])
VALUES = st.sampled_from(["0", "3", "chunked", "close", "keep-alive, x", " ok\t", "", "gzip", "1,1", "caf\xe9", "a\0"])
LINES = st.sampled_from(
    ["HTTP/1.1 200 OK", "HTTP/1.1 429", "HTTP/1.0 200 OK", "HTTP/1.1 103 x", "HTTP/1.1 99 ", "HTTP"]
)
ENDS = st.sampled_from(["\r\n", "\r\n", "\r\n", "\n", "\r\n "])


@given(LINES, st.lists(st.tuples(NAMES, VALUES, ENDS), max_size=5), st.sampled_from(["GET", "HEAD"]))
def test_a_plain_head_is_read_as_h11_reads_it(line: str, fields: list[tuple[str, str, str]], method: str) -> None:
    """Fed in two pieces it is h11's; whole it is ours where it is plain. Both say the same, errors included."""
    lines = [f"{name}: {value}{end}" for name, value, end in fields]
    data = f"{line}\r\n{''.join(lines)}\r\nrest".encode("latin-1")

    def read(*pieces: bytes) -> object:
        reader = HeadReader(method)
        try:
            heads = [reader.feed(piece) for piece in pieces]
        except Malformed:
            return Malformed
        head = heads[-1]
        return head and (head.status, head.headers, type(head.body), head.body.done, head.persistent, reader.rest)

    assert read(data) == read(data[:3], data[3:])
