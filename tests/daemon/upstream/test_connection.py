"""Connections: one exchange after the other, with servers that keep to nothing but the letter."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trio
import trio.testing

from promptly import promptly
from raw_server import raw_server, request, request_head
from switchgear_protocol.words import FailureKind
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.transport import Transport, TransportFault

LARGE = bytes(range(256)) * 65_536  # 16 MiB: more than any socket buffers
REFUSAL = b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 5\r\n\r\nlarge"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def a_call(url: str, body: bytes = b"{}") -> HTTPCall:
    return HTTPCall("POST", f"{url}/v1/messages", (("x-api-key", "sk-1"),), body)


async def fetch(transport: Transport, url: str, body: bytes = b"{}") -> tuple[int, bytes]:
    """Status and body of one exchange."""
    async with transport.open(a_call(url, body), connect=5) as reply:
        return reply.status, b"".join([piece async for piece in reply.chunks()])


def saying(data: bytes) -> Callable[[trio.abc.Stream], object]:
    """A server whose answer is `data`, in one piece, and then the end."""

    async def converse(stream: trio.abc.Stream) -> None:
        await request(stream)
        await stream.send_all(data)

    return converse


# a reply that comes before the whole request was written


async def test_a_refusal_of_a_large_request_is_heard_while_it_is_written() -> None:
    """The server reads no further and waits; so would we, for ever."""

    async def converse(stream: trio.abc.Stream) -> None:
        await request_head(stream)
        await stream.send_all(REFUSAL)
        await trio.sleep_forever()

    transport = Transport()
    async with raw_server(converse) as url:
        with trio.fail_after(30):
            assert await fetch(transport, url, LARGE) == (413, b"large")
    assert transport.idle == 0


async def test_a_refusal_before_a_close_is_heard() -> None:
    """What we write meets a closed socket; why it was closed has been said."""

    async def converse(stream: trio.abc.Stream) -> None:
        await request_head(stream)
        await stream.send_all(REFUSAL)
        await stream.send_eof()  # type: ignore[attr-defined]
        while await stream.receive_some(65_536):
            pass

    transport = Transport()
    async with raw_server(converse) as url:
        with trio.fail_after(30):
            assert await fetch(transport, url, LARGE) == (413, b"large")
    assert transport.idle == 0


async def test_an_early_success_still_gets_the_whole_request() -> None:
    """A server may begin to answer, or say 103, while it reads."""
    got: list[bytes] = []

    async def converse(stream: trio.abc.Stream) -> None:
        _, _, body = (await request_head(stream)).partition(b"\r\n\r\n")
        await stream.send_all(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")
        while len(body) < len(LARGE):
            body += await stream.receive_some(1 << 20)
        got.append(body)
        await stream.send_all(b"ok")
        await stream.receive_some(1)

    transport = Transport()
    async with raw_server(converse) as url:
        with trio.fail_after(30):
            assert await fetch(transport, url, LARGE) == (200, b"ok")
        assert transport.idle == 1
        await transport.aclose()
    assert got == [LARGE]


async def test_a_close_while_the_request_is_written_is_said_to_be_before_it_was_sent() -> None:
    """Half a request cannot have been billed."""

    async def converse(stream: trio.abc.Stream) -> None:
        await request_head(stream)

    async with raw_server(converse) as url:
        with pytest.raises(TransportFault) as caught:
            await fetch(Transport(), url, LARGE)
    failure = caught.value.failure
    assert (failure.kind, failure.code, failure.sent) == (FailureKind.UNAVAILABLE, "write", False)


async def test_a_large_request_arrives_as_it_was() -> None:
    """Also when it goes out in many pieces."""
    got: list[bytes] = []

    async def converse(stream: trio.abc.Stream) -> None:
        for _ in range(2):
            got.append(await request(stream))
            await stream.send_all(OK)

    transport = Transport()
    async with raw_server(converse) as url:
        assert await fetch(transport, url, LARGE) == (200, b"ok")
        assert await fetch(transport, url, b"small") == (200, b"ok")
        await transport.aclose()
    assert got == [LARGE, b"small"]


# replies of all sorts


@pytest.mark.parametrize(
    ("data", "kept", "body"),
    [
        (OK, 1, b"ok"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 1, b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 1, b""),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-sum: 1\r\n\r\n", 1, b"ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nok", 0, b"ok"),
        (b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nok", 0, b"ok"),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok", 0, b"ok"),
        (OK + b"HTTP/1.1 200 OK\r\n\r\n", 0, b"ok"),
        (OK + b"\r\n", 0, b"ok"),
    ],
)
async def test_only_a_clean_exchange_keeps_its_connection(data: bytes, kept: int, body: bytes) -> None:
    """Whatever else was said, or said too much, ends with its connection."""

    async def converse(stream: trio.abc.Stream) -> None:
        await request(stream)
        await stream.send_all(data)
        if kept:
            await stream.receive_some(1)

    transport = Transport()
    async with raw_server(converse) as url:
        assert (await fetch(transport, url))[1] == body
        assert transport.idle == kept
        await transport.aclose()


async def test_chunks_that_came_together_are_handed_on_together() -> None:
    """One piece for a hundred of them."""
    chunks = b"".join(b"5\r\n%05d\r\n" % n for n in range(100))
    data = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    transport = Transport()
    async with raw_server(saying(data)) as url:  # type: ignore[arg-type]
        async with transport.open(a_call(url), connect=5) as reply:
            pieces = [piece async for piece in reply.chunks()]
        await transport.aclose()
    assert pieces == [b"".join(b"%05d" % n for n in range(100))]


async def test_no_piece_is_larger_than_64_kib() -> None:
    """Whatever a chunk's size says."""
    data = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(LARGE), LARGE)
    transport = Transport()
    async with raw_server(saying(data)) as url:  # type: ignore[arg-type]
        async with transport.open(a_call(url), connect=5) as reply:
            pieces = [piece async for piece in reply.chunks()]
        await transport.aclose()
    assert b"".join(pieces) == LARGE
    assert max(map(len, pieces)) <= 65_536


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok", FailureKind.UNAVAILABLE, "7 bytes before the end"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nok", FailureKind.UNAVAILABLE, "in the middle"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nokay", FailureKind.PROTOCOL, "framing"),
        (b"HTTP/1.1 200 O", FailureKind.UNAVAILABLE, "reply's head"),
        (b"", FailureKind.UNAVAILABLE, "without a reply"),
        (b"SMTP ready", FailureKind.PROTOCOL, "not an HTTP reply"),
    ],
)
async def test_what_is_no_whole_reply_says_how_it_ended(data: bytes, kind: FailureKind, words: str) -> None:
    """In words a user can make something of; the request may have been billed."""
    async with raw_server(saying(data)) as url:  # type: ignore[arg-type]
        with pytest.raises(TransportFault) as caught:
            await fetch(Transport(), url)
    assert (caught.value.failure.kind, caught.value.failure.sent) == (kind, True)
    assert words in caught.value.failure.message


