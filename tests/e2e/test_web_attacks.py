"""A web page trying: every combination of Host, Origin, token and method that a browser can be made to send.

Against the real daemon with a provider behind it: nothing but a request of our own, with a token, may reach
that provider, and no answer may ever invite a page in.
"""

import socket
from itertools import product
from pathlib import Path

import pytest
import trio

from doorway import Reply, Visitor
from world import World, world

HOSTS = {
    "ours": "127.0.0.1:{port}",
    "localhost": "localhost:{port}",
    "rebound": "evil.test:{port}",
    "another port": "127.0.0.1:1",
    "lookalike": "127.0.0.1.evil.test:{port}",
    "none": None,
}
ORIGINS = {
    "no page": None,
    "ours": "http://127.0.0.1:{port}",
    "foreign": "https://evil.test",
    "sandboxed": "null",
    "another port": "http://127.0.0.1:3000",
}
METHODS = ["GET", "POST", "HEAD", "OPTIONS"]
BODY = b'{"model": "m", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 100}'
PATHS = ["/v1/chat/completions", "/v1/messages"]


def expected(host: str, origin: str, token: bool, method: str) -> set[int]:
    """The statuses it may have."""
    if host == "none":
        return {400}
    if host not in ("ours", "localhost"):
        return {421}
    if origin not in ("no page", "ours"):
        return {403}
    if not token:
        return {401}
    return {200} if method == "POST" else {405}


async def attacked(way: World, path: str, host: str, origin: str, token: bool, method: str) -> Reply:
    port = way.door_url.rpartition(":")[2]
    sock = trio.socket.socket()
    await sock.connect(("127.0.0.1", int(port)))
    headers = {
        "host": HOSTS[host],
        "origin": ORIGINS[origin],
        "authorization": f"Bearer {way.token}" if token else None,
        "content-type": "text/plain",
        "cookie": f"token={way.token}",
    }
    if method == "OPTIONS":
        headers |= {"access-control-request-method": "POST", "access-control-request-private-network": "true"}
    visitor = Visitor(sock, "")
    told = {name: value and value.format(port=port) for name, value in headers.items()}
    await visitor.ask(path, method=method, body=BODY, headers=told)
    reply = await visitor.hear(method)
    visitor.close()
    return reply


@pytest.mark.parametrize("path", PATHS)
async def test_no_page_reaches_a_provider_or_reads_an_answer(tmp_path: Path, path: str) -> None:
    """240 requests: each is refused by the first wall it meets, or is ours and has a token."""
    async with world(tmp_path, {"a": "ok"}, door=True) as way:
        let_in = 0
        for host, origin, token, method in product(HOSTS, ORIGINS, (True, False), METHODS):
            reply = await attacked(way, path, host, origin, token, method)
            assert reply.status in expected(host, origin, token, method), (host, origin, token, method)
            assert not [name for name in reply.headers if name.startswith(("access-control", "set-cookie"))]
            let_in += reply.status == 200
            assert way.hits() == {"a": let_in}, (host, origin, token, method)
        assert let_in == 4


async def test_what_a_browser_adds_is_enough_to_be_refused(tmp_path: Path) -> None:
    """`Sec-Fetch-Site` alone: a form or an image sends no Origin."""
    async with world(tmp_path, {"a": "ok"}, door=True) as way:
        port = int(way.door_url.rpartition(":")[2])
        for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
            sock = trio.socket.socket()
            await sock.connect(("127.0.0.1", port))
            visitor = Visitor(sock, f"127.0.0.1:{port}")
            sent: dict[str, str | None] = {"authorization": f"Bearer {way.token}", "sec-fetch-site": site}
            await visitor.ask("/v1/models", headers=sent)
            assert (await visitor.hear()).status == status
            visitor.close()


async def test_the_three_walls_say_the_same(tmp_path: Path) -> None:
    """In each dialect: a page that reads a refusal, and a thief of a token, learn nothing by it."""
    async with world(tmp_path, {"a": "ok"}, door=True) as way:
        for path in PATHS:
            walls = [("rebound", "no page", True), ("ours", "foreign", True), ("ours", "no page", False)]
            replies = [await attacked(way, path, host, origin, token, "GET") for host, origin, token in walls]
            assert [reply.status for reply in replies] == [421, 403, 401]
            assert len({reply.body for reply in replies}) == 1
            assert way.token not in repr(replies)


async def test_a_revoked_token_opens_nothing_from_that_moment(tmp_path: Path) -> None:
    """On a kept connection, too: every request is asked for its token."""
    async with world(tmp_path, {"a": "ok"}, door=True) as way:
        port = int(way.door_url.rpartition(":")[2])
        sock = trio.socket.socket()
        await sock.connect(("127.0.0.1", port))
        visitor = Visitor(sock, f"127.0.0.1:{port}")
        sent: dict[str, str | None] = {"authorization": f"Bearer {way.token}"}
        await visitor.ask("/v1/models", headers=sent)
        assert (await visitor.hear()).status == 200
        await way.call("tokens/revoke", name="test")
        await visitor.ask("/v1/models", headers=sent)
        assert (await visitor.hear()).status == 401
        visitor.close()


async def test_the_unix_socket_asks_for_a_token_too(tmp_path: Path) -> None:
    """The user is the kernel's word, the program is the token's."""
    async with world(tmp_path, {"a": "ok"}, door=True) as way:
        for token, status in (("", 401), (way.token, 200)):
            sock = trio.socket.socket(socket.AF_UNIX)
            await sock.connect(str(Path(way.socket).parent / "http.sock"))
            visitor = Visitor(sock, "localhost")
            await visitor.ask("/v1/models", headers={"authorization": f"Bearer {token}"})
            assert (await visitor.hear()).status == status
            visitor.close()
        assert way.hits() == {"a": 0}
