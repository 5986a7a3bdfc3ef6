"""A subscription that outlives the daemon: joined again behind the last event, once the next daemon is there.

Rules for editing: it never starts a daemon, and it never connects to a socket that nobody serves now, as that would
make a service manager start one: somebody may have stopped it for a reason, and who only watches does not undo that.
"""

from __future__ import annotations

import os
import time

from switchgear._dial import dial
from switchgear._errors import DaemonUnavailable
from switchgear_protocol.paths import lock_path

from .failed import UNREACHABLE, CommandError
from .lock import held
from .wire import Gone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import Invocation
    from .wire import Json

LOOK = 0.1  # seconds between two looks for the next daemon: a lock is tried, nothing is asked
LEFT = "the daemon has left; waiting for the next one (Ctrl-C ends this)"
BACK = "the daemon is back"


class Following:
    """`begin`, then `next_event` until it raises Gone, then `rejoined` until it has a reply; and so on."""

    __slots__ = ("_invocation", "_types", "cursor")

    def __init__(self, invocation: Invocation, types: list[str] | None = None) -> None:
        self._invocation = invocation
        self._types = types
        self.cursor: int | None = None

    def begin(self, since: int | None = None) -> Json:
        """The reply that opens the feed: snapshot, and what happened after `since`. CommandError as any call."""
        reply = self._invocation.call("events/subscribe", since=since, types=self._types)
        self.cursor = max([reply["snapshot"]["seq"], *(event["seq"] for event in reply.get("replayed", []))])
        return reply

    def next_event(self, timeout: float | None = None) -> Json | None:
        """The next event; None when `timeout` seconds pass first. Gone when the daemon left."""
        note = self._invocation.wire.next_event(timeout)
        if note is None:
            return None
        event: Json = note["event"]
        self.cursor = max(event["seq"], self.cursor or 0)
        return event

    def rejoined(self) -> Json | None:
        """The opening reply of the next daemon, with what happened meanwhile; None while there is none."""
        path = self._invocation.socket_path()
        if not _served(path):
            return None
        try:
            self._invocation.adopt(dial(path))
            return self.begin(self.cursor)
        except DaemonUnavailable as error:
            if error.kind == "foreign_daemon":
                raise CommandError(error.what, error.why, error.hint or "", exit=UNREACHABLE, kind=error.kind) from None
        except Gone:
            pass
        return None

    def wait_for_next(self) -> Json:
        """`rejoined`, as long as it takes; says on stderr that it waits, and that it is over."""
        self._invocation.note(LEFT)
        while (reply := self.rejoined()) is None:
            time.sleep(LOOK)
        self._invocation.note(BACK)
        return reply


def _served(path: str) -> bool:
    """Whether a daemon holds the lock beside the socket; one that comes from another machine has none there."""
    return held(path) or not os.path.exists(lock_path(path))
