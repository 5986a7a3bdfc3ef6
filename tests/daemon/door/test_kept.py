"""Tests for `switchgeard.door.kept`: sockets that outlive a daemon in a manager's hands."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog.testing
import trio
import trio.testing

from doorway import doorway
from switchgeard.config.settled import HTTPDoor
from switchgeard.door.kept import Kept, name_of
from switchgeard.door.listeners import bind_tcp
from switchgeard.supervised.notify import Notify


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """What hears the datagrams; `tmp_path / "n"` is its address."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(tmp_path / "n"))
        wire.setblocking(False)
        yield wire


def heard(wire: socket.socket) -> list[str]:
    """What it was told to keep and to forget since the last time: "+name", "-name"; copies are closed."""
    told: list[str] = []
    while True:
        try:
            data, fds, _, _ = socket.recv_fds(wire, 4096, 4)
        except BlockingIOError:
            return told
        for fd in fds:
            os.close(fd)
        order, name = data.decode().split("\n")
        told.append(f"{'+' if order == 'FDSTORE=1' else '-'}{name.removeprefix('FDNAME=')}")


def handed(sock: socket.socket) -> int:
    """A descriptor of its own, as a new process has it."""
    return os.dup(sock.fileno())


def refused(address: tuple[str, int]) -> bool:
    with socket.socket() as client:
        return client.connect_ex(address) != 0


async def test_what_is_bound_is_kept_and_what_the_config_drops_is_forgotten(
    tmp_path: Path, manager: socket.socket
) -> None:
    """By family and port; closing at the end is no reason to forget."""
    async with doorway(tmp_path) as way:
        way.listeners.kept = Kept(Notify(str(tmp_path / "n")))
        way.listeners.follow(HTTPDoor(None))
        heard(manager)
        way.listeners.follow(HTTPDoor(("127.0.0.1", 0)))
        first = way.port
        assert heard(manager) == [f"+http-ip4-{first}"]
        way.listeners.follow(HTTPDoor(("127.0.0.1", 0)))
        assert heard(manager) == []
        way.listeners.follow(HTTPDoor(None))
        assert heard(manager) == [f"-http-ip4-{first}"]
        way.listeners.follow(HTTPDoor(("127.0.0.1", 0)))
        assert heard(manager) == [f"+http-ip4-{way.port}"]
    assert heard(manager) == []


async def test_one_that_waits_at_the_address_wanted_is_taken(tmp_path: Path, manager: socket.socket) -> None:
    """Who connected before there was a daemon is answered; the manager has its copy and is told nothing."""
    theirs = bind_tcp("127.0.0.1", 0)
    port = theirs.getsockname()[1]
    async with doorway(tmp_path) as way:
        way.listeners.follow(HTTPDoor(None))
        way.listeners.kept = Kept(Notify(str(tmp_path / "n")))
        way.listeners.kept.receive({f"http-ip4-{port}": [handed(theirs)]})
        early = trio.socket.socket()
        await early.connect(("127.0.0.1", port))
        way.listeners.follow(HTTPDoor(("127.0.0.1", port)))
        assert way.listeners.view() == f"http://127.0.0.1:{port} and {way.listeners.path}"
        await early.send(b"GET /echo HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sgw_canary-7f3a9b2c\r\n\r\n")
        assert (await early.recv(100)).startswith(b"HTTP/1.1 200")
        early.close()
    assert heard(manager) == []
    assert not refused(("127.0.0.1", port))  # it listens on, for the next one
    theirs.close()


async def test_what_the_config_drops_stops_listening_though_the_manager_is_deaf(tmp_path: Path) -> None:
    """Else clients would wait in the backlog of its copy, and the address could not be had again."""
    async with doorway(tmp_path) as way:
        way.listeners.follow(HTTPDoor(("127.0.0.1", 0)))
        address = ("127.0.0.1", way.port)
        (sock,) = [sock for sock, _ in way.listeners._tcp.values()]
        with sock.dup():
            way.listeners.follow(HTTPDoor(None))
            assert refused(address)
            way.listeners.follow(HTTPDoor(address))
            assert way.listeners.url == f"http://127.0.0.1:{address[1]}"
            await trio.testing.wait_all_tasks_blocked()
            assert not refused(address)


