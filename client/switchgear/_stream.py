"""A streamed completion and the event feed, as iterators over one line each."""

import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

from msgspec import Struct

from switchgear_protocol.events import Event, ProgressValue, Routing, TextDelta
from switchgear_protocol.messages import Answer, EventsSubscribe, Status

from ._errors import Busy, ConnectionLost, DaemonUnavailable, Error
from ._line import Line
from ._restart import BACKOFF, Setback
from ._talk import Lost, last_seq, news


class Stream:
    """Iterates the values of one completion as they come; afterwards `answer` is the whole result.

    Use it in a `with` block: leaving early cancels, and the provider is stopped at once. A daemon that is
    restarted before the first word is waited for, and asked again.
    """

    def __init__(
        self, line: Line, id: int, done: Callable[[Line], None], again: Callable[[Setback], tuple[Line, int]]
    ) -> None:
        """`again`: the exchange begun anew after a setback; raises when that may not be."""
        self._line = line
        self._id = id
        self._done = done
        self._again = again
        self._begun = False  # something of the answer was handed over
        self._answer: Answer | None = None
        self._closed = False

    def __iter__(self) -> Iterator[ProgressValue]:
        return self

    def __next__(self) -> ProgressValue:
        if self._closed:
            raise StopIteration
        said = self._hear()
        if not isinstance(said, Answer):
            self._begun = self._begun or not isinstance(said, Routing)
            return said  # type: ignore[return-value]  # heard() yields progress values until the reply
        self._answer, self._closed = said, True
        self._done(self._line)
        raise StopIteration

    def _hear(self) -> Struct:
        while True:
            try:
                return self._line.hear()
            except (Lost, Busy) as error:
                self._give_up(error)
                if self._begun:
                    raise _cut(error) from None
                self._line, self._id = self._again(error)
                self._closed = False
            except BaseException as error:
                self._give_up(error)
                raise

    def _give_up(self, error: BaseException) -> None:
        """An error reply ends the exchange and leaves the line usable; anything else does not."""
        self._closed = True
        if isinstance(error, Lost):
            return  # it is closed
        if isinstance(error, Exception) and self._line.finished():
            self._done(self._line)
        else:
            self._line.hang_up(self._id)

    def text(self) -> Iterator[str]:
        """Only the words of the answer, piece by piece."""
        return (value.text for value in self if isinstance(value, TextDelta))

    @property
    def answer(self) -> Answer:
        """The result; reads what is left of the stream first. RuntimeError when it was closed or failed."""
        for _ in self:
            pass
        if self._answer is None:
            raise RuntimeError("this stream was closed before its answer was whole")
        return self._answer

    def close(self) -> None:
        """Cancels unless the answer is whole."""
        if not self._closed:
            self._closed = True
            self._line.hang_up(self._id)

    def __enter__(self) -> "Stream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _cut(error: Lost | Busy) -> Error:
    if isinstance(error, Busy):
        return error
    return ConnectionLost("the daemon went away in the middle of the answer", hint="switchgear status")


def feed(dial: Callable[[], Line], ask: EventsSubscribe) -> Iterator[Status | Event]:
    """A snapshot, then events, for ever; after a restart of the daemon a new snapshot and on from there."""
    since = ask.since
    line, said = subscribe(dial, ask, pauses=(0.0,))
    try:
        while True:
            for seen in news(said):
                since = last_seq(seen)
                yield seen
            try:
                said = line.hear()
            except Lost:
                line, said = subscribe(dial, EventsSubscribe(since, ask.types), pauses=BACKOFF)
    finally:
        line.close()


def subscribe(dial: Callable[[], Line], ask: EventsSubscribe, pauses: Sequence[float]) -> tuple[Line, Struct]:
    """A line and the first message of its feed, the snapshot; tries after each pause.

    With further pauses left, a daemon that is gone, starting or still stopping is tried again.
    """
    for pause in pauses[:-1]:
        time.sleep(pause)
        try:
            return _subscribe(dial, ask)
        except (DaemonUnavailable, Busy, ConnectionLost) as error:
            if error.kind == "foreign_daemon":
                raise
    time.sleep(pauses[-1])
    return _subscribe(dial, ask)


def _subscribe(dial: Callable[[], Line], ask: EventsSubscribe) -> tuple[Line, Struct]:
    line = dial()
    try:
        line.send("events/subscribe", ask)
        said = line.hear()
    except Lost:
        raise ConnectionLost("the daemon went away while we subscribed", hint="switchgear status") from None
    except BaseException:
        line.close()
        raise
    line.be_patient(None)  # hours may pass between two events
    return line, said
