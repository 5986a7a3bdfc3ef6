"""A clock that stands still until it is turned: a day's story shows the same on a slow machine as on a fast one."""

from dataclasses import dataclass, field

from switchgeard import clock
from switchgeard.core.clock import Now

DAY = 86_400.0


def today(hour: float) -> Now:
    """So many hours after midnight (UTC) of this day."""
    now = clock.now()
    return Now(now.wall // DAY * DAY + hour * 3600, now.boot)


@dataclass(slots=True)
class Turned:
    """A `Clock`. It begins at `now`."""

    now: Now = field(default_factory=lambda: today(0))

    def __call__(self) -> Now:
        return self.now

    def turn_to(self, hour: float) -> None:
        """Forward to an hour of the same day, both clocks by the same; it never goes back."""
        midnight = self.now.wall // DAY * DAY
        self.now = self.now.after(max(0.0, midnight + hour * 3600 - self.now.wall))
