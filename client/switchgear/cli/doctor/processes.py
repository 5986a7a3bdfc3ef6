"""Processes: daemons of this user beside the one that answers.

Rules for editing: of another process only its command line is read, never its environment: that holds keys.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from itertools import pairwise

from .finding import Finding, ok, skipped, warn

PATIENCE = 5.0  # seconds


def processes(pid: int | None) -> Iterable[Finding]:
    """`pid`: the daemon that answers at our socket; None: nobody does."""
    try:
        running = daemons()
    except (OSError, subprocess.SubprocessError) as error:
        yield skipped("processes", f"they cannot be listed: {error}")
        return
    others = sorted(running - {pid})
    if not others:
        yield ok("processes", f"one daemon, pid {pid}" if pid else "no daemon runs")
        return
    named = ", ".join(map(str, others))
    beside = f"beside pid {pid}" if pid else "and none of them answers here"
    which = "another daemon runs" if len(others) == 1 else f"{len(others)} other daemons run"
    yield warn("processes", f"{which} (pid {named}) {beside}", f"ps -fp {','.join(map(str, others))}")


def daemons() -> set[int]:
    """The pids of this user's daemons."""
    if os.path.isdir("/proc/self"):
        return {pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if is_daemon(_own_line(pid))}
    listed = subprocess.run(
        ["ps", "-x", "-o", "pid=", "-o", "command="], capture_output=True, timeout=PATIENCE, check=True, text=True
    )
    rows = [row.split() for row in listed.stdout.splitlines() if row.strip()]
    return {int(words[0]) for words in rows if is_daemon(words[1:])}


def _own_line(pid: int) -> Sequence[str]:
    """The command line of a process of ours; () of anybody else's, or of one that has ended."""
    try:
        if os.stat(f"/proc/{pid}").st_uid != os.getuid():
            return ()
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read(65_536).decode("utf-8", "replace").split("\0")
    except OSError:
        return ()


def is_daemon(words: Sequence[str]) -> bool:
    """`switchgeard ...` or `python -m switchgeard ...`, however the interpreter was started."""
    names = [os.path.basename(word) for word in words[:2]]
    return "switchgeard" in names or ("-m", "switchgeard") in pairwise(words)
