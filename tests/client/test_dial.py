"""Dialling: only our own daemon is ever spoken to."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from switchgear import _dial
from switchgear._dial import dial, peer_uid
from switchgear._errors import DaemonUnavailable


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(tmp_path / "s.sock"))
        sock.listen()
        yield sock


def test_our_own_daemon_is_dialled(listener: socket.socket) -> None:
    """The peer's uid is ours and the timeout is set."""
    with dial(listener.getsockname(), timeout=2.5) as connection:
        assert peer_uid(connection) == os.getuid()
        assert connection.gettimeout() == 2.5


def test_another_users_daemon_is_refused_before_a_byte_is_sent(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A squatter at our path gets nothing to read."""
    monkeypatch.setattr(_dial, "peer_uid", lambda connection: 65534)
    with pytest.raises(DaemonUnavailable, match="uid 65534") as caught:
        dial(listener.getsockname())
    assert caught.value.kind == "foreign_daemon"
    accepted = listener.accept()[0]
    assert accepted.recv(10) == b""
    accepted.close()


SQUATTER = """
import os, socket, sys
os.setuid(65534)
sock = socket.socket(socket.AF_UNIX); sock.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o777); sock.listen()
print("ready", flush=True)
print(sock.accept()[0].recv(10), flush=True)
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root can start another user's process")
def test_a_real_squatter_gets_nothing(tmp_path: Path) -> None:
    """A fake daemon under another uid, in a directory anyone may write."""
    place = Path(f"/tmp/sg-squat-{os.getpid()}")
    place.mkdir()
    place.chmod(0o777)
    path = str(place / "s.sock")
    with subprocess.Popen([sys.executable, "-c", SQUATTER, path], stdout=subprocess.PIPE, text=True) as squatter:
        assert squatter.stdout is not None
        assert squatter.stdout.readline() == "ready\n"
        with pytest.raises(DaemonUnavailable, match="served by uid 65534"):
            dial(path)
        assert squatter.stdout.readline() == "b''\n"
    Path(path).unlink()
    place.rmdir()


def test_a_file_that_is_no_socket_is_a_daemon_that_is_not_running(tmp_path: Path) -> None:
    """Also a missing directory: all mean that nobody listens."""
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "none" / "s.sock", tmp_path / "file" / "s.sock"):
        with pytest.raises(DaemonUnavailable, match="not running"):
            dial(str(path))


def test_a_full_backlog_does_not_hang(tmp_path: Path) -> None:
    """A daemon that accepts nobody is unavailable within the timeout."""
    path = str(tmp_path / "s.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(0)
        waiting = dial(path, timeout=1)
        with waiting, pytest.raises(DaemonUnavailable, match="does not answer"):
            dial(path, timeout=0.05)


def test_a_path_too_long_is_explained() -> None:
    """The system's own words, not a traceback."""
    with pytest.raises(DaemonUnavailable, match="too long"):
        dial("/" + "x" * 200)
