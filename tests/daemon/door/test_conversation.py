"""Tests for `switchgeard.door.conversation`: one connection, over real sockets."""

from pathlib import Path

import pytest
import structlog.testing
import trio
import trio.testing

from doorway import doorway
from switchgeard.door.limits import Limits
from switchgeard.serving.intake import Intake


async def test_a_connection_is_kept_for_the_next_request(tmp_path: Path) -> None:
    """Three requests, one connection, each with its own body."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        for number in range(3):
            await visitor.ask(method="POST", body=b"%d" % number)
            reply = await visitor.hear()
            assert (reply.status, reply.body, reply.whole) == (200, b"%d" % number, True)
            assert "connection" not in reply.headers
        assert way.door.connections == 1


async def test_every_answer_forbids_sniffing_and_storing(tmp_path: Path) -> None:
    """Answers, streams and refusals alike; none has a CORS header or a cookie."""
    async with doorway(tmp_path) as way:
        asked: list[tuple[str, dict[str, str | None]]] = [
            ("/echo", {}),
            ("/stream", {}),
            ("/bug", {}),
            ("/echo", {"authorization": None}),
        ]
        for path, headers in asked:
            reply = await way.once(path, headers=headers)
            assert (reply.headers["x-content-type-options"], reply.headers["cache-control"]) == ("nosniff", "no-store")
            assert not [name for name in reply.headers if name.startswith(("access-control", "set-cookie"))]


async def test_a_stream_is_chunked_and_its_end_is_marked(tmp_path: Path) -> None:
    """The head leaves with the first piece, the last piece with the end; the connection is kept."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        for _ in range(2):
            await visitor.ask("/stream")
            reply = await visitor.hear()
            assert (reply.status, reply.body, reply.whole, reply.chunked) == (200, b"one two three", True, True)


async def test_http_1_0_gets_a_stream_that_ends_with_the_connection(tmp_path: Path) -> None:
    """No chunks, for a client that knows none."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask("/stream", version="1.0")
        data = await visitor.rest()
        head, _, body = data.partition(b"\r\n\r\n")
        assert body == b"one two three"
        assert b"transfer-encoding" not in head
        assert b"connection: close" in head


async def test_a_cut_stream_never_looks_whole_to_http_1_0_either(tmp_path: Path) -> None:
    """Its connection is reset, because a clean end would be the mark of the whole."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask("/bug-late", version="1.0")
        with pytest.raises(ConnectionResetError), trio.fail_after(30):
            while await visitor.sock.recv(65536):
                pass


async def test_head_gets_the_head_only(tmp_path: Path) -> None:
    """With the length the body would have; the connection stays in step."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        for path in ("/echo", "/stream", "/echo"):
            await visitor.ask(path, method="HEAD")
            reply = await visitor.hear("HEAD")
            assert (reply.status, reply.body, reply.whole) == (200, b"", True)
        assert reply.headers["content-length"] == "2"
        assert len(way.served) == 3


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_a_client_that_wants_to_close_is_let_go(tmp_path: Path, version: str) -> None:
    """`Connection: close`, or a version without kept connections: one answer, then the end."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask(headers={"connection": "close" if version == "1.1" else None}, version=version)
        reply = await visitor.hear()
        assert (reply.status, reply.headers["connection"]) == (200, "close")
        assert await visitor.receive() == b""


async def test_pipelined_requests_are_not_served(tmp_path: Path) -> None:
    """The first is answered, the connection closed; nobody is left guessing which answer is whose."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        one = visitor.request("/echo", "POST", b"1", {})
        await visitor.send(one + one)
        reply = await visitor.hear()
        assert (reply.body, reply.headers["connection"]) == (b"1", "close")
        assert await visitor.rest() == b""
        assert len(way.served) == 1


async def test_a_body_in_chunks_is_put_together(tmp_path: Path) -> None:
    """However it is cut, crumbs of one byte included."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask(method="POST", headers={"transfer-encoding": "chunked"})
        text = b"the quick brown fox" * 10
        await visitor.send(b"".join(b"1\r\n%c\r\n" % byte for byte in text))
        await visitor.send(b"4;ext=1\r\nend.\r\n0\r\ntrailer: x\r\n\r\n")
        assert (await visitor.hear()).body == text + b"end."
        await visitor.ask()
        assert (await visitor.hear()).status == 200


