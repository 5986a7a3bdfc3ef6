"""A clock that is turned forward by hand; between two turns it goes as clocks do."""

from dataclasses import dataclass

from switchgeard import clock
from switchgeard.core.clock import Now

DAY = 86_400.0


@dataclass(slots=True)
class Turned:
    """A `Clock`. `ahead`: seconds its wall clock is ahead of this machine's; `slept`: seconds it was turned."""

    ahead: float = 0.0
    slept: float = 0.0

    def __call__(self) -> Now:
        now = clock.now()
        return Now(now.wall + self.ahead, now.boot + self.slept)

    def begin(self, hour: float) -> None:
        """Today (UTC), so many hours after midnight."""
        wall = clock.now().wall
        self.ahead = wall // DAY * DAY + hour * 3600 - wall

    def turn_to(self, hour: float) -> None:
        """Forward to a later hour of the same day; it never goes back."""
        wall = self().wall
        further = max(0.0, wall // DAY * DAY + hour * 3600 - wall)
        self.ahead += further
        self.slept += further
