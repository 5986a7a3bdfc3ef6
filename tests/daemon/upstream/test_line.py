"""Lines: bytes over a socket that never blocks, plain and TLS."""

import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio

from switchgeard.upstream.dial import Dial
from switchgeard.upstream.head import place
from switchgeard.upstream.line import PIECE, Line

RESET = struct.pack("ii", 1, 0)


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Line, socket.socket]]:
    """A line and its far end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        far, _ = listener.accept()
    near.setblocking(False)
    line = Line(near)
    yield line, far
    line.close()
    far.close()


Pair = tuple[Line, socket.socket]


async def test_what_comes_is_received_and_an_end_is_empty(pair: Pair) -> None:
    """In one piece of at most 64 KiB."""
    line, far = pair
    far.sendall(b"hello")
    assert await line.receive() == b"hello"
    far.close()
    assert await line.receive() == b""


async def test_no_piece_is_larger_than_asked_for(pair: Pair) -> None:
    """However much lies there."""
    line, far = pair
    far.sendall(bytes(2 * PIECE))
    first = await line.receive()
    assert 0 < len(first) <= PIECE


async def test_a_reset_is_an_error(pair: Pair) -> None:
    """Of the system's own kind; whoever reads makes a failure of it."""
    line, far = pair
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    far.close()
    with pytest.raises(ConnectionResetError):
        await line.receive()


async def test_what_the_system_does_not_take_at_once_is_told(pair: Pair) -> None:
    """And goes out when the far end reads."""
    line, far = pair
    whole = bytes(range(256)) * 65_536
    left = line.send_now(memoryview(whole))
    assert 0 < len(left) < len(whole)
    heard = bytearray()

    def read() -> None:
        while len(heard) < len(whole):
            heard.extend(far.recv(1 << 20))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, read)
        await line.send(left)
    assert heard == whole


async def test_a_line_that_rests_is_not_stirred(pair: Pair) -> None:
    """Nothing came."""
    assert not pair[0].stirred()


@pytest.mark.parametrize("end", ["data", "fin", "rst"])
async def test_whatever_comes_on_a_resting_line_stirs_it(pair: Pair, end: str) -> None:
    """A goodbye, a reset, a 408 that nobody asked for."""
    line, far = pair
    if end == "data":
        far.sendall(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
    elif end == "rst":
        far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        far.close()
    else:
        far.close()
    await trio.lowlevel.wait_readable(line._sock)
    assert line.stirred()


async def test_session_tickets_do_not_stir_a_line(tmp_path: Path) -> None:
    """TLS 1.3 servers send them behind the handshake, unasked; the goodbye behind them does."""
    certificates = pytest.importorskip("certificates", reason="certificates are made with cryptography")
    certificate = certificates.Certificate(tmp_path)
    context = certificate.server()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    go = threading.Event()

    def serve() -> None:  # not trio's stream: that holds the tickets back until there is something to say
        accepted, _ = listener.accept()
        with context.wrap_socket(accepted, server_side=True):
            go.wait(5)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, serve)
            where = place(f"https://127.0.0.1:{listener.getsockname()[1]}")
            line = await Dial(where, certificate.trusting()).within(5)
            await trio.lowlevel.wait_readable(line._sock)
            assert not line.stirred()
            go.set()
            await trio.lowlevel.wait_readable(line._sock)
            assert line.stirred()
            line.close()
