"""How the daemon's process ends, whenever it is told to: while it starts, twice, while its state is being written."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from daemon_process import START_LIMIT, Home, home
from switchgeard.serving.instance import AlreadyRunning, claim


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as made:
        made.configure('[[providers]]\nid = "a"\nkind = "ollama"\n')
        yield made


def begun(place: Home) -> "subprocess.Popen[bytes]":
    """A daemon that has just begun to heed signals, and has not begun to serve."""
    with (place.path / "daemon.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "switchgeard"], env=place.env, stderr=log)
    place.process = process
    limit = time.monotonic() + START_LIMIT
    while not heeds(process.pid, signal.SIGTERM):
        assert time.monotonic() < limit, place.log()
    return process


def heeds(pid: int, number: signal.Signals) -> bool:
    """Whether the process has a handler for it."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (number - 1) & 1)


def left_in_order(place: Home) -> bool:
    return "Traceback" not in place.log() and not place.socket.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_leave_while_it_starts_it_leaves(place: Home, number: signal.Signals) -> None:
    """In order, though it serves nobody yet; it does not say afterwards that it has started."""
    process = begun(place)
    process.send_signal(number)
    assert process.wait(START_LIMIT) == 0
    assert left_in_order(place)
    if "shutting down" in place.log():
        assert "reason=started" not in place.log().partition("shutting down")[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_again_and_again_it_still_writes_down_what_it_believes(place: Home, number: signal.Signals) -> None:
    """Impatience breaks answers off, never the memory: told without a pause until it is gone, it ends with 0."""
    place.start()
    process = place.process
    assert process is not None
    limit = time.monotonic() + START_LIMIT
    while process.poll() is None:
        process.send_signal(number)
        assert time.monotonic() < limit, place.log()
    assert process.returncode == 0, place.log()
    assert left_in_order(place)


def test_the_next_daemon_waits_until_all_is_on_disk(place: Home) -> None:
    """The lock is given back last: whoever has it reads a state file nobody writes to."""
    place.start()
    process, folder = place.process, str(place.socket.parent)
    assert process is not None
    with closing(sqlite3.connect(place.path / "state" / "switchgear" / "state.db", isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        process.send_signal(signal.SIGTERM)
        limit = time.monotonic() + START_LIMIT
        while place.socket.exists():
            assert time.monotonic() < limit, place.log()
        assert process.poll() is None
        with pytest.raises(AlreadyRunning, match=str(process.pid)):
            claim(folder)
        busy.execute("ROLLBACK")
    assert process.wait(START_LIMIT) == 0
    claim(folder).release()
