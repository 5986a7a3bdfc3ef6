"""A server that does exactly what one function says, for what no well-behaved stand-in would do."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio

Conversation = Callable[[trio.abc.Stream], Awaitable[None]]


@asynccontextmanager
async def raw_server(converse: Conversation, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve while the block runs; the URL. Each connection is closed when `converse` is through with it."""

    async def accepted(raw: trio.SocketStream) -> None:
        stream: trio.abc.Stream = trio.SSLStream(raw, tls, server_side=True) if tls else raw
        try:
            await converse(stream)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client is under test, and may do this
        finally:
            raw.socket.close()

    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, accepted, listeners)
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        nursery.cancel_scope.cancel()


async def request_head(stream: trio.abc.Stream) -> bytes:
    """What has come up to the end of a request's head, and maybe more."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        data = await stream.receive_some(4096)
        if not data:
            raise trio.BrokenResourceError
        heard += data
    return heard


async def request(stream: trio.abc.Stream) -> bytes:
    """One request's body, whole."""
    return (await whole_request(stream))[1]


async def whole_request(stream: trio.abc.Stream) -> tuple[bytes, bytes]:
    """One request's head and body."""
    head, _, body = (await request_head(stream)).partition(b"\r\n\r\n")
    size = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < size:
        data = await stream.receive_some(65_536)
        if not data:
            raise trio.BrokenResourceError
        body += data
    return head, body
