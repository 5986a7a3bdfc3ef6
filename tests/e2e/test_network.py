"""The network between us and the providers: sign-in pages, dead addresses, redirects to strangers."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import trio

from fake_clock import ManualClock
from switchgeard.demo.faults import redirect
from switchgeard.demo.standin import StandIn
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.transport import Transport
from world import world

HELLO = "Hello from a stand-in provider."


async def test_pages_from_two_providers_at_once_are_called_a_sign_in_page(tmp_path: Path) -> None:
    """F15: not one provider's trouble but the network's; the error says so and what to do, and so does an event."""
    async with world(tmp_path, {"a": "html_200", "b": "html_200"}) as w:
        heard = await w.ask()
        assert heard.error is not None
        assert heard.kind == "exhausted"
        assert "captive portal" in heard.error["data"]["detail"]
        assert "browser" in heard.error["data"]["hint"]
        replay = await w.call("events/subscribe", since=0, types=["network"])
        assert ["captive portal" in event["reason"] for event in replay["replayed"]] == [True]


async def test_a_page_from_one_provider_is_that_providers_trouble(tmp_path: Path) -> None:
    """F15: nothing is said of the network when another provider answers, or answered with a page long ago."""
    async with world(tmp_path, {"a": "html_200", "b": ["ok", "html_200"]}) as w:
        w.daemon.at.now = hand = ManualClock()
        assert (await w.ask()).answer == HELLO
        hand.advance(11)
        await w.call("providers/pause", provider="a")
        heard = await w.ask()
        assert heard.error is not None
        assert "captive portal" not in heard.error["data"]["detail"]


async def test_a_redirect_leads_nobody_to_a_stranger(tmp_path: Path) -> None:
    """F27: the server it points to is never dialled, so it never sees the credential."""
    stranger = StandIn("ok")
    async with (
        stranger.serving(),
        world(tmp_path, {"a": redirect(f"{stranger.url}/v1/messages"), "b": "ok"}) as w,
    ):
        heard = await w.ask()
        assert heard.outcomes == [("a", "protocol"), ("b", None)]
        assert stranger.connections == 0


@contextmanager
def full(host: str) -> Iterator[int]:
    """A port on `host` whose backlog is full: dialling it hangs."""
    with socket.socket() as listener:
        listener.bind((host, 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(8)]
        for filler in waiting:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for filler in waiting:
            filler.close()


class Named(trio.abc.HostnameResolver):
    """A resolver that gives a name these addresses, in this order."""

    def __init__(self, *hosts: str) -> None:
        self._hosts = hosts

    async def getaddrinfo(self, host: Any, port: Any, *_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (name, port)) for name in self._hosts]

    async def getnameinfo(self, *_: object, **__: object) -> tuple[str, str]:
        raise AssertionError("nobody asks for this")


@asynccontextmanager
async def resolving(*hosts: str) -> AsyncIterator[None]:
    before = trio.socket.set_custom_hostname_resolver(Named(*hosts))
    try:
        yield
    finally:
        trio.socket.set_custom_hostname_resolver(before)


async def test_a_dead_address_of_a_host_does_not_hold_up_the_next(tmp_path: Path) -> None:
    """F23: the second address is dialled a quarter of a second later, not after a limit has passed."""
    with full("127.0.0.2") as port:
        standin = StandIn("ok")
        async with resolving("127.0.0.2", "127.0.0.1"), trio.open_nursery() as nursery:
            await nursery.start(standin.serve, port)
            transport, begun = Transport(), trio.current_time()
            call = HTTPCall("POST", f"http://two-homes.test:{port}/v1/messages", (), b'{"stream":true}')
            async with transport.open(call, connect=5.0) as reply:
                took = trio.current_time() - begun
                assert reply.status == 200
            await transport.aclose()
            nursery.cancel_scope.cancel()
    assert 0.2 < took < 2.0


async def test_a_black_hole_is_left_at_the_connect_limit_of_all_its_addresses(tmp_path: Path) -> None:
    """F23: the limit is for the dial as a whole, however many addresses there are; then the next offer answers."""
    with full("127.0.0.2") as port:
        async with world(tmp_path, {"a": "ok", "b": "ok"}) as w, resolving("127.0.0.2", "127.0.0.2", "127.0.0.2"):
            config = tmp_path / "config.toml"
            elsewhere = f'http://many-homes.test:{port}"\ninsecure_http = true#'
            text = config.read_text().replace(w.standins["a"].url, elsewhere, 1)
            config.write_text(text.replace('connect = "2s"', 'connect = "400ms"', 1))
            assert (await w.call("config/reload"))["ok"]
            begun = trio.current_time()
            heard = await w.ask()
            assert heard.outcomes == [("a", "timeout"), ("b", None)]
            assert 0.3 < trio.current_time() - begun < 1.5
