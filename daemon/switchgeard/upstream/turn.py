"""Turn: requests to one origin are written one after the other, and each looks once more before it is.

Fifty requests that start at once would all be written in the same breath, before anybody has looked at
what the first one's answer says. One at a time, a request's answer can stop those behind it. A turn
lasts for the write alone, never for an answer, so a crowd on a healthy provider waits for nothing.

A write that stalls (a slow uplink, a host that stopped reading) holds the others up for PATIENCE at
most: then they go without a turn.

Rules for editing: whoever has a turn gives it back whatever happens; `leave` may be called twice.
"""

from collections.abc import Callable
from weakref import WeakValueDictionary

import trio

PATIENCE = 0.25  # seconds; a healthy write takes less than one


class Withdrawn(Exception):
    """The provider's gate closed while the request waited to be written: not a byte of it was sent."""


class Turn:
    """One request's place in the line of its origin."""

    __slots__ = ("_has", "_line", "_still_wanted")

    def __init__(self, line: trio.Lock, still_wanted: Callable[[], bool]) -> None:
        self._line = line
        self._still_wanted = still_wanted
        self._has = False

    async def take(self) -> None:
        """Wait for the turn, PATIENCE at most. Raises Withdrawn when the request should no longer be sent."""
        try:
            self._line.acquire_nowait()
            self._has = True
        except trio.WouldBlock:
            with trio.move_on_after(PATIENCE):
                await self._line.acquire()
                self._has = True
        if not self._still_wanted():
            raise Withdrawn

    def leave(self) -> None:
        """The request is written, or never will be: the next one's turn."""
        if self._has:
            self._has = False
            self._line.release()


class Turns:
    """The lines of all origins; one that nobody waits in is forgotten."""

    def __init__(self) -> None:
        self._lines: WeakValueDictionary[str, trio.Lock] = WeakValueDictionary()

    def at(self, origin: str, still_wanted: Callable[[], bool]) -> Turn:
        line = self._lines.get(origin)
        if line is None:
            self._lines[origin] = line = trio.Lock()
        return Turn(line, still_wanted)
