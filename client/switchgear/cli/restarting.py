"""The daemon shuts down while a command asks it: the next one is asked instead, when nothing is done twice."""

from __future__ import annotations

import time

from switchgear._dial import dial
from switchgear._errors import DaemonUnavailable

from .lock import held
from .service.plain import LOOK, PATIENCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket

    from .failed import CommandError


def unbegun(error: CommandError) -> bool:
    """Whether a daemon on its way out refused without doing anything."""
    return error.kind == "shutting_down" and error.data.get("begun") is False


def broken_off(error: CommandError) -> bool:
    """Whether it stopped, for whatever it had begun of a completion: nothing of which must have been shown."""
    return error.kind == "shutting_down"


def next_daemon(path: str) -> socket | None:
    """A connection to the one that comes after it, if a service manager kept the socket; None once it has left."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        left = not held(path)
        try:
            return dial(path)
        except DaemonUnavailable:
            if left:
                return None
        time.sleep(LOOK)
    return None
