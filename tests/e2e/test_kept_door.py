"""The HTTP door over a restart under a service manager: its port listens on, and nobody is refused."""

import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from activated import Listening, notified
from daemon_process import START_LIMIT, Home, home

DOOR = '[http]\nlisten = "127.0.0.1:{}"\nunix = false\n'


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as made:
        made.configure(DOOR.format(free_port()))
        yield made


@pytest.fixture
def wire(place: Home) -> Iterator[socket.socket]:
    with notified(place.path / "n") as made:
        yield made


@pytest.fixture
def listening(place: Home) -> Iterator[Listening]:
    made = Listening(place)
    yield made
    made.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def started(listening: Listening, place: Home, wire: socket.socket) -> int:
    """A daemon that serves, told by itself; the port of its door."""
    listening.start(NOTIFY_SOCKET=str(place.path / "n"))
    listening.hear(wire, "READY=1")
    return port_of(place)


def port_of(place: Home) -> int:
    return int(place.call("status")["http"].rpartition(":")[2])


def open_at(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def asked(port: int, token: str) -> int:
    """One request on a connection of its own; its status."""
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        door.request("GET", "/v1/models", headers={"authorization": f"Bearer {token}"})
        return door.getresponse().status
    finally:
        door.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_who_connects_between_two_daemons_is_answered(
    place: Home, listening: Listening, wire: socket.socket, number: signal.Signals
) -> None:
    """Told to leave or killed: the connection waits in the backlog, and the next daemon takes it."""
    port = started(listening, place, wire)
    token = place.call("tokens/create", name="t")["token"]
    assert [name for name, _ in listening.kept] == [f"http-ip4-{port}"]
    assert place.process is not None
    place.process.send_signal(number)
    place.process.wait(30)
    between = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    between.request("GET", "/v1/models", headers={"authorization": f"Bearer {token}"})
    assert started(listening, place, wire) == port
    assert between.getresponse().status == 200
    between.close()
    assert [name for name, _ in listening.kept] == [f"http-ip4-{port}"]
    assert asked(port, token) == 200


def test_nobody_is_refused_while_it_is_restarted(place: Home, listening: Listening, wire: socket.socket) -> None:
    """Four threads ask, each time on a new connection, over three restarts: an answer, or a 503 that says when."""
    port = started(listening, place, wire)
    token = place.call("tokens/create", name="t")["token"]
    heard: list[int] = []
    faults: list[str] = []
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            try:
                heard.append(asked(port, token))
            except OSError as error:
                faults.append(repr(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    try:
        for _ in range(3):
            before = len(heard)
            while len(heard) < before + 20 and not faults:
                assert listening.alive(), place.log()
            assert place.stop() == 0
            started(listening, place, wire)
    finally:
        done.set()
        for each in threads:
            each.join()
    assert faults == []
    assert set(heard) <= {200, 503}
    assert heard.count(200) > 60


def test_a_port_the_config_no_longer_names_is_given_back(
    place: Home, listening: Listening, wire: socket.socket
) -> None:
    """Changed while no daemon ran, or while one did: the manager forgets it, and connections are refused."""
    old = started(listening, place, wire)
    assert place.stop() == 0
    place.configure(DOOR.format(free_port()))
    new = started(listening, place, wire)
    assert new != old
    assert [name for name, _ in listening.kept] == [f"http-ip4-{new}"]
    place.configure("[http]\nunix = false\n")
    place.call("config/reload")
    listening.hear(wire, f"FDNAME=http-ip4-{new}")
    assert listening.kept == []
    limit = time.monotonic() + START_LIMIT
    while any(open_at(port) for port in (old, new)):  # the daemon closes its own a turn later
        assert time.monotonic() < limit


def test_what_else_is_handed_over_opens_nothing(place: Home, listening: Listening, wire: socket.socket) -> None:
    """A socket open to the network under the door's own name, a file: closed, and the door is where the config says."""
    port = free_port()
    place.configure(DOOR.format(port))
    stranger = socket.create_server(("0.0.0.0", port))
    file = os.open(place.path / "file", os.O_RDWR | os.O_CREAT)
    listening.kept = [(f"http-ip4-{port}", stranger.detach()), ("http-x", file)]
    assert started(listening, place, wire) == port
    assert asked(port, place.call("tokens/create", name="t")["token"]) == 200
    ((name, number),) = listening.kept
    assert name == f"http-ip4-{port}"
    with socket.socket(fileno=os.dup(number)) as kept:
        assert kept.getsockname() == ("127.0.0.1", port)
    assert "door.not_taken" in place.log()
