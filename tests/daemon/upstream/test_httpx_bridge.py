"""The bridge: a real httpx.AsyncClient over our own connections."""

import socket
from collections.abc import AsyncIterator

import httpx  # noqa: TID251 - what the bridge is for
import pytest

from standins.standin import StandIn
from switchgeard.upstream.httpx_bridge import Bridge
from switchgeard.upstream.transport import Transport

ASKED = {"model": "m-1", "stream": True, "messages": []}


async def test_a_get_and_a_streamed_post_share_a_connection_with_completions() -> None:
    """Headers, status, JSON and the pieces of a stream all arrive; closing the client closes nothing."""
    transport = Transport()
    async with StandIn().serving() as standin:
        async with httpx.AsyncClient(transport=Bridge(transport), base_url=standin.url) as client:
            listed = await client.get("/v1/models?limit=2", headers={"authorization": "Bearer sk-1"})
            async with client.stream("POST", "/v1/chat/completions", json=ASKED) as response:
                text = b"".join([piece async for piece in response.aiter_raw()])
        assert (listed.status_code, response.status_code) == (200, 200)
        assert [model["id"] for model in listed.json()["data"]] == ["gpt-5.5", "claude-opus-4-6"]
        assert text.endswith(b"data: [DONE]\n\n")
        assert response.headers["content-type"].startswith("text/event-stream")
        assert (standin.connections, transport.idle) == (1, 1)
        assert [asked.header("accept-encoding") for asked in standin.asked] == ["identity"]
        assert [asked.json for asked in standin.asked] == [ASKED]
        await transport.aclose()


async def test_a_body_that_is_streamed_out_arrives_whole() -> None:
    """It is read first, so that a connection found dead can be replaced."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"model":'
        yield b'"m-1"}'

    transport = Transport()
    async with StandIn().serving() as standin, httpx.AsyncClient(transport=Bridge(transport)) as client:
        await client.post(f"{standin.url}/v1/chat/completions", content=pieces())
        assert [asked.body for asked in standin.asked] == [b'{"model":"m-1"}']
        await transport.aclose()


async def test_leaving_a_stream_in_the_middle_closes_its_connection() -> None:
    """As everywhere else in the transport."""
    transport = Transport()
    async with StandIn("hang_text").serving() as standin, httpx.AsyncClient(transport=Bridge(transport)) as client:
        async with client.stream("POST", f"{standin.url}/v1/chat/completions", json=ASKED) as response:
            assert response.status_code == 200
        await standin.until(lambda s: s.open == 0)
    assert transport.idle == 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [("eof", httpx.ReadError), ("not_http", httpx.RemoteProtocolError), ("gzip", httpx.RemoteProtocolError)],
)
async def test_trouble_is_said_in_httpx_s_words(fault: str, error: type[Exception]) -> None:
    """Whoever uses httpx catches its errors."""
    transport = Transport()
    async with StandIn(fault).serving() as standin, httpx.AsyncClient(transport=Bridge(transport)) as client:
        with pytest.raises(error):
            await client.post(f"{standin.url}/v1/chat/completions", json=ASKED)
        await transport.aclose()


async def test_a_refused_connection_is_a_connect_error() -> None:
    """Nothing listens there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    async with httpx.AsyncClient(transport=Bridge(Transport())) as client:
        with pytest.raises(httpx.ConnectError, match="nothing listens"):
            await client.get(url)


@pytest.mark.parametrize("fault", ["hang", "hang_text"])
async def test_httpx_s_read_limit_holds(fault: str) -> None:
    """Before the head and between two pieces."""
    limits = httpx.Timeout(0.02, connect=0.05)
    async with StandIn(fault).serving() as standin:
        async with httpx.AsyncClient(transport=Bridge(Transport()), timeout=limits) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.post(f"{standin.url}/v1/chat/completions", json=ASKED)
        await standin.until(lambda s: s.open == 0)
    assert standin.hits == 1
