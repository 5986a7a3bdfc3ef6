"""What becomes of a request when the daemon goes while it is asked: waited for and asked again, or given up.

Rules for editing: no socket, no waiting; both flavours ask `Patience` and differ only in how they sleep. A request
is repeated only when that does nothing twice: it reads, it was never sent, the daemon says that it was not begun, or
it is a completion that a daemon on its way out broke off before its first word.
"""

from ._errors import Busy, ConnectionLost, DaemonUnavailable, Error
from ._talk import READ_ONLY, Lost

GONE = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before each further try when the connection is lost: a daemon started again is there by then."""
LEAVING = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0)
"""The same when it says that it shuts down: what runs there gets ten seconds."""
BACKOFF = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0, 5.0)
"""Before each attempt of an event feed to find a daemon that went away: half a minute in all."""
COMPLETION = "completion/create"

HUNG_UP = "hung_up"

Setback = Lost | Busy | DaemonUnavailable
SETBACKS = (Lost, Busy, DaemonUnavailable)


class Patience:
    """The tries of one request. Nobody is waited for who was not there at its beginning."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._pauses: list[float] | None = None

    def wait(self, error: Setback) -> float:
        """Seconds until the next try. Raises what the caller is to be told when there is none."""
        if self._pauses is None:
            self._pauses = list(LEAVING if isinstance(error, Busy) else GONE)
            hopeful = not isinstance(error, DaemonUnavailable) or error.kind == HUNG_UP
        else:
            hopeful = True
        if not (hopeful and self._pauses and self._harmless(error)):
            raise told(error) from None
        return self._pauses.pop(0)

    def _harmless(self, error: Setback) -> bool:
        if isinstance(error, Lost):
            return error.may_repeat(self._method)
        if isinstance(error, Busy):
            unbegun = error.begun is False or self._method in READ_ONLY or self._method == COMPLETION
            return error.kind == "shutting_down" and unbegun
        return error.kind != "foreign_daemon"


def hung_up() -> DaemonUnavailable:
    """It listened, and was gone before it had said a word: on its way out, mostly."""
    what = "the daemon hung up while we said hello"
    return DaemonUnavailable(what, hint="switchgear status", kind=HUNG_UP)


def told(error: Setback) -> Error:
    """As the caller knows it."""
    if isinstance(error, Lost):
        return ConnectionLost("the daemon went away while it worked on this", hint="switchgear status")
    return error
