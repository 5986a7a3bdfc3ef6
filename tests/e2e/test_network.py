"""The network between us and the providers: sign-in pages, dead addresses, redirects to strangers."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from fake_clock import ManualClock
from standins.faults import Fault, redirect
from standins.standin import StandIn
from switchgeard.demo.exchange import Answer, Asked, Pause, chunked
from switchgeard.demo.wires import Said, frame, stream
from switchgeard.upstream.call import HTTPCall
from switchgeard.upstream.transport import Transport
from world import HASTY, World, world

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


async def test_a_certificate_nobody_trusts_gets_no_request(tmp_path: Path) -> None:
    """F22: the handshake fails, the next offer answers, the credential never left; nothing is tried without checks."""
    certificates = pytest.importorskip("certificates", reason="certificates are made with cryptography")
    imposter = StandIn("ok", tls=certificates.Certificate(tmp_path).server())
    async with world(tmp_path, {"a": imposter, "b": "ok"}) as w:
        heard = await w.ask()
        assert heard.outcomes == [("a", "unavailable"), ("b", None)]
        assert heard.result is not None
        assert "certificate" in heard.result["attempts"][0]["reason"]
        assert w.hits() == {"a": 0, "b": 1}


async def test_a_host_without_an_address_is_left_at_once(tmp_path: Path) -> None:
    """F22: the name does not resolve; the client only sees the next offer's answer."""
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w, resolving():
        await moved(w, "http://no-such-host.test")
        assert (await w.ask()).outcomes == [("a", "unavailable"), ("b", None)]


async def moved(w: World, url: str, connect: str = "5s") -> None:
    """A's address is another one from now on."""
    config = w.home / "config.toml"
    text = config.read_text().replace(
        f'base_url = "{w.standins["a"].url}"', f'base_url = "{url}"\ninsecure_http = true'
    )
    config.write_text(text.replace('connect = "30s"', f'connect = "{connect}"', 1))
    assert (await w.call("config/reload"))["ok"]


def trickling(whole: int, seconds: float) -> Fault:
    """The first `whole` events at once, the rest byte by byte, one every so many seconds."""

    def answer(asked: Asked, said: Said) -> Answer:
        events = [frame(payload, asked.wire) for payload in stream(said, asked.wire, asked.model)]
        rest = b"".join(events[whole:])
        drops = [step for byte in rest for step in (bytes([byte]), Pause(seconds))]
        return chunked([*events[:whole], *drops])

    return answer


async def test_a_drip_that_makes_no_event_in_time_is_no_answer(tmp_path: Path) -> None:
    """F21: bytes alone are not life; before any content the next offer answers."""
    async with world(tmp_path, {"a": trickling(0, 0.05), "b": "ok"}, timeouts=HASTY) as w:
        heard = await w.ask()
        assert heard.outcomes == [("a", "timeout"), ("b", None)]
        assert heard.text == HELLO


async def test_a_drip_in_the_middle_of_an_answer_is_a_cut(tmp_path: Path) -> None:
    """F21: content came, then an event took longer than the idle limit: marked restart, whole answer."""
    async with world(tmp_path, {"a": trickling(4, 0.05), "b": "ok"}, timeouts=HASTY) as w:
        heard = await w.ask(on_interrupt="restart")
        assert heard.outcomes == [("a", "timeout"), ("b", None)]
        assert heard.types.count("restarted") == 1
        assert heard.text == heard.answer == HELLO


async def test_a_slow_stream_with_an_event_in_every_idle_limit_is_left_alone(tmp_path: Path) -> None:
    """F21: half as long again as the limit in all, and still one attempt."""
    said = Said(text=tuple("Hello from"), pace=0.15)
    async with world(tmp_path, {"a": StandIn("ok", said), "b": "ok"}, timeouts=HASTY) as w:
        heard = await w.ask()
        assert heard.outcomes == [("a", None)]
        assert heard.answer == "Hello from"


@contextmanager
def full(host: str, port: int = 0) -> Iterator[int]:
    """A port on `host` whose backlog is full: dialling it hangs."""
    with socket.socket() as listener:
        listener.bind((host, port))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(8)]
        for filler in waiting:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for filler in waiting:
            filler.close()


class Named(trio.abc.HostnameResolver):
    """A resolver that gives every name these addresses, in this order; with none it knows no name."""

    def __init__(self, *hosts: str) -> None:
        self._hosts = hosts

    async def getaddrinfo(self, host: Any, port: Any, *_: object, **__: object) -> list[Any]:
        if not self._hosts:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
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
    async with StandIn("ok").serving() as standin, resolving("127.0.0.2", "127.0.0.1"):
        with full("127.0.0.2", int(standin.url.rpartition(":")[2])) as port:
            transport, begun = Transport(), trio.current_time()
            call = HTTPCall("POST", f"http://two-homes.test:{port}/v1/messages", (), b'{"stream":true}')
            async with transport.open(call, connect=5.0) as reply:
                took = trio.current_time() - begun
                assert reply.status == 200
            await transport.aclose()
    assert 0.2 < took < 4.0


async def test_a_black_hole_is_left_at_the_connect_limit_of_all_its_addresses(tmp_path: Path) -> None:
    """F23: the limit is for the dial as a whole, however many addresses there are; then the next offer answers."""
    with full("127.0.0.2") as port:
        async with (
            world(tmp_path, {"a": "ok", "b": "ok"}) as w,
            resolving(*["127.0.0.2"] * 40),
        ):
            await moved(w, f"http://many-homes.test:{port}", connect="400ms")
            begun = trio.current_time()
            heard = await w.ask()
            assert heard.outcomes == [("a", "timeout"), ("b", None)]
            assert 0.3 < trio.current_time() - begun < 8.0  # a quarter of a second for each would be ten
