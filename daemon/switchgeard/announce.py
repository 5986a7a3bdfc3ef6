"""Announce: the one way a change becomes known: to subscribers, to the disk, to requests that wait for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

import trio

from switchgear_protocol.events import Event

from . import remembered
from .bus import Bus
from .state import State


class Keeper(Protocol):
    """The part of the store that beliefs go to."""

    def put(self, topic: str, key: str, value: bytes | None) -> None: ...


@dataclass(slots=True)
class Announce:
    """Call it with the events a State method returned, in the same synchronous block."""

    state: State
    bus: Bus
    store: Keeper
    write_down: Callable[[Event], None] = lambda event: None  # the log
    _waiting: trio.lowlevel.ParkingLot = field(default_factory=trio.lowlevel.ParkingLot)

    def __call__(self, events: Iterable[Event]) -> None:
        told = list(events)
        if not told and not self.state.dirty:
            return
        for topic, key, value in remembered.changes(self.state):
            self.store.put(topic, key, value)
        self.bus.publish(told)
        for event in told:
            self.write_down(event)
        self._waiting.unpark_all()

    async def change(self) -> None:
        """Returns after the next announcement."""
        await self._waiting.park()