async def test_a_kept_connection_that_dies_in_a_replys_head_is_not_tried_again() -> None:
    """A server that began to answer has taken the request."""
    asked = 0

    async def converse(stream: trio.abc.Stream) -> None:
        nonlocal asked
        for answer in (OK, b"HTTP/1.1 2"):
            await request(stream)
            asked += 1
            await stream.send_all(answer)

    transport = Transport()
    async with raw_server(converse) as url:
        await fetch(transport, url)
        with pytest.raises(TransportFault, match="reply's head"):
            await fetch(transport, url)
    assert asked == 2


async def test_a_body_once_broken_is_never_whole_again() -> None:
    """Bytes behind broken framing may look like its end; the next answer would be somebody else's."""

    async def converse(stream: trio.abc.Stream) -> None:
        await request(stream)
        await stream.send_all(b"HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n2\r\noh")
        await trio.testing.wait_all_tasks_blocked(0.01)
        await stream.send_all(b"no")
        await trio.testing.wait_all_tasks_blocked()
        await stream.send_all(b"\r\n0\r\n\r\n")
        await stream.receive_some(1)

    transport = Transport()
    async with raw_server(converse) as url:
        async with transport.open(a_call(url), connect=5) as reply:
            assert (reply.status, await reply.head()) == (500, b"oh")
        assert transport.idle == 0


