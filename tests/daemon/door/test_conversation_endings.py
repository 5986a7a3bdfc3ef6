"""Tests for `switchgeard.door.conversation`: clients that are late, that leave, that do not read."""

import socket
import struct
from pathlib import Path

import pytest
import structlog.testing
import trio
import trio.testing
from trio.testing import MockClock

from doorway import TOKEN, Reply, Visitor, doorway
from promptly import promptly
from switchgeard.serving.intake import Intake


async def dripping(visitor: Visitor, piece: bytes) -> Reply:
    """The answer to who sends a little more every second."""

    async def drip() -> None:
        while True:
            await trio.sleep(1)
            await visitor.send(piece)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(drip)
        reply = await visitor.hear()
        nursery.cancel_scope.cancel()
    return reply


# --- time --------------------------------------------------------------------------------------------


async def test_a_silent_connection_is_closed_without_a_word(tmp_path: Path, autojump_clock: MockClock) -> None:
    """After ten seconds at first, after two minutes once it has asked something."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        started = trio.current_time()
        with trio.fail_after(30):
            assert await visitor.sock.recv(1) == b""
        assert trio.current_time() - started == pytest.approx(10, abs=0.1)
        visitor = await way.visit()
        await visitor.ask()
        assert (await visitor.hear()).status == 200
        started = trio.current_time()
        with trio.fail_after(200):
            assert await visitor.sock.recv(1) == b""
        assert trio.current_time() - started == pytest.approx(120, abs=0.1)


async def test_a_head_that_drips_is_given_up(tmp_path: Path, autojump_clock: MockClock) -> None:
    """A header every second moves no deadline: 408 after ten."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        started = trio.current_time()
        await visitor.send(b"GET / HTTP/1.1\r\n")
        assert (await dripping(visitor, b"x: y\r\n")).status == 408
        assert trio.current_time() - started == pytest.approx(10, abs=1)


async def test_a_body_that_drips_is_given_up(tmp_path: Path, autojump_clock: MockClock) -> None:
    """A byte every second earns next to no time."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        started = trio.current_time()
        await visitor.ask(method="POST", headers={"content-length": "1000"})
        assert (await dripping(visitor, b"x")).status == 408
        assert trio.current_time() - started == pytest.approx(10, abs=1)
        assert way.served == []


async def test_a_large_body_over_a_slow_line_has_its_time(tmp_path: Path, autojump_clock: MockClock) -> None:
    """64 KiB a second for half a minute is faster than the limit asks."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask(method="POST", headers={"content-length": str(30 * 65536)})
        for _ in range(30):
            await trio.sleep(1)
            await visitor.send(b"x" * 65536)
        assert len((await visitor.hear()).body) == 30 * 65536


async def test_an_answer_may_take_as_long_as_it_takes(tmp_path: Path, autojump_clock: MockClock) -> None:
    """The limits are the client's, not the route's."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask("/wait")
        await way.until_served(1)
        await trio.sleep(3600)
        way.release.set()
        with trio.fail_after(30):
            assert (await visitor.hear()).status == 200


async def test_a_client_that_reads_nothing_is_dropped(tmp_path: Path, autojump_clock: MockClock) -> None:
    """After a minute with a full socket; its route is cancelled, with no error of its own to handle."""
    with structlog.testing.capture_logs() as logs:
        async with doorway(tmp_path) as way:
            visitor = await way.visit_unix()  # TCP buffers grow by a clock of their own
            started = trio.current_time()
            await visitor.ask("/flood")
            await way.until_ended(patience=300)
            assert trio.current_time() - started == pytest.approx(60, abs=1)
            await way.until_connections(0)
    assert [log["reason"] for log in logs if log["event"] == "connection.dropped"] == ["client reads nothing"]


# --- leaving -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["close", "reset", "half"])
@pytest.mark.parametrize("path", ["/wait", "/wait-late", "/flood"])
async def test_a_client_that_leaves_cancels_its_request_at_once(tmp_path: Path, how: str, path: str) -> None:
    """Though the route says and hears nothing meanwhile; EOF alone is leaving, too."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask(path)
        await way.until_served(1)
        if how == "half":
            visitor.sock.shutdown(socket.SHUT_WR)
        elif how == "reset":
            visitor.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if how != "half":
            visitor.close()
        with promptly(0.25):
            await way.until_ended()
        await way.until_connections(0)
        assert way.door.connections == 0


async def test_a_client_that_leaves_in_the_middle_of_its_request_is_forgotten(tmp_path: Path) -> None:
    """In the head, in the body, in a chunk: no route hears of it, nothing is counted on."""
    intake = Intake(1_000_000)
    async with doorway(tmp_path, intake=intake) as way:
        for part in (
            b"GET / HT",
            b"GET /",
            b"POST / HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer %b\r\ncontent-length: 9\r\n\r\nabc"
            % TOKEN.encode(),
        ):
            visitor = await way.visit()
            await visitor.send(part)
            await trio.testing.wait_all_tasks_blocked(0.01)
            visitor.close()
            await way.until_connections(0)
        assert (way.served, intake.held) == ([], 0)


async def test_a_slow_reader_holds_its_route_back(tmp_path: Path) -> None:
    """No more is sent than the kernel takes."""
    async with doorway(tmp_path) as way:
        visitor = await way.visit()
        await visitor.ask("/flood")
        await trio.testing.wait_all_tasks_blocked(0.05)
        before = way.sent
        await trio.testing.wait_all_tasks_blocked(0.05)
        assert 0 < before == way.sent < 32 * 1024 * 1024
        bystander = await way.once()
        assert bystander.status == 200


async def test_a_large_answer_arrives_whole(tmp_path: Path) -> None:
    """Larger than any socket's buffer."""
    async with doorway(tmp_path) as way:
        reply = await way.once("/many")
        assert (reply.whole, reply.body == b"x" * 3_000_000) == (True, True)
