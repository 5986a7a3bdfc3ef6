"""Files: small texts in the runtime directory, each replaced whole, so that a reader sees the old one or the new one.

Rules for editing: names of files are ours or plain (`is_plain`), so no session's name leads out of the directory. The
directory is memory in most places, so nothing is synced; a write that fails costs a prompt, never an answer.
"""

import os
from contextlib import suppress
from pathlib import Path

from switchgeard.core.harmless import is_plain

SESSIONS = "sessions"
WRITTEN = (
    os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
)  # a FIFO must not hold us


class Files:
    """The files below one directory (0700, ours); all are 0600."""

    def __init__(self, directory: str) -> None:
        self._directory = Path(directory)
        self._texts: dict[str, str] = {}

    def put(self, name: str, text: str, good: float | None = None) -> None:
        """Replace the file, unless it is there and holds that already. `good`: its time, in epoch seconds."""
        path = self._directory / name
        if self._texts.get(name) == text and path.exists():
            return
        passing = path.with_name(f".{path.name}.new")
        with suppress(OSError):
            if path.parent != self._directory:
                path.parent.mkdir(mode=0o700, exist_ok=True)
                if path.parent.is_symlink():
                    return  # somebody's files are where it leads
            descriptor = os.open(passing, WRITTEN, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            if good is not None:
                os.utime(passing, (good, good))
            passing.replace(path)
            self._texts[name] = text

    def drop(self, name: str) -> None:
        """Take the file away, if it is there."""
        self._texts.pop(name, None)
        with suppress(OSError):
            (self._directory / name).unlink()

    def sweep(self) -> None:
        """Sessions of an earlier life are nobody's. What a symlink leads to is somebody's."""
        sessions = self._directory / SESSIONS
        with suppress(OSError):
            for left in () if sessions.is_symlink() else sessions.iterdir():
                left.unlink()


def of_session(session: str) -> str | None:
    """The file of a session; None for one whose name makes no file name."""
    return f"{SESSIONS}/{session}" if is_plain(session) and "/" not in session else None
