"""The daemon without a manager: how it is told to leave, and waited for."""

from __future__ import annotations

import os
import signal
import time

from switchgear.cli.failed import CommandError
from switchgear.cli.lock import running
from switchgear.cli.wire import hung

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from switchgear.cli.invocation import Invocation

PATIENCE = 20.0  # seconds: running answers get ten
LEAVES = 2.0  # seconds one has that says nothing to anybody: it may have been busy only then
LOOK = 0.05


def tell_to_leave(pid: int) -> None:
    """It takes no new work, finishes what runs, and leaves."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass


def end(invocation: Invocation, socket: str, pid: int) -> None:
    """It is told to leave, and has left. CommandError when it has not after PATIENCE; Silent when it hears nobody."""
    from switchgear.cli.progress import progress
    from switchgear.cli.pulse import listens  # it runs: connecting starts none

    with progress(invocation, f"asking the daemon (pid {pid}) whether it listens"):
        answers = listens(socket)  # before it is told: one that leaves takes no connections
    tell_to_leave(pid)
    wait_until_gone(socket, pid, invocation.note, PATIENCE if answers else LEAVES, answers=answers)


def wait_until_gone(
    socket: str, pid: int, note: Callable[[str], None], patience: float, *, answers: bool = True
) -> None:
    """CommandError when it is still there after so many seconds."""
    end, told = time.monotonic() + patience, False
    while running(socket) == pid:
        if time.monotonic() > end:
            if not answers:
                raise hung(socket)
            why = f"it has work in flight after {patience:g} s"
            raise CommandError(
                f"the daemon (pid {pid}) is still finishing",
                why,
                f"kill {pid}   (ends it at once; where not: kill -9 {pid})",
            )
        if answers and not told and time.monotonic() > end - patience + 1.0:
            note(f"waiting for the daemon (pid {pid}) to finish what runs")
            told = True
        time.sleep(LOOK)
