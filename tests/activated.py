"""The daemon behind a socket that something else listens on, as under systemd or launchd.

`activated` is systemd's own `systemd-socket-activate`, which starts it at the first connection; `Listening` is a
listener of ours that outlives one daemon after the other, as a socket unit does.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from daemon_process import START_LIMIT, Home

ACTIVATE = shutil.which("systemd-socket-activate")
BRIDGE = """
import fcntl, os, sys
handed = [word.split("=") for word in sys.argv[1].split(",")]
copies = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 100) for _, number in handed]
for at, copy in enumerate(copies, 3):
    os.dup2(copy, at)
    os.set_inheritable(at, True)
    os.set_inheritable(copy, False)
os.environ["LISTEN_PID"] = str(os.getpid())
os.environ["LISTEN_FDS"] = str(len(handed))
os.environ["LISTEN_FDNAMES"] = ":".join(name for name, _ in handed)
os.execv(sys.executable, [sys.executable, "-m", "switchgeard", *sys.argv[2:]])
"""


@contextmanager
def activated(place: Home) -> Iterator["subprocess.Popen[bytes]"]:
    """Listening, and nothing started yet; the process becomes the daemon."""
    assert ACTIVATE is not None
    place.socket.parent.mkdir(mode=0o700, exist_ok=True)
    settings = [word for name, value in place.env.items() for word in ("-E", f"{name}={value}")]
    argv = [ACTIVATE, "-l", str(place.socket), "--fdname=switchgear", *settings, sys.executable, "-m", "switchgeard"]
    with (place.path / "daemon.log").open("ab") as log:
        place.process = process = subprocess.Popen(argv, env=place.env, stderr=log)
    limit = time.monotonic() + START_LIMIT
    while not place.socket.exists():
        assert time.monotonic() < limit, place.log()
        assert process.poll() is None, place.log()
    yield process


class Listening:
    """A listening socket in a home, and daemons that are handed it, with what the one before gave to `hear` to keep."""

    def __init__(self, place: Home) -> None:
        self._place = place
        self.kept: list[tuple[str, int]] = []
        place.socket.parent.mkdir(mode=0o700, exist_ok=True)
        self._sock = socket.socket(socket.AF_UNIX)
        place.socket.unlink(missing_ok=True)  # as systemd does
        self._sock.bind(str(place.socket))
        self._sock.listen(512)

    def start(self, extra: Sequence[str] = (), **env: str) -> "subprocess.Popen[bytes]":
        """A daemon that is handed the socket; returns at once."""
        handed = [("switchgear", self._sock.fileno()), *self.kept]
        argv = [sys.executable, "-c", BRIDGE, ",".join(f"{name}={number}" for name, number in handed), *extra]
        numbers = [number for _, number in handed]
        with (self._place.path / "daemon.log").open("ab") as log:
            process = subprocess.Popen(argv, env=self._place.env | env, pass_fds=numbers, stderr=log)
        self._place.process = process
        return process

    def restart(self) -> None:
        """As `systemctl restart`: told to stop, waited for, started again."""
        assert self._place.process is not None
        self._place.process.send_signal(signal.SIGTERM)
        assert self._place.process.wait(30) == 0
        self.start()

    def hear(self, wire: socket.socket, word: str) -> None:
        """As systemd: keep and forget what the messages say, until one has this line."""
        lines = [""]
        while word not in lines:
            data, numbers, _, _ = socket.recv_fds(wire, 4096, 4)
            lines = data.decode().split("\n")
            name = lines[-1].removeprefix("FDNAME=")
            if "FDSTORE=1" in lines:
                self.kept += [(name, number) for number in numbers]
            if "FDSTOREREMOVE=1" in lines:
                self.forget(name)

    def forget(self, name: str) -> None:
        """Closes what was kept under it."""
        for number in [number for each, number in self.kept if each == name]:
            os.close(number)
        self.kept = [each for each in self.kept if each[0] != name]

    def alive(self) -> bool:
        """Whether the last one started runs."""
        return self._place.process is not None and self._place.process.poll() is None

    def close(self) -> None:
        self._sock.close()
        for name, _ in list(self.kept):
            self.forget(name)


@contextmanager
def notified(path: Path) -> Iterator[socket.socket]:
    """Where a daemon with NOTIFY_SOCKET=path says how it is."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(os.fspath(path))
        wire.settimeout(START_LIMIT)
        yield wire


def next_with(wire: socket.socket, word: str) -> list[str]:
    """The next message that has this line."""
    while True:
        lines = wire.recv(4096).decode().split("\n")
        if word in lines:
            return lines
