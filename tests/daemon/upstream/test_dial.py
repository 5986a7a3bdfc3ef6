"""Dialling: every address of a name is a chance, and no socket is left over."""

import gc
import socket
import ssl

import pytest
import trio

from raw_server import raw_server
from switchgear_protocol.words import FailureKind
from switchgeard.upstream.dial import Dial
from switchgeard.upstream.fault import TransportFault
from switchgeard.upstream.head import place


class TwoAddresses(trio.abc.HostnameResolver):
    """A name whose first address nobody listens at."""

    async def getaddrinfo(self, host: object, port: object, *_: object, **__: object) -> list[object]:  # type: ignore[override]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.2", "127.0.0.1")]
        return list(found)

    async def getnameinfo(self, *_: object, **__: object) -> tuple[str, str]:
        raise AssertionError("nobody asks for this")


async def hold(stream: trio.abc.Stream) -> None:
    """A server that waits for us to go, whatever we say."""
    while await stream.receive_some(4096):
        pass


async def test_the_second_address_of_a_name_serves_when_the_first_does_not() -> None:
    """IPv6 in the DNS and not in the network is the usual case."""
    before = trio.socket.set_custom_hostname_resolver(TwoAddresses())
    try:
        async with raw_server(hold) as url:
            line = await Dial(place(url.replace("127.0.0.1", "provider.test")), None).within(5)
            assert "plain" in repr(line)
            line.close()
    finally:
        trio.socket.set_custom_hostname_resolver(before)


async def test_a_line_sends_small_writes_at_once() -> None:
    """No Nagle: a request must not wait for an acknowledgement."""
    async with raw_server(hold) as url:
        line = await Dial(place(url), None).within(5)
        assert line._sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert line._sock.gettimeout() == 0
        line.close()


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example"])
async def test_a_name_that_cannot_be_one_is_not_found(host: str) -> None:
    """The resolver refuses it in a way of its own."""
    with pytest.raises(TransportFault) as caught:
        await Dial(place(f"http://{host}"), None).within(5)
    assert caught.value.failure.kind == FailureKind.UNAVAILABLE
    assert "host name not found" in caught.value.failure.message


async def test_a_cancelled_dial_leaves_no_socket() -> None:
    """Anywhere: before TCP, in the handshake. An open one would be reported when it is collected."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    async with raw_server(hold) as url:
        for seconds in (0.0, 0.001, 0.02):
            with trio.move_on_after(seconds) as scope:
                await Dial(place(url.replace("http:", "https:")), context).within(5)
            assert scope.cancelled_caught
    gc.collect()
