"""Tests for `switchgeard.supervised.notify`, against a datagram socket as systemd has it."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from switchgeard.supervised.notify import Notify


@pytest.fixture(params=["file", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """What NOTIFY_SOCKET says, and the socket behind it."""
    name = str(tmp_path / "notify") if request.param == "file" else f"@switchgear-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(name if name.startswith("/") else "\0" + name[1:])
        wire.settimeout(5)
        yield name, wire


def heard(wire: socket.socket) -> list[str]:
    return wire.recv(4096).decode().split("\n")


def test_each_word_is_one_datagram(manager: tuple[str, socket.socket]) -> None:
    """As sd_notify(3) spells them; a status is one line whatever it is made of."""
    name, wire = manager
    notify = Notify(name)
    notify.ready("serving\n2 models")
    assert heard(wire) == ["READY=1", "STATUS=serving 2 models"]
    notify.reloading()
    reloading, when, _ = heard(wire)
    assert reloading == "RELOADING=1"
    assert int(when.removeprefix("MONOTONIC_USEC=")) > 0
    notify.starting("waiting", 1.5)
    assert heard(wire) == ["EXTEND_TIMEOUT_USEC=1500000", "STATUS=waiting"]
    notify.stopping(15)
    assert heard(wire)[:2] == ["STOPPING=1", "EXTEND_TIMEOUT_USEC=15000000"]
    notify.status("x")
    assert heard(wire) == ["STATUS=x"]


def test_a_socket_to_keep_goes_along(manager: tuple[str, socket.socket]) -> None:
    """The same one: who connects to ours is accepted at theirs."""
    name, wire = manager
    with socket.create_server(("127.0.0.1", 0)) as ours:
        Notify(name).keep("http-ip4-1", ours)
        data, (fd, *more), _, _ = socket.recv_fds(wire, 4096, 4)
        assert (data.split(b"\n"), more) == ([b"FDSTORE=1", b"FDNAME=http-ip4-1"], [])
        address = ours.getsockname()
    with socket.socket(fileno=fd) as theirs, socket.create_connection(address) as client:
        theirs.accept()[0].close()
        assert client.recv(1) == b""
    Notify(name).forget("http-ip4-1")
    assert heard(wire) == ["FDSTOREREMOVE=1", "FDNAME=http-ip4-1"]


def test_the_environment_is_read_once() -> None:
    """No child of ours shall speak for us."""
    env = {"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid()), "HOME": "/h"}
    assert Notify.take(env) == Notify("/run/n", 3.0)
    assert env == {"HOME": "/h"}
    assert Notify.take(env) == Notify()


@pytest.mark.parametrize(
    ("said", "patience"),
    [
        ({"WATCHDOG_USEC": "1000000"}, 1.0),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "9" * 5000}, None),
        ({"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_ours_or_none(said: dict[str, str], patience: float | None) -> None:
    """WATCHDOG_PID may name another process."""
    assert Notify.take({"NOTIFY_SOCKET": "@n", **said}).patience == patience


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative"])
def test_an_address_we_do_not_know_is_nobody(address: str) -> None:
    """Telling it is no error."""
    notify = Notify.take({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1"})
    assert notify == Notify()
    notify.ready("x")


def test_a_manager_that_is_gone_or_full_is_no_trouble(tmp_path: Path) -> None:
    """Nor is one whose queue is full waited for."""
    Notify(str(tmp_path / "gone")).ready("x")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "full"))
        for _ in range(2000):
            Notify(str(tmp_path / "full")).status("x")
        assert deaf.recv(100) == b"STATUS=x"


async def test_the_heart_beats_twice_in_the_watchdogs_patience(tmp_path: Path, autojump_clock: MockClock) -> None:
    """At once, then every half of it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(tmp_path / "n"))
        wire.setblocking(False)
        with trio.move_on_after(29.0):
            await Notify(str(tmp_path / "n"), 20.0).beat()
        assert [wire.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        with pytest.raises(BlockingIOError):
            wire.recv(100)


async def test_without_a_watchdog_nothing_wakes_up(autojump_clock: MockClock) -> None:
    """The task is over at once."""
    await Notify("/nowhere").beat()
    assert trio.current_time() == autojump_clock.current_time()
