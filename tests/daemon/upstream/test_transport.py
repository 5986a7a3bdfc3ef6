"""The transport: every way a dial or a reply can go wrong, over real loopback sockets."""

import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from promptly import promptly
from standins.faults import FAULTS, redirect
from standins.standin import StandIn
from switchgear_protocol.words import FailureKind, Scope
from switchgeard.core.failure import Failure
from switchgeard.demo.exchange import Answer, Asked, Send, head, sized
from switchgeard.demo.wires import Said
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.transport import Transport, TransportFault

BODY = b'{"model":"m-1","stream":true,"messages":[]}'
CANARY = "sk-CANARY0123456789abcdef"


def a_call(url: str, body: bytes = BODY) -> HTTPCall:
    """A completion asked of the stand-in at `url`."""
    headers = (("authorization", f"Bearer {CANARY}"), ("content-type", "application/json"))
    return HTTPCall("POST", f"{url}/v1/chat/completions", headers, body)


async def fetch(transport: Transport, url: str) -> bytes:
    """One whole exchange."""
    async with transport.open(a_call(url), connect=5) as reply:
        return b"".join([chunk async for chunk in reply.chunks()])


async def failing(transport: Transport, url: str, connect: float = 5.0) -> Failure:
    """The failure of an exchange that must not succeed."""
    with pytest.raises(TransportFault) as caught:
        async with transport.open(a_call(url), connect=connect) as reply:
            async for _ in reply.chunks():
                pass
    assert CANARY not in f"{caught.value!r} {caught.value.failure!r}"
    return caught.value.failure


@asynccontextmanager
async def black_hole() -> AsyncIterator[str]:
    """A port whose backlog is full: dialling it hangs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(8)]
        for filler in waiting:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for filler in waiting:
            filler.close()


# dialling


async def test_a_refused_connection_says_that_nothing_listens() -> None:
    """Nothing was sent, so nothing can have been billed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    failure = await failing(Transport(), url)
    assert (failure.kind, failure.scope) == (FailureKind.UNAVAILABLE, Scope.ENDPOINT)
    assert failure.refused
    assert not failure.sent


async def test_a_dial_into_nowhere_ends_at_the_connect_limit() -> None:
    """The limit is kept by the transport itself."""
    async with black_hole() as url:
        with trio.fail_after(30):
            failure = await failing(Transport(), url, connect=0.1)
    assert (failure.kind, failure.scope, failure.sent) == (FailureKind.TIMEOUT, Scope.ENDPOINT, False)


class Nameless(trio.abc.HostnameResolver):
    """A resolver that knows no name."""

    async def getaddrinfo(self, *_: object, **__: object) -> list[object]:  # type: ignore[override]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def getnameinfo(self, *_: object, **__: object) -> tuple[str, str]:
        raise AssertionError("nobody asks for this")


async def test_an_unknown_host_name_is_the_endpoints_trouble() -> None:
    """DNS failing is said as such."""
    before = trio.socket.set_custom_hostname_resolver(Nameless())
    try:
        failure = await failing(Transport(), "http://provider.invalid")
    finally:
        trio.socket.set_custom_hostname_resolver(before)
    assert (failure.kind, failure.scope) == (FailureKind.UNAVAILABLE, Scope.ENDPOINT)
    assert "host name" in failure.message


class NoDescriptors(trio.abc.SocketFactory):
    """A process at its descriptor limit."""

    def socket(self, *_: object, **__: object) -> trio.socket.SocketType:
        raise OSError(errno.EMFILE, "Too many open files")


async def test_running_out_of_descriptors_blames_no_provider() -> None:
    """Our own limit must not mark an endpoint as down."""
    before = trio.socket.set_custom_socket_factory(NoDescriptors())
    try:
        failure = await failing(Transport(), "http://127.0.0.1:9")
    finally:
        trio.socket.set_custom_socket_factory(before)
    assert (failure.kind, failure.scope) == (FailureKind.LOCAL, Scope.NONE)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project's environment must not see our credentials."""
    async with StandIn().serving() as proxy, StandIn().serving() as standin:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        transport = Transport()
        assert b"[DONE]" in await fetch(transport, standin.url)
        await transport.aclose()
    assert proxy.connections == 0


# the reply's head


