"""What the store has to tell: the state file is damaged, locked, full, or well again.

The app turns each notice into one `storage` event. Posting never blocks and works from any thread.
"""

from collections import deque
from typing import Literal

import trio
from msgspec import Struct

_KEPT = 100  # newest first to matter: a storm of trouble says the same thing

Trouble = Literal["corrupt", "newer", "locked", "unwritable", "write_failed", "recovered", "dropped"]


class Notice(Struct, frozen=True):
    """One thing a person should know of the state file. `message`: what, why and what to do."""

    trouble: Trouble
    message: str
    dropped: int = 0  # ledger rows and beliefs given up


class Notices:
    """A bounded mailbox from the writer's thread to one trio task."""

    def __init__(self) -> None:
        self._items: deque[Notice] = deque(maxlen=_KEPT)
        self._waiting: tuple[trio.lowlevel.TrioToken, trio.Event] | None = None

    def post(self, notice: Notice) -> None:
        """Leave a notice; from any thread."""
        self._items.append(notice)
        if (waiting := self._waiting) is not None:
            token, event = waiting
            try:
                token.run_sync_soon(event.set)
            except trio.RunFinishedError:
                pass  # nobody is left to read it

    def take(self) -> list[Notice]:
        """All notices not read yet, oldest first."""
        taken = []
        while self._items:
            taken.append(self._items.popleft())
        return taken

    async def next(self) -> Notice:
        """Wait for the next notice. One task at a time."""
        while True:
            event = trio.Event()
            self._waiting = (trio.lowlevel.current_trio_token(), event)  # before the look: none is missed
            if self._items:
                return self._items.popleft()
            await event.wait()
