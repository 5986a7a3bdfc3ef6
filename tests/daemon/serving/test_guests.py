"""Guests: each conversation alone, its trouble its own."""

import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest
import structlog
import trio
import trio.testing

from switchgeard.serving.guests import Guests
from switchgeard.serving.hangups import Hangups
from switchgeard.serving.writer import PeerStalled

log = structlog.get_logger("test")


class Talk:
    """A conversation that does what the test says."""

    def __init__(self, does: Callable[[], Awaitable[None]], busy: bool = False) -> None:
        self.number = 7
        self.busy = busy
        self.left = trio.Event()
        self._does = does

    async def run(self) -> None:
        async with trio.open_nursery():  # what is raised in it comes in a group, as from any conversation
            await self._does()

    def leave(self) -> None:
        self.left.set()


@contextmanager
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield ours, theirs


@pytest.mark.parametrize("trouble", [OSError(32, "gone"), PeerStalled(), ValueError("a bug of ours")])
async def test_a_conversation_that_fails_ends_alone(trouble: Exception) -> None:
    """Its client is closed, it is counted no more, and nobody else is cancelled."""
    guests: Guests[Talk] = Guests(log)

    async def fails() -> None:
        raise trouble

    with pair() as (ours, theirs):
        async with trio.open_nursery() as nursery:
            guests.welcome(nursery, Talk(fails), ours)
            other = Talk(trio.sleep_forever)
            with pair() as (second, _):
                guests.welcome(nursery, other, second)
                assert len(guests) == 2
                await trio.testing.wait_all_tasks_blocked()
                assert list(guests) == [other]
                assert theirs.recv(1) == b""
                nursery.cancel_scope.cancel()
    assert len(guests) == 0
    guests.close()


async def test_a_client_that_cannot_be_watched_is_let_go_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel watches so many of a user (max_user_watches), and the others are served."""

    def full(self: Hangups, sock: socket.socket, gone: Callable[[], None]) -> None:
        raise OSError(28, "no space")

    guests: Guests[Talk] = Guests(log)
    monkeypatch.setattr(Hangups, "add", full)
    with pair() as (ours, theirs):
        async with trio.open_nursery() as nursery:
            guests.welcome(nursery, Talk(trio.sleep_forever), ours)
        assert theirs.recv(1) == b""
    assert len(guests) == 0
    guests.close()


async def test_who_hangs_up_is_told_to_its_conversation() -> None:
    """Though it reads nothing meanwhile."""
    guests: Guests[Talk] = Guests(log)
    with pair() as (ours, theirs):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(guests.watch)
            talk = Talk(trio.sleep_forever)
            guests.welcome(nursery, talk, ours)
            await trio.testing.wait_all_tasks_blocked()
            theirs.close()
            with trio.fail_after(30):
                await talk.left.wait()
            nursery.cancel_scope.cancel()
    guests.close()


async def test_quiet_waits_for_requests_to_end_and_no_longer_than_told(autojump_clock: trio.testing.MockClock) -> None:
    """It looks again whenever one has ended; who is idle is not waited for."""
    guests: Guests[Talk] = Guests(log)
    with pair() as (ours, _), pair() as (second, _):
        async with trio.open_nursery() as nursery:
            busy, idle = Talk(trio.sleep_forever, busy=True), Talk(trio.sleep_forever)
            guests.welcome(nursery, busy, ours)
            guests.welcome(nursery, idle, second)
            began = trio.current_time()
            await guests.quiet(3.0)
            assert trio.current_time() - began == pytest.approx(3.0)

            async def ends() -> None:
                await trio.sleep(1.0)
                busy.busy = False
                guests.settled()

            nursery.start_soon(ends)
            await guests.quiet(30.0)
            assert trio.current_time() - began == pytest.approx(4.0)
            nursery.cancel_scope.cancel()
    guests.close()