async def test_a_client_that_waits_is_told_to_go_on_once_it_is_let_in(tmp_path: Path) -> None:
    """`Expect: 100-continue`: 100 after admission, and not at all for a stranger."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask(method="POST", headers={"expect": "100-continue", "content-length": "4"})
        assert await visitor.receive() == b"HTTP/1.1 100 Continue\r\n\r\n"
        await visitor.send(b"body")
        assert (await visitor.hear()).body == b"body"
        stranger = await way.visit()
        waiting = {"expect": "100-continue", "content-length": "4", "authorization": "Bearer no"}
        await stranger.ask(method="POST", headers=waiting)
        reply = await stranger.hear()
        assert (reply.status, reply.informed) == (401, [])


async def test_a_client_that_waits_for_anything_else_is_refused(tmp_path: Path) -> None:
    """417: there is one expectation in HTTP."""
    async with doorway(tmp_path) as way:
        assert (await way.once(method="POST", body=b"x", headers={"expect": "mercy"})).status == 417


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
async def test_a_compressed_body_is_refused_and_not_read(tmp_path: Path, coding: str) -> None:
    """415: a small one can hold gigabytes. `identity` says that it is none."""
    async with doorway(tmp_path) as way:
        assert (await way.once(method="POST", body=b"x", headers={"content-encoding": coding})).status == 415
        assert (await way.once(method="POST", body=b"x", headers={"content-encoding": "Identity"})).status == 200


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT"])
async def test_methods_for_pages_and_mirrors_reach_no_route(tmp_path: Path, method: str) -> None:
    """Also with a token: a preflight never gets a yes."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask(method=method)
        reply = await visitor.hear()
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, POST")
        assert way.served == []


async def test_an_upgrade_is_an_ordinary_request(tmp_path: Path) -> None:
    """A route says no to it in HTTP, and the client falls back."""
    async with doorway(tmp_path) as way:
        reply = await way.once(headers={"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"})
        assert (reply.status, way.served[0].head.headers["upgrade"]) == (200, "websocket")


# --- what is not let in -----------------------------------------------------------------------------


async def test_nothing_of_a_body_is_awaited_before_its_sender_is_let_in(tmp_path: Path) -> None:
    """The refusal comes although 50 MB were announced and none sent; and it closes."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask(method="POST", headers={"authorization": None, "content-length": "50000000"})
        reply = await visitor.hear()
        assert (reply.status, reply.headers["connection"]) == (401, "close")
        assert way.served == []


async def test_a_refused_client_that_keeps_sending_still_reads_why(tmp_path: Path) -> None:
    """Closing on unread bytes would reset the connection and destroy the answer."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        request = visitor.request("/echo", "POST", b"x" * 1_000_000, {"authorization": "Bearer wrong"})
        await visitor.send(request)
        reply = await visitor.hear()
        assert (reply.status, reply.whole) == (401, True)


async def test_a_body_over_the_limit_is_refused_by_its_length(tmp_path: Path) -> None:
    """413 before anything of it is read."""
    async with doorway(tmp_path, Limits(body=1000)) as way:
        visitor = await way.visit()
        await visitor.ask(method="POST", headers={"content-length": "1001"})
        assert (await visitor.hear()).status == 413
        assert (await way.once(method="POST", body=b"x" * 1000)).status == 200


async def test_a_body_over_the_limit_is_refused_though_it_hides_its_length(tmp_path: Path) -> None:
    """Chunks are counted."""
    async with doorway(tmp_path, Limits(body=1000)) as way:
        visitor = await way.visit()
        await visitor.ask(method="POST", headers={"transfer-encoding": "chunked"})
        await visitor.send(b"1f4\r\n" + b"x" * 500 + b"\r\n")
        await visitor.send(b"1f5\r\n" + b"x" * 501 + b"\r\n")
        assert (await visitor.hear()).status == 413
        assert way.served == []


async def test_a_head_over_the_limit_is_refused(tmp_path: Path) -> None:
    """431, for bytes as for lines."""
    async with doorway(tmp_path, Limits(head=2000, headers=20)) as way:
        visitor = await way.visit()
        await visitor.send(b"GET / HTTP/1.1\r\nx-long: " + b"x" * 3000)
        assert (await visitor.hear()).status == 431
        assert (await way.once(headers={f"x-{number}": "1" for number in range(19)})).status == 431
        assert (await way.once(headers={f"x-{number}": "1" for number in range(18)})).status == 200


