"""Single flight: what several want at a time is asked for once.

One rule for all who use it. Whoever comes first asks; whoever comes meanwhile waits, and gets the same answer. A flight
that ends without one, because its asker left or failed, is flown anew by one of those who wait. What must not end half
way is flown `apart`, in a task that no leaving asker ends. Rules for editing: an answer is never None; nothing is
remembered here once it has landed; between two looks at who flies nobody awaits, so no lock is needed.
"""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import trio

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


def _drop(_: object) -> None:
    """Where nobody keeps the answer."""


@dataclass(slots=True, eq=False)
class Flight(Generic[Answer]):
    """An answer on its way. `answer` None at its end: it ended without."""

    answer: Answer | None = None
    landed: trio.Event = field(default_factory=trio.Event)

    async def arrival(self) -> Answer:
        """The answer of a flight that always brings one (`SingleFlight.apart`)."""
        await self.landed.wait()
        assert self.answer is not None
        return self.answer


class SingleFlight(Generic[Key, Answer]):
    """The flights under way, by what they bring."""

    def __init__(self) -> None:
        self._flights: dict[Key, Flight[Answer]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    def __contains__(self, key: Key) -> bool:
        return key in self._flights

    async def once(
        self, key: Key, ask: Callable[[], Awaitable[Answer]], keep: Callable[[Answer], object] = _drop
    ) -> Answer:
        """The answer under way, else what `ask` says. `keep` hears it before anybody else, unless it was disowned."""
        while (flight := self._flights.get(key)) is not None:
            await flight.landed.wait()
            if flight.answer is not None:
                return flight.answer
        return await self._fly(key, self._begun(key), ask, keep)

    def apart(self, key: Key, ask: Callable[[], Awaitable[Answer]]) -> Flight[Answer]:
        """The flight under way, else one in a task of its own. Its `ask` shields itself, has an end, never raises."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._begun(key)
            trio.lowlevel.spawn_system_task(self._fly, key, flight, ask, _drop)
        return flight

    async def idle(self, key: Key) -> None:
        """Wait until nothing is under way there."""
        while (flight := self._flights.get(key)) is not None:
            await flight.landed.wait()

    def disown(self, theirs: Callable[[Key], bool]) -> None:
        """What these bring is told to those who wait, and not kept; whoever comes now asks anew."""
        self._flights = {key: flight for key, flight in self._flights.items() if not theirs(key)}

    def _begun(self, key: Key) -> Flight[Answer]:
        flight = self._flights[key] = Flight[Answer]()
        return flight

    async def _fly(
        self,
        key: Key,
        flight: Flight[Answer],
        ask: Callable[[], Awaitable[Answer]],
        keep: Callable[[Answer], object],
    ) -> Answer:
        try:
            flight.answer = await ask()
            if self._flights.get(key) is flight:
                keep(flight.answer)
            return flight.answer
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.landed.set()
