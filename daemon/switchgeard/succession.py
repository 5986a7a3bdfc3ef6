"""Succession: a service manager's daemon takes the place of one that somebody started by hand.

The manager has the socket already, and clients wait in its backlog; the older daemon sees that its file is
another's (`serving.doorkeeper`), finishes what it has and leaves. Rules for editing: whoever was handed no
socket waits for nobody.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from typing import NamedTuple

import trio

from .ending import DRAIN, FAREWELL
from .serving.instance import AlreadyRunning, Instance, claim
from .serving.listening import SocketFile, adopt_socket
from .supervised import inherited, launchd
from .supervised.notify import Notify

PATIENCE = DRAIN + FAREWELL  # seconds for the older one to leave
LOOK = 0.1  # seconds between two looks whether it has


class Given(NamedTuple):
    """What a service manager handed over: the socket that clients connect to, and the door's by name, unjudged."""

    socket: SocketFile | None
    kept: Mapping[str, Sequence[int]]


def given_by(env: MutableMapping[str, str]) -> Given:
    """What systemd or launchd handed over; the variables are taken out of `env`.

    Raises PathError when the socket is not what our clients connect to.
    """
    found = inherited.take(env) or {inherited.NAME: launchd.take(inherited.NAME)}
    number, kept = inherited.parted(found)
    return Given(None if number is None else adopt_socket(number), kept)


def succeed(directory: str, notify: Notify) -> Instance:
    """`claim` this runtime directory, once who has it has left. Raises AlreadyRunning when it stays."""
    return trio.run(when_free, directory, notify)


async def when_free(directory: str, notify: Notify) -> Instance:
    with trio.move_on_after(PATIENCE):
        while True:
            try:
                return claim(directory)
            except AlreadyRunning as other:
                notify.starting(f"waiting for the daemon that runs (pid {other.pid}) to finish", PATIENCE)
            await trio.sleep(LOOK)
    return claim(directory)