async def test_a_redirect_is_a_reply_and_never_followed() -> None:
    """The second server sees not even a connection, so it cannot see the credential."""
    async with StandIn().serving() as elsewhere, StandIn(redirect(elsewhere.url)).serving() as standin:
        transport = Transport()
        async with transport.open(a_call(standin.url), connect=5) as reply:
            assert reply.status == 307
            assert reply.headers["location"] == elsewhere.url
        await transport.aclose()
    assert (standin.hits, elsewhere.connections) == (1, 0)


@pytest.mark.parametrize("name", ["eof", "rst", "eof_in_head"])
async def test_an_end_before_the_reply_may_have_been_billed(name: str) -> None:
    """The request had left us whole, and a new connection is never retried."""
    async with StandIn(name).serving() as standin:
        failure = await failing(Transport(), standin.url)
    assert (failure.kind, failure.scope, failure.sent) == (FailureKind.UNAVAILABLE, Scope.ENDPOINT, True)
    assert standin.hits == 1


@pytest.mark.parametrize("name", ["header_flood", "not_http"])
async def test_what_is_not_http_is_garbled(name: str) -> None:
    """Floods of headers end at h11's limit."""
    async with StandIn(name).serving() as standin:
        failure = await failing(Transport(), standin.url)
    assert (failure.kind, failure.scope) == (FailureKind.PROTOCOL, Scope.OFFER)


async def test_header_names_are_lower_case_and_duplicates_joined() -> None:
    """As every reader of headers in the core expects them."""

    def answer(asked: Asked, said: Said) -> Answer:
        return sized(200, b"{}", (("Retry-After", "7"), ("X-Thing", "a"), ("retry-after", "30")))

    transport = Transport()
    async with StandIn(answer).serving() as standin, transport.open(a_call(standin.url), connect=5) as reply:
        assert reply.headers["retry-after"] == "7, 30"
        assert reply.headers["x-thing"] == "a"
    await transport.aclose()


# the reply's body


@pytest.mark.parametrize("name", ["gzip", "bomb"])
async def test_an_encoded_answer_is_refused(name: str) -> None:
    """Identity was asked for; nothing is ever inflated."""
    async with StandIn(name).serving() as standin:
        failure = await failing(Transport(), standin.url)
    assert failure.kind == FailureKind.PROTOCOL
    assert "gzip" in failure.message


async def test_an_encoded_error_still_has_its_status() -> None:
    """A gateway that compresses its 503 is a gateway that said 503."""
    encoded = Answer((Send(head(503, (("content-encoding", "br"), ("content-length", "3"))) + b"\x01\x02\x03"),))
    transport = Transport()
    async with StandIn(lambda asked, said: encoded).serving() as standin:
        async with transport.open(a_call(standin.url), connect=5) as reply:
            assert (reply.status, await reply.head()) == (503, b"")
        await transport.aclose()


@pytest.mark.parametrize("name", ["cut_text_dirty", "cut_text_rst"])
async def test_a_dirty_cut_raises_after_what_had_come(name: str) -> None:
    """The chunks before it are delivered first."""
    transport, got = Transport(), b""
    async with StandIn(name).serving() as standin:
        with pytest.raises(TransportFault) as caught:
            async with transport.open(a_call(standin.url), connect=5) as reply:
                async for chunk in reply.chunks():
                    got += chunk
    assert b"data: " in got
    assert (caught.value.failure.kind, caught.value.failure.sent) == (FailureKind.UNAVAILABLE, True)
    assert transport.idle == 0


async def test_the_head_of_an_errors_body_is_bounded_and_never_raises() -> None:
    """Its status counts, whatever becomes of the body."""
    transport = Transport()
    async with StandIn(["huge_body", "cut_text_rst"]).serving() as standin:
        async with transport.open(a_call(standin.url), connect=5) as reply:
            assert len(await reply.head(100_000)) == 100_000
        async with transport.open(a_call(standin.url), connect=5) as reply:
            assert (await reply.head()).startswith(b"data: ")
    assert transport.idle == 0


# leaving


@pytest.mark.parametrize("name", ["hang", "hang_event", "hang_text", "pings_for_ever"])
async def test_cancelling_closes_the_socket_at_once(name: str) -> None:
    """The provider sees us leave within a quarter of a second, wherever we were."""
    transport = Transport()
    async with StandIn(name).serving() as standin:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fetch, transport, standin.url)
            await standin.until(lambda s: s.hits == 1)
            nursery.cancel_scope.cancel()
        with promptly(0.25):
            await standin.until(lambda s: s.open == 0)
    assert (standin.disconnects, transport.idle) == (1, 0)


