"""Tests for `switchgeard.door.outgoing`."""

import socket

import trio
import trio.testing

from switchgeard.door.outgoing import Outgoing


async def test_two_that_send_at_once_do_not_mix() -> None:
    """A ping beside a stream: each leaves whole, in the order of asking, once the client reads."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        outgoing = Outgoing(ours, 60, lambda: None)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(outgoing.send, b"a" * 3_000_000)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(outgoing.send, b"b" * 10)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(outgoing.send, b"c" * 3_000_000)
            got = bytearray()
            while len(got) < 6_000_010:
                await trio.lowlevel.wait_readable(theirs)
                got += theirs.recv(1_000_000)
        assert bytes(got) == b"a" * 3_000_000 + b"b" * 10 + b"c" * 3_000_000


async def test_nobody_who_sends_to_a_client_that_is_gone_sees_an_error() -> None:
    """The conversation is told; where that does not cancel the sender, nothing happens."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.close()
    left: list[bool] = []
    with ours:
        await Outgoing(ours, 60, lambda: left.append(True)).send(b"x")
    assert left == [True]
