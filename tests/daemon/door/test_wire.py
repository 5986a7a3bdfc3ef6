"""Tests for `switchgeard.door.wire`: h11 in the client's role reads all that is written by hand."""

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchgeard.door.wire import LAST_CHUNK, Header, chunk, opening, whole


def heard(data: bytes, method: str = "GET") -> tuple[int, list[Header], bytes, bytes]:
    """(status, headers, body, what is left over), as a client reads it to the marked end."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
    client.send(h11.EndOfMessage())
    client.receive_data(data)
    response = client.next_event()
    assert isinstance(response, h11.Response)
    body = bytearray()
    while isinstance(event := client.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage)
    headers = [(name.decode(), value.decode()) for name, value in response.headers]
    return response.status_code, headers, bytes(body), client.trailing_data[0]


ALWAYS = [("x-content-type-options", "nosniff"), ("cache-control", "no-store")]


def test_a_whole_answer_has_its_length() -> None:
    """And what every answer has."""
    told = heard(whole(200, [("content-type", "application/json")], b"{}", close=False))
    assert told == (200, [("content-type", "application/json"), ("content-length", "2"), *ALWAYS], b"{}", b"")


def test_a_closing_answer_says_so() -> None:
    """The client need not find out."""
    assert ("connection", "close") in heard(whole(401, [], b"", close=True))[1]


def test_an_answer_to_head_has_the_length_and_no_body() -> None:
    """The next answer follows at once."""
    status, headers, body, rest = heard(whole(200, [], b"12345", close=False, headless=True), "HEAD")
    assert (status, body, rest) == (200, b"", b"")
    assert ("content-length", "5") in headers


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(status: int) -> None:
    """Whatever the route gave."""
    assert heard(whole(status, [], b"surplus", close=False))[2:] == (b"", b"")


@pytest.mark.parametrize("status", [200, 400, 421, 429, 529, 599])
def test_any_status_has_a_status_line(status: int) -> None:
    """Those of providers that no RFC names, too."""
    assert heard(whole(status, [], b"", close=False))[0] == status


def test_framing_headers_of_a_route_are_not_passed_on() -> None:
    """What a provider's answer was framed by says nothing about ours."""
    given_ = ["Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Cache-Control", "Upgrade", "Trailer"]
    _, headers, body, _ = heard(whole(200, [(name, "5") for name in given_], b"{}", close=False))
    assert (headers, body) == ([("content-length", "2"), *ALWAYS], b"{}")


def test_no_header_ever_invites_a_page_or_gives_it_something_to_keep() -> None:
    """Not even when a provider's answer had it."""
    cors = [(f"Access-Control-{name}", "*") for name in ("Allow-Origin", "Allow-Headers", "Max-Age")]
    assert heard(whole(200, [*cors, ("Set-Cookie", "a=b")], b"", close=False))[1] == [("content-length", "0"), *ALWAYS]


def test_a_value_cannot_begin_a_line_of_its_own() -> None:
    """Nor can a name; labels in any script are readable as far as a header can be."""
    injected = [("x-model", "a\r\nset-cookie: b"), ("x\r\ny", "1"), ("x-label", "Opus 4.6 – größer")]
    _, headers, _, _ = heard(whole(200, injected, b"", close=False))
    assert headers[:2] == [("x-model", "a??set-cookie: b"), ("x-label", "Opus 4.6 ? gr??er")]


@given(
    st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=6),
    st.lists(st.binary(max_size=40), max_size=6),
)
def test_any_headers_and_pieces_are_a_stream_that_clients_read(headers: list[Header], pieces: list[bytes]) -> None:
    """An empty piece does not end it."""
    data = opening(200, headers, chunked=True, close=False) + b"".join(map(chunk, pieces)) + LAST_CHUNK
    status, told, body, rest = heard(data)
    assert (status, body, rest) == (200, b"".join(pieces), b"")
    assert [value for name, value in told if name == "transfer-encoding"] == ["chunked"]


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=6), st.binary(max_size=60))
def test_any_headers_and_body_are_an_answer_that_clients_read(headers: list[Header], body: bytes) -> None:
    """Whatever a route makes up, there is one length and it is right."""
    assert heard(whole(200, headers, body, close=False))[2:] == (body, b"")


def test_a_stream_without_chunks_ends_with_the_connection() -> None:
    """And says so."""
    assert b"connection: close" in opening(200, [], chunked=False, close=False)
