"""A terminal that nobody looks at: a tmux server of our own, whose screen can be read."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shell.shells import HOME, needs


@dataclass
class Terminal:
    """One tmux server of our own with a shell in it."""

    socket: str

    def tmux(self, *words: str) -> str:
        argv = ["tmux", "-S", self.socket, *words]
        env = {**HOME, "HOME": str(Path(self.socket).parent)}  # nobody's own history is written to
        return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=30, check=True).stdout

    def enter(self) -> str:
        """The last line on the screen that is not empty, after Enter was pressed once more."""
        self.tmux("send-keys", "Enter")
        return self.last()

    def last(self) -> str:
        """The last line on the screen that is not empty."""
        lines = [line for line in self.tmux("capture-pane", "-p").splitlines() if line.strip()]
        return lines[-1] if lines else ""


@contextmanager
def running(command: str) -> Iterator[Terminal]:
    needs("tmux")
    # a socket's path is short; a shell that is hung up may still write its history while the folder goes
    with tempfile.TemporaryDirectory(prefix="sg", ignore_cleanup_errors=True) as short:
        made = Terminal(f"{short}/tmux")
        made.tmux("-f", os.devnull, "new-session", "-d", "-x", "150", "-y", "50", command)
        try:
            yield made
        finally:
            made.tmux("kill-server")
