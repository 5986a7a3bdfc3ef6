"""Sockets handed over at the start: how systemd says which descriptors are whose.

The protocol is sd_listen_fds(3): LISTEN_FDS descriptors from 3 on, for the process LISTEN_PID, named in
LISTEN_FDNAMES. Rules for editing: the environment is believed only when it names this process; what the
descriptors are is checked by whoever takes them (`serving.listening.adopt_socket`).
"""

import os
import re
from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import suppress

FIRST = 3  # SD_LISTEN_FDS_START
MOST = 16  # descriptors; a unit of ours has one, and keeps two or three
FURTHEST = 1024  # up to which what is more is closed
COUNT = re.compile(r"[0-9]{1,9}")
VARIABLES = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID")
NAME = "switchgear"
"""FileDescriptorName= of the socket that clients of the daemon connect to; launchd's key for it."""
KEPT = "http-"
"""How the names of those begin that a daemon before us gave the manager to keep."""


def take(env: MutableMapping[str, str]) -> dict[str, list[int]]:
    """Descriptors by name ("" where none was given), from now on not inherited by children; {} when none is ours.

    The variables are removed from `env` in every case.
    """
    said = {name: env.pop(name, "") for name in VARIABLES}
    if said["LISTEN_PID"] != str(os.getpid()) or not COUNT.fullmatch(said["LISTEN_FDS"]):
        return {}
    many = int(said["LISTEN_FDS"])
    _close(range(FIRST + MOST, FIRST + min(many, FURTHEST)))
    numbers = range(FIRST, FIRST + min(many, MOST))
    names = said["LISTEN_FDNAMES"].split(":")
    found: dict[str, list[int]] = {}
    for number, name in zip(numbers, names + [""] * len(numbers), strict=False):
        if _kept_from_children(number):
            found.setdefault(name, []).append(number)
    return found


def parted(found: Mapping[str, list[int]]) -> tuple[int | None, dict[str, list[int]]]:
    """The descriptor of the daemon's own socket, which has our name, else is the only one there is; those kept.

    The others are closed: nobody here would ever accept on them, and their clients would wait for ever.
    """
    kept = {name: numbers for name, numbers in found.items() if name.startswith(KEPT)}
    numbers = [number for name, group in found.items() if name not in kept for number in group]
    chosen = found.get(NAME, numbers)[:1]
    _close(number for number in numbers if number not in chosen)
    return (chosen[0] if chosen else None), kept


def _close(numbers: Iterable[int]) -> None:
    for number in numbers:
        with suppress(OSError):
            os.close(number)


def _kept_from_children(number: int) -> bool:
    try:
        os.set_inheritable(number, False)
    except OSError:  # the environment promised more than there is
        return False
    return True
