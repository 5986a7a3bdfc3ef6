"""Succession: a service manager's daemon takes the place of one that somebody started by hand.

The manager has the socket already, and clients wait in its backlog; the older daemon sees that its file is
another's (`serving.doorkeeper`), finishes what it has and leaves. Rules for editing: whoever was handed no
socket waits for nobody.
"""

from collections.abc import MutableMapping

import trio

from .ending import DRAIN, FAREWELL
from .serving.instance import AlreadyRunning, Instance, claim
from .serving.listening import SocketFile, adopt_socket
from .supervised import inherited, launchd
from .supervised.notify import Notify

PATIENCE = DRAIN + FAREWELL  # seconds for the older one to leave
LOOK = 0.1  # seconds between two looks whether it has


def given_socket(env: MutableMapping[str, str]) -> SocketFile | None:
    """The listening socket that systemd or launchd handed over, None without; the variables are taken out of `env`.

    Raises PathError when it is not what our clients connect to.
    """
    found = inherited.take(env) or {inherited.NAME: launchd.take(inherited.NAME)}
    number = inherited.one(found)
    return None if number is None else adopt_socket(number)


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
