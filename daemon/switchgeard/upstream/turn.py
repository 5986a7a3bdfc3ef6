"""Turn: requests to one origin are written one after the other, and each looks once more before it is.

Fifty requests that start at once would all be written in the same breath, before anybody has looked at
what the first one's answer says. One at a time, a request's answer can stop those behind it. A turn
lasts for the write alone, never for an answer, so a crowd on a healthy provider waits for nothing. While
somebody's answer is out, a turn begins with a glance at what has come: a write by itself takes no time in
which anything could be heard. A glance is a turn of the event loop and costs a crowd more than all else here;
so where answers are good there is one for a BUNCH of writes, and after the first that is not, one for each again.

A write that stalls (a slow uplink, a host that stopped reading) holds the others up for PATIENCE at
most: then they go without a turn.

Rules for editing: whoever has a turn gives it back whatever happens; `leave` may be called twice.
"""

from collections.abc import Callable
from weakref import WeakValueDictionary

import trio

PATIENCE = 0.25  # seconds; a healthy write takes less than one
BUNCH = 8  # writes between two glances, at most


class Withdrawn(Exception):
    """The provider's gate closed while the request waited to be written: not a byte of it was sent."""


class Line:
    """Those who want to write to one origin, and how many of them wait for an answer.

    A turn that ends wakes as many as may write before the next glance: they do so in one turn of the event loop.
    Whoever comes meanwhile goes behind them.
    """

    def __init__(self) -> None:
        self.busy = False
        self.queue = trio.lowlevel.ParkingLot()
        self.waiting = 0  # in the queue, or woken and not yet on
        self.woken = 0  # of those
        self.unanswered = 0
        self.unseen = 0  # writes since the last glance
        self.trust = 1  # writes one glance is good for: twice as many after each good answer

    def let_on(self) -> None:
        """Wake as many as may write now, those counted who are awake already: whoever wakes in vain has cost a turn
        of the event loop."""
        due = max(1, self.trust - self.unseen) - self.woken
        if due > 0:
            self.woken += len(self.queue.unpark(count=due))


class Turn:
    """One request's place in the line of its origin: `take`, `written`, `leave`."""

    __slots__ = ("_has", "_line", "_still_wanted", "_unanswered")

    def __init__(self, line: Line, still_wanted: Callable[[], bool]) -> None:
        self._line = line
        self._still_wanted = still_wanted
        self._has = False
        self._unanswered = False

    async def take(self) -> None:
        """Wait for the turn, PATIENCE at most. Raises Withdrawn when the request should no longer be sent."""
        await self._wait()
        await self._glance()
        if not self._still_wanted():
            raise Withdrawn
        self._line.unseen += 1
        self._line.unanswered += 1
        self._unanswered = True

    def written(self) -> None:
        """The next one's turn."""
        if self._has:
            self._has = self._line.busy = False
            self._line.let_on()

    def leave(self, *, well: bool = False) -> None:
        """The request is answered, and `well`, or never will be."""
        self.written()
        if self._unanswered:
            self._unanswered = False
            self._line.unanswered -= 1
            self._line.trust = min(2 * self._line.trust, BUNCH) if well else 1

    async def _glance(self) -> None:
        """Let those hear who wait for an answer, unless that has been done and there is no cause to doubt."""
        line = self._line
        if line.unanswered and line.unseen >= line.trust:
            line.unseen = 0
            await trio.lowlevel.checkpoint()

    async def _wait(self) -> None:
        line = self._line
        if line.busy or line.waiting:
            line.waiting += 1
            try:
                with trio.move_on_after(PATIENCE):
                    await self._queue()
            finally:
                line.waiting -= 1
        if not line.busy:
            line.busy = self._has = True

    async def _queue(self) -> None:
        line = self._line
        while True:
            await line.queue.park()
            line.woken -= 1
            if not line.busy:
                return


class Turns:
    """The lines of all origins; one that nobody waits in is forgotten."""

    def __init__(self) -> None:
        self._lines: WeakValueDictionary[str, Line] = WeakValueDictionary()

    def at(self, origin: str, still_wanted: Callable[[], bool]) -> Turn:
        line = self._lines.get(origin)
        if line is None:
            self._lines[origin] = line = Line()
        return Turn(line, still_wanted)