async def test_a_wait_for_the_next_piece_can_be_given_up_and_taken_up_again() -> None:
    """Nothing is lost: what had not come was not taken."""
    go = trio.Event()

    async def converse(stream: trio.abc.Stream) -> None:
        await request(stream)
        await stream.send_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab")
        await go.wait()
        await stream.send_all(b"cd")
        await stream.receive_some(1)

    transport = Transport()
    async with raw_server(converse) as url:
        async with transport.open(a_call(url), connect=5) as reply:
            pieces = reply.chunks()
            assert await anext(pieces) == b"ab"
            with trio.move_on_after(0.01) as given_up:
                await anext(pieces)
            go.set()
            assert [piece async for piece in pieces] == [b"cd"]
        assert given_up.cancelled_caught
        assert transport.idle == 1
        await transport.aclose()


# the same over TLS


@pytest.fixture
def secured(tmp_path: Path) -> tuple[ssl.SSLContext, Callable[[], ssl.SSLContext]]:
    """(a server's context, what a client needs to trust it)."""
    certificates = pytest.importorskip("certificates", reason="certificates are made with cryptography")
    certificate = certificates.Certificate(tmp_path)
    return certificate.server(), certificate.trusting


Secured = tuple[ssl.SSLContext, Callable[[], ssl.SSLContext]]


async def test_large_bodies_go_both_ways_over_tls(secured: Secured) -> None:
    """Records are a quarter of a piece, and a refused one is offered again unchanged."""
    server, trusting = secured
    got: list[bytes] = []

    async def converse(stream: trio.abc.Stream) -> None:
        for _ in range(2):
            got.append(await request(stream))
            await stream.send_all(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(LARGE), LARGE))

    transport = Transport(context=trusting)
    async with raw_server(converse, server) as url:
        for _ in range(2):
            status, body = await fetch(transport, url, LARGE)
            assert (status, body == LARGE) == (200, True)
        await transport.aclose()
    assert [body == LARGE for body in got] == [True, True]


async def test_a_refusal_is_heard_over_tls_too(secured: Secured) -> None:
    """Reading while a record waits to be written."""
    server, trusting = secured

    async def converse(stream: trio.abc.Stream) -> None:
        await request_head(stream)
        await stream.send_all(REFUSAL)
        await trio.sleep_forever()

    async with raw_server(converse, server) as url:
        with trio.fail_after(30):
            assert await fetch(Transport(context=trusting), url, LARGE) == (413, b"large")


async def test_a_cancelled_exchange_over_tls_says_no_goodbye(secured: Secured) -> None:
    """A server that reads nothing must not keep us: the socket is closed at once."""
    server, trusting = secured
    asked, gone = trio.Event(), trio.Event()

    async def converse(stream: trio.abc.Stream) -> None:
        await request(stream)
        asked.set()
        try:
            await stream.receive_some(1)
        except trio.BrokenResourceError:  # the end of TCP without one of TLS
            gone.set()

    async with raw_server(converse, server) as url, trio.open_nursery() as nursery:
        nursery.start_soon(fetch, Transport(context=trusting), url)
        await asked.wait()
        nursery.cancel_scope.cancel()
        with trio.CancelScope(shield=True), promptly(0.25):
            await gone.wait()
    assert gone.is_set()


async def test_an_end_of_tcp_without_one_of_tls_is_a_cut(secured: Secured) -> None:
    """Where the framing says that more should come."""
    server, trusting = secured
    data = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok"
    async with raw_server(saying(data), server) as url:  # type: ignore[arg-type]
        with pytest.raises(TransportFault, match="7 bytes before the end"):
            await fetch(Transport(context=trusting), url)