GARBAGE = {
    "no http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and so on\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
    "length and chunks": b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n"
    b"\r\n0\r\n\r\n",
    "negative length": b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
    "endless length": b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: " + b"9" * 5000 + b"\r\n\r\n",
    "a proxy's request": b"GET http://evil.test/ HTTP/1.1\r\nhost: evil.test\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nhost: localhost\r\nx : y\r\n\r\n",
    "a NUL": b"GET / HTTP/1.1\r\nhost: localhost\r\nx: \x00\r\n\r\n",
    "a thousand parameters": b"GET /?" + b"a=1&" * 1000 + b" HTTP/1.1\r\nhost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("sent", GARBAGE.values(), ids=GARBAGE.keys())
async def test_what_is_no_request_is_answered_400_and_hung_up_on(tmp_path: Path, sent: bytes) -> None:
    """No route hears of it, and the next client is served."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.send(sent)
        reply = await visitor.hear()
        assert (reply.status, reply.whole, reply.headers["connection"]) == (400, True, "close")
        assert await visitor.receive() == b""
        assert way.served == []
        assert (await way.once()).status == 200


@pytest.mark.parametrize(("line", "status"), [(b"GET / HTTP/3.0", 505), (b"GET / HTTP/0.9", 505)])
async def test_other_versions_are_refused(tmp_path: Path, line: bytes, status: int) -> None:
    """505, in the words of ours."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.send(line + b"\r\nhost: localhost\r\n\r\n")
        assert (await visitor.hear()).status == status


async def test_other_transfer_codings_are_refused(tmp_path: Path) -> None:
    """501: only chunks are read."""
    async with doorway(tmp_path) as way:
        assert (await way.once(method="POST", headers={"transfer-encoding": "gzip, chunked"})).status == 501


async def test_a_broken_chunk_is_answered_400(tmp_path: Path) -> None:
    """No route sees half a body."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask(method="POST", headers={"transfer-encoding": "chunked"})
        await visitor.send(b"zz\r\n")
        assert (await visitor.hear()).status == 400
        assert way.served == []


async def test_large_bodies_are_turned_away_while_too_much_is_held(tmp_path: Path) -> None:
    """503 with a time; small ones pass; and all is counted down again."""
    intake = Intake(2_000_000)
    async with doorway(tmp_path, intake=intake) as way:
        first, other = await way.visit(), await way.visit()
        await first.ask("/wait", method="POST", body=b"x" * 1_900_000)
        await way.until_served(1)
        await other.ask("/wait", method="POST", body=b"x" * 900_000)
        await way.until_served(2)
        assert intake.held == 2_800_000
        second = await way.visit()
        await second.ask(method="POST", headers={"content-length": "2000000"})
        refused = await second.hear()
        assert (refused.status, refused.headers["retry-after"]) == (503, "2")
        assert (await way.once(method="POST", body=b"small")).status == 200
        way.release.set()
        assert [(await each.hear()).status for each in (first, other)] == [200, 200]
        assert intake.held == 0


# --- bugs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/bug", "/bug-in-a-nursery", "/bug-held", "/silent"])
async def test_a_bug_before_the_answer_is_a_500_without_its_words(tmp_path: Path, path: str) -> None:
    """In the log its type and place, nowhere what a user may have sent."""
    with structlog.testing.capture_logs() as logs:
        async with doorway(tmp_path) as way:
            reply = await way.once(path)
            assert (reply.status, reply.whole, reply.headers["connection"]) == (500, True, "close")
            assert (await way.once()).status == 200
    bugs = [log for log in logs if log["event"] == "request.bug"]
    assert len(bugs) == 1
    assert "canary" not in repr((reply, logs))


async def test_a_bug_after_content_cuts_the_stream(tmp_path: Path) -> None:
    """What was said stands, its end is not marked."""
    async with doorway(tmp_path) as way:
        reply = await way.once("/bug-late")
        assert (reply.status, reply.body, reply.whole) == (200, b"begun", False)


async def test_a_second_answer_is_a_bug_of_the_route(tmp_path: Path) -> None:
    """The client reads the first one, and nothing after it."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask("/twice")
        assert (await visitor.hear()).body == b"{}"
        assert await visitor.rest() == b""


async def test_what_belongs_to_a_refusal_goes_with_it_in_any_words(tmp_path: Path) -> None:
    """`Allow`, `Retry-After` and `WWW-Authenticate` are HTTP's, whatever the dialect of the body."""
    async with doorway(tmp_path, refuse=lambda head, refusal: (refusal.status, b"", ())) as way:
        assert (await way.once(method="OPTIONS")).headers["allow"] == "GET, HEAD, POST"
        refused = (await way.once(headers={"authorization": None})).headers
        assert refused["www-authenticate"] == "Bearer"
        assert refused["x-should-retry"] == "false"


async def test_refusals_are_told_in_the_words_of_the_routes(tmp_path: Path) -> None:
    """By the head they belong to; where those fail, neutrally."""
    with structlog.testing.capture_logs():
        async with doorway(
            tmp_path, refuse=lambda head, refusal: (402, head.path.encode(), (("x-kind", refusal.kind),))
        ) as way:
            reply = await way.once("/bug")
            assert (reply.status, reply.body, reply.headers["x-kind"]) == (402, b"/bug", "internal")
        async with doorway(tmp_path, refuse=lambda head, refusal: 1 // 0) as way:  # type: ignore[arg-type, return-value]
            reply = await way.once("/bug")
            assert (reply.status, b"internal" in reply.body) == (500, True)
