"""Now: the two clocks every decision needs, taken once and passed in.

`boot` counts through suspend and never jumps: deadlines live on it. `wall` is what people and
providers speak, and what survives a restart.
"""

from msgspec import Struct


class Now(Struct, frozen=True):
    wall: float  # epoch seconds
    boot: float  # seconds since boot, suspend included

    def after(self, seconds: float) -> "Now":
        """The moment so many seconds later on both clocks."""
        return Now(self.wall + seconds, self.boot + seconds)
