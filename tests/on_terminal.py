"""Runs the command as a process, if need be on a pseudo-terminal, to see what a person would."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = "import sys; from switchgear.cli import main; sys.exit(main())"
PATIENCE = 60.0


def command(*argv: str) -> list[str]:
    return [sys.executable, "-c", CODE, *argv]


def environment(**more: str) -> dict[str, str]:
    """Ours, with the three roots importable."""
    roots = os.pathsep.join(str(ROOT / name) for name in ("protocol", "client", "daemon"))
    return {**os.environ, "PYTHONPATH": roots, "TERM": "xterm", **more}


def on_terminal(*argv: str, typed: tuple[bytes, bytes] | None = None) -> tuple[int, str]:
    """(exit code, everything shown) of the command with stdin, stdout and stderr on one terminal.

    `typed` is (what must be shown first, what is then typed). The terminal is the controlling
    one, so that a hidden question finds it.
    """
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, command(*argv), environment())
    shown = _read(terminal, typed[0]) if typed else b""
    if typed:
        os.write(terminal, typed[1])
    shown += _read(terminal)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), shown.decode().replace("\r\n", "\n")


def _read(terminal: int, until: bytes | None = None) -> bytes:
    """What is shown until it ends, or until it has `until` in it, lines ending as a program writes them.

    Who shows ever more and never that is read no longer than who shows nothing.
    """
    shown, ready, end = b"", select.poll(), time.monotonic() + PATIENCE
    ready.register(terminal, select.POLLIN)
    while until is None or until not in shown.replace(b"\r\n", b"\n"):
        if not ready.poll(max(0.0, end - time.monotonic()) * 1000):
            break
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux says EIO when the last writer left
            break
        if not part:
            break
        shown += part
    return shown


def shown_by(words: tuple[str, ...]) -> tuple[int, str]:
    """As `on_terminal`, without a fork of ours: for tests that have threads. Stdin is empty."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*words), env=environment(), stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = _read(ours)
    os.close(ours)
    return process.returncode, shown.decode().replace("\r\n", "\n")


class Person:
    """Somebody at a terminal who reads before typing; for tests that have threads. `keys` were typed."""

    def __init__(self, words: tuple[str, ...], env: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(command(*words), env=env, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.shown, self.keys = "", 0

    @property
    def terminal(self) -> int:
        return self._ours

    def reads(self, text: str) -> bool:
        """Whether it was shown before the command ended."""
        new = _read(self._ours, text.encode()).decode().replace("\r\n", "\n")
        self.shown += new
        return text in new

    def types(self, text: str) -> None:
        self.keys += len(text)
        os.write(self._ours, text.encode())

    def presses_ctrl_c(self) -> None:
        """As the terminal would tell it, once it is waited for: nobody is as quick as a program."""
        while self.process.poll() is None and not self._is_waited_for():
            os.sched_yield()
        self.process.send_signal(signal.SIGINT)

    def _is_waited_for(self) -> bool:
        """Whether the command sleeps, having asked."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "S"

    def sees_the_end(self) -> int:
        """The exit code, once all was read."""
        self.shown += _read(self._ours).decode().replace("\r\n", "\n")
        os.close(self._ours)
        return self.process.wait(PATIENCE)
