"""Redirect: the listener on 127.0.0.1 that hears the browser come back, once.

Rules for editing: any page in the browser can reach it, so only `GET /auth/callback` with our own Host and the right
`state` means something, and nothing else ends the login. Bounded in connections, bytes and time; no word
of a request is repeated.
"""

import hmac
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs, urlsplit

import trio

PATH = "/auth/callback"
HEAD = 16_384  # bytes
PATIENCE = 10.0  # seconds for one request
MOST = 32  # connections at a time; the oldest goes, for any user of this machine may open them
DONE = "You can close this page and go back to the terminal."

Query = dict[str, str]


async def heard(listeners: list[trio.SocketListener], port: int, state: str) -> Query:
    """The query the browser came back with. The listeners are closed then."""
    found: list[Query] = []
    open_ones: list[trio.CancelScope] = []
    async with trio.open_nursery() as nursery:

        def take(query: Query) -> None:
            if not found:
                found.append(query)

        async def answer(stream: trio.SocketStream) -> None:
            with trio.CancelScope() as scope:
                open_ones.append(scope)
                for oldest in open_ones[:-MOST]:
                    oldest.cancel()
                await _answer(stream, port, state, take)
            open_ones.remove(scope)
            if found:
                nursery.cancel_scope.cancel()

        nursery.start_soon(partial(trio.serve_listeners, answer, listeners))
    return found[0]


async def _answer(stream: trio.SocketStream, port: int, state: str, take: Callable[[Query], None]) -> None:
    with trio.move_on_after(PATIENCE):
        try:
            query = asked(await _head(stream), port, state)
            if query is not None:  # heard, whether or not the browser waits for the page
                take(query)
            words, status = (DONE, "200 OK") if query is not None else ("There is nothing here.", "404 Not Found")
            await stream.send_all(_page(status, words))
        except trio.BrokenResourceError:
            return
        finally:
            await trio.aclose_forcefully(stream)


async def _head(stream: trio.SocketStream) -> bytes:
    head = bytearray()
    while b"\r\n\r\n" not in head and len(head) < HEAD:
        if not (piece := await stream.receive_some(4096)):
            break
        head += piece
    return bytes(head)


def asked(head: bytes, port: int, state: str) -> Query | None:
    """The query of the one request that is meant for us; None for any other."""
    line, _, rest = head.partition(b"\r\n")
    words = line.decode("latin-1").split(" ")
    if len(words) != 3 or words[0] != "GET" or b"\r\n\r\n" not in head:
        return None
    fields = [field.partition(b":") for field in rest.lower().split(b"\r\n")]
    hosts = [value.strip() for name, _, value in fields if name == b"host"]
    if hosts not in ([f"127.0.0.1:{port}".encode()], [f"localhost:{port}".encode()]):
        return None
    return _ours(words[1], state)


def _ours(target: str, state: str) -> Query | None:
    try:
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query, max_num_fields=20).items()}
    except ValueError:
        return None
    same = hmac.compare_digest(query.get("state", "").encode(), state.encode())
    return query if parts.path == PATH and same else None


def _page(status: str, words: str) -> bytes:
    body = words.encode()
    lines = (
        f"HTTP/1.1 {status}", "content-type: text/plain; charset=utf-8", f"content-length: {len(body)}",
        "cache-control: no-store", "referrer-policy: no-referrer", "connection: close", "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode() + body