async def test_who_comes_in_the_moment_it_is_dropped_does_no_harm(tmp_path: Path) -> None:
    """The accepting task is awake, for somebody who is in already, and finds the socket shut."""
    async with doorway(tmp_path) as way:
        for _ in range(30):
            way.listeners.follow(HTTPDoor(("127.0.0.1", 0)))
            await trio.testing.wait_all_tasks_blocked()
            with socket.create_connection(("127.0.0.1", way.port)):
                await trio.lowlevel.checkpoint()  # either task may be the first to go on
                way.listeners.follow(HTTPDoor(None))
                await trio.testing.wait_all_tasks_blocked()
        assert not way.door.draining


async def test_what_the_config_no_longer_names_stops_listening(tmp_path: Path, manager: socket.socket) -> None:
    """Though somebody else holds a copy: clients would wait in a backlog for ever."""
    theirs = bind_tcp("127.0.0.1", 0)
    address = theirs.getsockname()
    kept = Kept(Notify(str(tmp_path / "n")))
    kept.receive({"http-ip4-1": [handed(theirs)]})
    assert kept.take(("127.0.0.1", address[1] + 1)) is None
    kept.only([("127.0.0.1", address[1] + 1), ("::1", address[1])])
    assert refused(address)
    assert heard(manager) == ["-http-ip4-1"]
    bind_tcp(*address).close()  # and the address is free at once
    theirs.close()


def wildcard() -> socket.socket:
    return socket.create_server(("0.0.0.0", 0))


def deaf() -> socket.socket:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock


def datagrams() -> socket.socket:
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    return sock


@pytest.mark.parametrize("made", [deaf, datagrams, lambda: socket.socket(socket.AF_UNIX)])
def test_what_is_no_listening_tcp_socket_is_closed_with_a_word(
    made: Callable[[], socket.socket], tmp_path: Path, manager: socket.socket
) -> None:
    """And is not kept on."""
    with made() as theirs, structlog.testing.capture_logs() as logs:
        number = handed(theirs)
        kept = Kept(Notify(str(tmp_path / "n")))
        kept.receive({"http-x": [number]})
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)
    assert [log["why"] for log in logs] == ["it is no TCP socket that listens"]
    assert heard(manager) == ["-http-x"]


def test_a_file_is_no_socket(tmp_path: Path) -> None:
    """Nor is a number that is no descriptor."""
    with (tmp_path / "f").open("w") as file, structlog.testing.capture_logs() as logs:
        number = os.dup(file.fileno())
        Kept().receive({"http-f": [number]})
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)
    assert "non-socket" in logs[0]["why"]


def test_a_socket_open_to_the_network_is_not_the_loopback_that_is_wanted() -> None:
    """Whatever it is called: the kernel says where it listens."""
    theirs = wildcard()
    port = theirs.getsockname()[1]
    kept = Kept()
    kept.receive({f"http-ip4-{port}": [handed(theirs)]})
    assert kept.take(("127.0.0.1", port)) is None
    assert kept.take(("::1", port)) is None
    kept.only([("127.0.0.1", port)])
    assert refused(("127.0.0.1", port))
    theirs.close()


def test_twice_the_same_is_once() -> None:
    """A manager that cannot compare descriptors keeps both."""
    theirs = bind_tcp("127.0.0.1", 0)
    numbers = [handed(theirs), handed(theirs)]
    kept = Kept()
    kept.receive({"http-a": numbers})
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(numbers[1])
    taken = kept.take(("127.0.0.1", 0))  # any port of it
    assert taken is not None
    kept.only([])
    assert not refused(theirs.getsockname())
    taken.close()
    theirs.close()


def test_names_are_what_a_manager_takes() -> None:
    """ASCII and no colon, one for each address there can be."""
    with bind_tcp("127.0.0.1", 0) as four:
        assert name_of(four) == f"http-ip4-{four.getsockname()[1]}"
    if socket.has_ipv6:
        with socket.socket(socket.AF_INET6) as six:
            assert name_of(six) == "http-ip6-0"
