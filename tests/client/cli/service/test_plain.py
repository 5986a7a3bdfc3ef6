"""The daemon without a manager: told to leave, and waited for only while it listens."""

import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_runs import Run
from switchgear.cli.service import plain
from switchgear_protocol.paths import LOCK_NAME


@pytest.fixture
def daemon(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What seems one, this process: it has the lock and a socket, and says nothing. Nobody waits for long."""
    monkeypatch.setattr("switchgear.cli.pulse.ANSWERS", 0.01)
    monkeypatch.setattr(plain, "LEAVES", 0.01)
    with socket.socket(socket.AF_UNIX) as listener, (home / LOCK_NAME).open("w") as lock:
        listener.bind(str(home / "s.sock"))
        listener.listen()
        fcntl.flock(lock, fcntl.LOCK_EX)
        print(os.getpid(), file=lock, flush=True)
        yield listener
        fcntl.flock(lock, fcntl.LOCK_UN)


def test_one_that_stands_still_is_not_said_to_be_finishing(
    daemon: socket.socket, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told to leave all the same, but it will not hear it: the cure is another."""
    told: list[int] = []
    monkeypatch.setattr(plain, "tell_to_leave", told.append)
    ran = run("service", "stop")
    assert (ran.code, ran.err.splitlines()) == (
        3,
        [
            "switchgear: the daemon does not answer",
            f"  it (pid {os.getpid()}) is there, and says nothing to anybody",
            f"hint: kill -9 {os.getpid()}",
        ],
    )
    assert told == [os.getpid()]


def test_one_that_was_only_busy_leaves_when_it_hears(
    daemon: socket.socket, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is no trouble."""
    monkeypatch.setattr(plain, "tell_to_leave", lambda pid: (home / LOCK_NAME).unlink())
    assert run("service", "stop") == (0, f"stopped the daemon (pid {os.getpid()})\n", "")
