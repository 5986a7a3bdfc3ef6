"""Tests for `switchgeard.succession`: waiting for the daemon that somebody started by hand."""

import os
import socket
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from switchgeard.serving.instance import AlreadyRunning, claim
from switchgeard.succession import LOOK, PATIENCE, given_by, when_free
from switchgeard.supervised.notify import Notify


async def test_the_lock_is_had_once_the_other_has_left(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Within a moment of it."""
    other = claim(str(tmp_path / "run"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_leave_after, 7.0, other.release)
        mine = await when_free(str(tmp_path / "run"), Notify())
    assert 7.0 <= trio.current_time() - 0 <= 7.0 + LOOK
    assert mine.holds()
    mine.release()


async def _leave_after(seconds: float, leave: "object") -> None:
    assert callable(leave)
    await trio.sleep(seconds)
    leave()


async def test_one_that_does_not_leave_is_named(tmp_path: Path, autojump_clock: MockClock) -> None:
    """A daemon stopped in a debugger, say; meanwhile systemd is told what is waited for, and for how long."""
    other = claim(str(tmp_path / "run"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(str(tmp_path / "n"))
        wire.setblocking(False)
        with pytest.raises(AlreadyRunning, match=str(os.getpid())):
            await when_free(str(tmp_path / "run"), Notify(str(tmp_path / "n")))
        told = wire.recv(4096).decode()
    assert trio.current_time() == pytest.approx(PATIENCE, abs=LOOK)
    assert "STATUS=waiting for the daemon that runs (pid " in told
    other.release()


def test_without_a_manager_there_is_no_socket() -> None:
    """And variables meant for another process are taken out all the same."""
    env = {"LISTEN_PID": "1", "LISTEN_FDS": "1", "HOME": "/h"}
    assert given_by(env) == (None, {})
    assert env == {"HOME": "/h"}


def test_a_socket_of_launchd_is_taken_as_one_of_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its path is where it was bound, its file stays when we go."""
    path = tmp_path / "run" / "s.sock"
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(str(path))
        theirs.listen()
        monkeypatch.setattr("switchgeard.supervised.launchd.take", lambda name: [os.dup(theirs.fileno())])
        given = given_by({}).socket
        assert given is not None
        assert (given.path, given.lent) == (str(path), True)
        given.remove()
    assert path.exists()
