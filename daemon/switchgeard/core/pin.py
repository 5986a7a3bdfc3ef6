"""Pin: the user's word that one provider serves a model, until its time or until the user takes it back."""

from msgspec import Struct

from .clock import Now


class PinState(Struct, frozen=True):
    provider: str
    until: float | None = None  # wall

    def left(self, now: Now) -> float | None:
        """Seconds until it ends; None when only the user ends it."""
        return None if self.until is None else self.until - now.wall
