"""A `Clock` that follows trio's own time, so `autojump_clock` moves deadlines and ledger alike."""

import trio

from switchgeard.core.clock import Now

EPOCH = 1_800_000_000.0  # 2027-01-15; any fixed moment will do


def trio_clock() -> Now:
    """Now on the virtual clock: wall starts at EPOCH when trio's clock is 0."""
    elapsed = trio.current_time()
    return Now(wall=EPOCH + elapsed, boot=elapsed)


class ManualClock:
    """A clock a plain test moves by hand."""

    def __init__(self, wall: float = EPOCH, boot: float = 0.0) -> None:
        self.now = Now(wall, boot)

    def __call__(self) -> Now:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now = self.now.after(seconds)
