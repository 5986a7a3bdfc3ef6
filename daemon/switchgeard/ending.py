"""Ending: how the daemon leaves, and who makes it.

Rules for editing: everything that ends the daemon comes through here, so that it ends in one way: no new work,
what runs gets DRAIN seconds, the rest is told why. `app` does what comes after that.
"""

import signal
from dataclasses import dataclass

import trio

from .clock import now
from .door.server import Door
from .methods.daemon import Daemon
from .serving.server import Server
from .supervised.notify import Notify

DRAIN = 10.0  # seconds running answers get to finish after SIGTERM
FAREWELL = 5.0  # seconds more, for the last words and what is still to be written
MOST = 8  # signals that are remembered
HEEDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(slots=True)
class Ending:
    daemon: Daemon
    server: Server
    door: Door
    notify: Notify

    async def obey_signals(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """SIGTERM and SIGINT drain (a second one ends at once); SIGHUP reloads the config. Until cancelled, and then
        none of them means anything any more: what is believed is still to be written.
        """
        early = _remembered()
        with trio.open_signal_receiver(*HEEDED) as arriving:
            task_status.started()
            async with trio.open_nursery() as nursery:
                for number in early:
                    nursery.start_soon(self._obey, number)
                async for number in arriving:
                    nursery.start_soon(self._obey, number)

    async def when_idle(self, seconds: float) -> None:
        """Drain once nobody has been connected for two looks in a row, so many seconds apart."""
        quiet = 0
        while quiet < 2:
            await trio.sleep(seconds / 2)
            busy = self.server.connections + self.door.connections or self.daemon.at.state.live
            quiet = 0 if busy else quiet + 1
        await self.begin()

    async def begin(self) -> None:
        """Drain, unless that is under way."""
        if self.daemon.draining:
            return
        self.door.retire()  # before anybody can be told that we drain
        self.daemon.draining = True
        self.notify.stopping(DRAIN + FAREWELL)
        self.daemon.announce(self.daemon.at.state.note("daemon", "shutting down", now()))
        await self._end(DRAIN)

    async def _obey(self, number: int) -> None:
        if number == signal.SIGHUP:
            await self._reload()
        else:
            await (self._end(0.0) if self.daemon.draining else self.begin())

    async def _reload(self) -> None:
        if self.daemon.draining:
            return
        self.notify.reloading()
        await self.daemon.configuration.reload()
        self.notify.ready(self.daemon.configuration.words())

    async def _end(self, seconds: float) -> None:
        """Both at once: what runs has so many seconds. Who asks for the status meanwhile sees what is waited for."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.door.drain, seconds)
            nursery.start_soon(self.server.wind_down, seconds)
        await self.server.hang_up()


def ignore_signals() -> None:
    """All is done: the interpreter, which restores what signals do by default, shall end by itself."""
    for number in HEEDED:
        signal.signal(number, signal.SIG_IGN)


def _remembered() -> list[int]:
    """Signals from now on, for whom there is no receiver: those that come before it, and behind it, which mean nothing.

    Not SIG_IGN yet, which children would inherit.
    """
    came: list[int] = []
    for number in HEEDED:
        signal.signal(number, lambda arrived, frame: came.append(arrived) if len(came) < MOST else None)
    return came
