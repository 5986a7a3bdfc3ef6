"""Sockets handed over at the start: how systemd says which descriptors are whose.

The protocol is sd_listen_fds(3): LISTEN_FDS descriptors from 3 on, for the process LISTEN_PID, named in
LISTEN_FDNAMES. Rules for editing: the environment is believed only when it names this process; what the
descriptors are is checked by whoever takes them (`serving.listening.adopt_socket`).
"""

import os
import re
from collections.abc import MutableMapping

FIRST = 3  # SD_LISTEN_FDS_START
MOST = 16  # descriptors; a unit of ours has one
COUNT = re.compile(r"[0-9]{1,9}")
VARIABLES = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID")
NAME = "switchgear"
"""FileDescriptorName= of the socket that clients of the daemon connect to; launchd's key for it."""


def take(env: MutableMapping[str, str]) -> dict[str, list[int]]:
    """Descriptors by name ("" where none was given), from now on not inherited by children; {} when none is ours.

    The variables are removed from `env` in every case.
    """
    said = {name: env.pop(name, "") for name in VARIABLES}
    if said["LISTEN_PID"] != str(os.getpid()) or not COUNT.fullmatch(said["LISTEN_FDS"]):
        return {}
    numbers = range(FIRST, FIRST + min(int(said["LISTEN_FDS"]), MOST))
    names = said["LISTEN_FDNAMES"].split(":")
    found: dict[str, list[int]] = {}
    for number, name in zip(numbers, names + [""] * len(numbers), strict=False):
        if _kept_from_children(number):
            found.setdefault(name, []).append(number)
    return found


def one(found: dict[str, list[int]]) -> int | None:
    """The descriptor of the daemon's own socket: the one with our name, else the only one there is.

    The others are closed: nobody here would ever accept on them, and their clients would wait for ever.
    """
    numbers = [number for group in found.values() for number in group]
    chosen = found.get(NAME, numbers)[:1]
    for number in numbers:
        if number not in chosen:
            os.close(number)
    return chosen[0] if chosen else None


def _kept_from_children(number: int) -> bool:
    try:
        os.set_inheritable(number, False)
    except OSError:  # the environment promised more than there is
        return False
    return True
