"""Tests for `switchgeard.serving.writer`."""

import socket
from collections.abc import Iterator

import pytest
import trio
import trio.testing
from trio.testing import MockClock

from switchgear_protocol.limits import Limits
from switchgeard.serving.writer import PeerStalled, Writer

SMALL = Limits(outgoing=1000, unread=60.0)


class Wire:
    """A connected pair: the writer's end, and the client's."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.ours.setblocking(False)
        self.theirs.setblocking(False)

    def read(self, many: int = 1 << 20) -> bytes:
        try:
            return self.theirs.recv(many)
        except BlockingIOError:
            return b""

    def clog(self) -> int:
        """Fill the kernel's buffer; how much it took."""
        taken = 0
        try:
            while True:
                taken += self.ours.send(b"x" * 4096)
        except BlockingIOError:
            return taken

    async def read_exactly(self, many: int) -> bytes:
        data = bytearray()
        while len(data) < many:
            await trio.lowlevel.wait_readable(self.theirs)
            data += self.read(many - len(data))
        return bytes(data)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Two ends of a Unix socket."""
    wire = Wire()
    yield wire
    wire.ours.close()
    wire.theirs.close()


def test_a_frame_leaves_at_once_when_nothing_waits(wire: Wire) -> None:
    """No task switch: the bytes are there when `post` returns."""
    writer = Writer(wire.ours)
    writer.post(b"pong")
    assert wire.read() == b"pong"
    assert (writer.waiting, writer.free) == (0, True)


async def test_what_the_kernel_does_not_take_follows_in_order(wire: Wire) -> None:
    """Frames of several senders leave whole, one after the other."""
    writer = Writer(wire.ours, SMALL)
    clogged = wire.clog()
    writer.post(b"a" * 600)
    writer.post(b"b" * 600)
    assert repr(writer) == "<Writer: 1200 bytes waiting>"
    async with trio.open_nursery() as nursery:
        nursery.start_soon(writer.run)
        data = await wire.read_exactly(clogged + 1200)
        nursery.cancel_scope.cancel()
    assert data[clogged:] == b"a" * 600 + b"b" * 600


async def test_senders_wait_in_line_while_the_buffer_is_full(wire: Wire) -> None:
    """Back-pressure: at most one frame above the mark waits, however many senders there are."""
    writer = Writer(wire.ours, SMALL)
    clogged = wire.clog()
    posted: list[int] = []
    most = 0

    async def send(number: int) -> None:
        nonlocal most
        await writer.room()
        writer.post(bytes([number]) * 900)
        posted.append(number)
        most = max(most, writer.waiting)

    async with trio.open_nursery() as nursery:
        for number in range(10):
            nursery.start_soon(send, number)
        await trio.testing.wait_all_tasks_blocked()
        assert len(posted) == 2
        nursery.start_soon(writer.run)
        data = await wire.read_exactly(clogged + 9000)
        await writer.flush()
        nursery.cancel_scope.cancel()
    assert most <= SMALL.outgoing + 900
    assert data[clogged:] == b"".join(bytes([number]) * 900 for number in posted)


async def test_a_client_that_reads_nothing_is_given_up_after_a_minute(wire: Wire, autojump_clock: MockClock) -> None:
    """60 s with data waiting and not one byte taken."""
    writer = Writer(wire.ours, SMALL)
    wire.clog()
    writer.post(b"more")
    started = trio.current_time()
    with pytest.raises(PeerStalled):
        await writer.run()
    assert trio.current_time() - started == pytest.approx(60.0)


async def test_a_client_that_reads_slowly_is_kept(wire: Wire, autojump_clock: MockClock) -> None:
    """Too little every 50 s to make the socket "writable" still counts as reading."""
    writer = Writer(wire.ours, Limits(outgoing=1 << 20))
    wire.clog()
    writer.post(b"y" * 200_000)

    async def sip() -> None:
        for _ in range(3):
            await trio.sleep(50)
            wire.read(60_000)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(writer.run)
        await sip()
        assert writer.waiting < 200_000
        nursery.cancel_scope.cancel()


async def test_silence_costs_nothing_while_nothing_waits(wire: Wire, autojump_clock: MockClock) -> None:
    """Patience runs only while there is something to read."""
    writer = Writer(wire.ours, SMALL)
    with trio.move_on_after(10_000) as scope:
        await writer.run()
    assert scope.cancelled_caught
    assert trio.current_time() >= 10_000


def test_a_peer_that_is_gone_is_an_error_of_the_system(wire: Wire) -> None:
    """BrokenPipeError, no signal."""
    writer = Writer(wire.ours)
    wire.theirs.close()
    with pytest.raises(BrokenPipeError):
        writer.post(b"anyone?")


async def test_flushing_nothing_returns_at_once(wire: Wire) -> None:
    """There is nothing to wait for."""
    writer = Writer(wire.ours)
    await writer.flush()
    assert writer.waiting == 0
