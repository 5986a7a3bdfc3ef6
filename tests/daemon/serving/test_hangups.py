"""Tests for `switchgeard.serving.hangups`."""

import socket
from collections.abc import Iterator

import pytest
import trio
import trio.testing

from switchgeard.serving.hangups import Hangups


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end and the peer's."""
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


async def blocked() -> None:
    """Everything has had its turn, the kernel's readiness included."""
    await trio.testing.wait_all_tasks_blocked(0.01)


async def test_a_full_close_is_told_though_nobody_reads_or_writes(pair: tuple[socket.socket, socket.socket]) -> None:
    """Also when unread data lies in our socket."""
    ours, theirs = pair
    gone = trio.Event()
    hangups = Hangups()
    theirs.send(b"unread")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hangups.run)
        hangups.add(ours, gone.set)
        await blocked()
        assert not gone.is_set()
        theirs.close()
        with trio.fail_after(20):
            await gone.wait()
        nursery.cancel_scope.cancel()


async def test_a_half_close_is_not_a_hang_up(pair: tuple[socket.socket, socket.socket]) -> None:
    """The peer says no more, and still listens."""
    ours, theirs = pair
    gone = trio.Event()
    hangups = Hangups()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hangups.run)
        hangups.add(ours, gone.set)
        theirs.shutdown(socket.SHUT_WR)
        await blocked()
        assert not gone.is_set()
        nursery.cancel_scope.cancel()


async def test_it_is_told_once_and_costs_no_spinning(pair: tuple[socket.socket, socket.socket]) -> None:
    """The condition stays true for ever; the watcher sleeps again."""
    ours, theirs = pair
    told: list[int] = []
    hangups = Hangups()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hangups.run)
        hangups.add(ours, lambda: told.append(1))
        theirs.close()
        await blocked()
        await blocked()
        nursery.cancel_scope.cancel()
    hangups.remove(ours)
    assert told == [1]


async def test_a_removed_socket_is_watched_no_more(pair: tuple[socket.socket, socket.socket]) -> None:
    """Its number may belong to somebody else soon."""
    ours, theirs = pair
    told: list[int] = []
    hangups = Hangups()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hangups.run)
        hangups.add(ours, lambda: told.append(1))
        hangups.remove(ours)
        hangups.remove(ours)
        theirs.close()
        await blocked()
        nursery.cancel_scope.cancel()
    assert told == []


async def test_a_half_close_is_a_hang_up_where_that_is_asked_for(pair: tuple[socket.socket, socket.socket]) -> None:
    """HTTP: data alone is none, the end of sending is."""
    ours, theirs = pair
    gone = trio.Event()
    hangups = Hangups(half=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hangups.run)
        hangups.add(ours, gone.set)
        theirs.send(b"data")
        await blocked()
        assert not gone.is_set()
        theirs.shutdown(socket.SHUT_WR)
        with trio.fail_after(20):
            await gone.wait()
        nursery.cancel_scope.cancel()
