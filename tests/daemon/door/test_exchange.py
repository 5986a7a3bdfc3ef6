"""Tests for `switchgeard.door.exchange`: what a route may do, and what it may not."""

import socket
from collections.abc import Iterator

import pytest

from switchgeard.door.exchange import Exchange
from switchgeard.door.head import Head
from switchgeard.door.outgoing import Outgoing


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    for each in (ours, theirs):
        each.setblocking(False)
    yield ours, theirs
    ours.close()
    theirs.close()


def exchange(ours: socket.socket, method: str = "POST") -> Exchange:
    return Exchange(Head(method, "/", {}, {}), "me", b"sk-canary", False, Outgoing(ours, 1, lambda: None))


async def test_a_stream_that_was_only_announced_can_still_become_an_error(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    """Nothing of it has left: the client reads one answer, the last one."""
    ours, theirs = pair
    made = exchange(ours)
    await made.begin(200, [("content-type", "text/event-stream")])
    assert (made.begun, made.ended) == (False, False)
    await made.answer(529, [], b"{}")
    assert (made.begun, made.ended) == (True, True)
    assert theirs.recv(1000).startswith(b"HTTP/1.1 529 ")


async def test_the_head_leaves_with_the_first_piece_and_the_last_piece_with_the_end(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    """Each in one write."""
    ours, theirs = pair
    made = exchange(ours)
    await made.begin(200, [])
    with pytest.raises(BlockingIOError):
        theirs.recv(1000)
    await made.send(b"one")
    assert made.begun
    assert theirs.recv(1000).endswith(b"\r\n\r\n3\r\none\r\n")
    await made.send(b"")
    await made.end(b"two")
    assert theirs.recv(1000) == b"3\r\ntwo\r\n0\r\n\r\n"


async def test_an_empty_piece_lets_the_head_go_and_ends_nothing(pair: tuple[socket.socket, socket.socket]) -> None:
    """For a client that gives up on a silent door."""
    ours, theirs = pair
    made = exchange(ours)
    await made.begin(200, [])
    await made.send(b"")
    assert theirs.recv(1000).endswith(b"\r\n\r\n")
    await made.end()
    assert theirs.recv(1000) == b"0\r\n\r\n"


@pytest.mark.parametrize(
    "steps", ["answer answer", "send", "end", "begin send answer", "begin send begin", "answer end"]
)
async def test_an_answer_out_of_order_is_refused(pair: tuple[socket.socket, socket.socket], steps: str) -> None:
    """Before a byte of it leaves."""
    made = exchange(pair[0])
    *before, wrong = steps.split()
    calls = {
        "answer": lambda: made.answer(200, [], b""),
        "begin": lambda: made.begin(200, []),
        "send": lambda: made.send(b"x"),
        "end": lambda: made.end(),
    }
    for step in before:
        await calls[step]()
    with pytest.raises(RuntimeError, match="cannot become"):
        await calls[wrong]()


async def test_an_exchange_shows_neither_body_nor_headers(pair: tuple[socket.socket, socket.socket]) -> None:
    """It may end up in a log."""
    assert "canary" not in repr(exchange(pair[0]))