async def test_leaving_in_the_middle_closes_the_connection() -> None:
    """No warning, no leak: an answer half read is never put back."""
    transport = Transport()
    async with StandIn("hang_text").serving() as standin:
        for _ in range(30):
            async with transport.open(a_call(standin.url), connect=5) as reply:
                async for _chunk in reply.chunks():
                    break
        with trio.fail_after(30):
            await standin.until(lambda s: s.open == 0)
    assert (standin.disconnects, transport.idle) == (30, 0)


async def test_a_consumers_own_error_closes_too_and_is_kept() -> None:
    """What went wrong above comes out unchanged."""
    transport = Transport()
    async with StandIn().serving() as standin:
        with pytest.raises(KeyError):
            async with transport.open(a_call(standin.url), connect=5):
                raise KeyError
        with trio.fail_after(30):
            await standin.until(lambda s: s.open == 0)
    assert transport.idle == 0


# keeping connections


async def test_a_connection_is_kept_and_used_again() -> None:
    """Five calls, one dial."""
    transport = Transport()
    async with StandIn().serving() as standin:
        for _ in range(5):
            await fetch(transport, standin.url)
        assert (standin.connections, transport.idle) == (1, 1)
        await transport.aclose()
        with trio.fail_after(30):
            await standin.until(lambda s: s.open == 0)


async def test_stopping_at_the_terminal_marker_keeps_the_connection() -> None:
    """The end of the framing behind [DONE] is read on leaving: the next call saves a handshake."""
    transport = Transport()
    async with StandIn().serving() as standin:
        for _ in range(3):
            seen = b""
            async with transport.open(a_call(standin.url), connect=5) as reply:
                async for chunk in reply.chunks():
                    seen += chunk
                    if b"[DONE]" in seen:
                        break
        await transport.aclose()
    assert standin.connections == 1


async def test_a_kept_connection_the_far_end_closed_is_replaced() -> None:
    """Nobody above notices."""

    def closing(asked: Asked, said: Said) -> Answer:
        return Answer(FAULTS["ok"](asked, said).steps, "fin")

    transport = Transport()
    async with StandIn(closing).serving() as standin:
        for _ in range(3):
            assert b"[DONE]" in await fetch(transport, standin.url)
        await transport.aclose()
    assert standin.connections == 3


@pytest.mark.parametrize("death", ["eof", "rst"])
async def test_a_kept_connection_that_dies_on_use_is_tried_once_more(death: str) -> None:
    """The far end closed it while our request was under way; nothing had been received."""
    transport = Transport()
    async with StandIn(["ok", death, "ok"]).serving() as standin:
        await fetch(transport, standin.url)
        assert b"[DONE]" in await fetch(transport, standin.url)
        await transport.aclose()
    assert (standin.hits, standin.connections) == (3, 2)


async def test_a_second_death_is_a_failure() -> None:
    """Once, not until it works."""
    transport = Transport()
    async with StandIn(["ok", "eof", "eof", "ok"]).serving() as standin:
        await fetch(transport, standin.url)
        failure = await failing(transport, standin.url)
    assert (failure.kind, standin.hits) == (FailureKind.UNAVAILABLE, 3)


async def test_garbage_on_a_kept_connection_is_not_retried() -> None:
    """Something was received."""
    transport = Transport()
    async with StandIn(["ok", "not_http", "ok"]).serving() as standin:
        await fetch(transport, standin.url)
        failure = await failing(transport, standin.url)
    assert (failure.kind, standin.hits) == (FailureKind.PROTOCOL, 2)


async def test_sixty_four_at_once_all_answer_and_few_are_kept() -> None:
    """Each has its own connection; idle ones are bounded."""
    transport, answers = Transport(idle_per_origin=4), list[bytes]()

    async def one() -> None:
        for _ in range(3):
            answers.append(await fetch(transport, standin.url))

    async with StandIn().serving() as standin:
        async with trio.open_nursery() as nursery:
            for _ in range(64):
                nursery.start_soon(one)
        assert transport.idle <= 4
        await transport.aclose()
    assert len(answers) == 192
    assert all(b"[DONE]" in answer for answer in answers)


async def test_idle_connections_are_bounded_over_all_origins() -> None:
    """The oldest one of the fullest origin makes room."""
    transport = Transport(idle_total=2)
    async with StandIn().serving() as one, StandIn().serving() as two, StandIn().serving() as three:
        for standin in (one, two, three):
            await fetch(transport, standin.url)
        assert transport.idle == 2
        await transport.aclose()
