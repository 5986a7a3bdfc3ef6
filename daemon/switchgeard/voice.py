"""Voice: one answer as its client hears it, in the client's own dialect.

A completion says canonical events, and in passing a provider's own (`Passed`). Our own dialect gets the
canonical ones, routing included; any other gets what the provider said when it speaks the same, and what the
dialect's writer makes of the canonical events when it does not.

Rules for editing: what ends an answer (the terminal marker and what leads to it) is never said here but given
to who closes the answer, after the answer is on record.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from switchgear_protocol.content import Usage
from switchgear_protocol.errors import ErrorObject
from switchgear_protocol.events import Continued, Finished, Restarted, Routing, UsageReport
from switchgear_protocol.words import Finish

from .core.issuer import Issuer
from .dialects.dialect import Dialect, Told, Writing
from .passed import Passed, Said
from .upstream.sse import Event

Out = Callable[[list[Event]], Awaitable[None]]


async def unheard(events: list[Event]) -> None:
    """Where words go when all has been said."""


class Voice(Protocol):
    async def say(self, *said: Said) -> None:
        """Hand over, in one write. Waits while the client is slow."""
        ...

    def turn_to(self, issuer: Issuer) -> None:
        """Whose words follow."""
        ...


@dataclass(slots=True)
class Ours:
    """Our own dialect: canonical events as they are."""

    send: Callable[..., Awaitable[None]]

    async def say(self, *said: Said) -> None:
        await self.send(*said)

    def turn_to(self, issuer: Issuer) -> None:
        pass


@dataclass(slots=True)
class Theirs:
    """A dialect of others. `out` gets every event but those that end the answer: `finish` returns them."""

    dialect: Dialect
    told: Told
    out: Out
    writer: Writing = field(init=False)
    closing: list[Event] = field(default_factory=list)
    passed: bool = False

    def __post_init__(self) -> None:
        self.writer = self.dialect.Writer(self.told)

    def turn_to(self, issuer: Issuer) -> None:
        self.writer.begin(issuer)

    async def say(self, *said: Said) -> None:
        out: list[Event] = []
        for one in said:
            if isinstance(one, Passed):
                self._pass(one, out)
            elif not isinstance(one, Routing | UsageReport | Finished | Restarted | Continued):
                out += self.writer.feed(one)
        if out:
            await self.out(out)

    def finish(self, finish: Finish, usage: Usage) -> list[Event]:
        """What ends the whole answer, the terminal marker last."""
        if not self.passed:
            return self.writer.finish(finish, usage)
        terminal = self.dialect.TERMINAL
        if terminal and not any(event.data == terminal for event in self.closing):
            self.closing.append(Event(None, terminal))
        return self.closing

    def fail(self, error: ErrorObject) -> list[Event]:
        """What says that the answer broke off."""
        return self.writer.fail(error)

    def _pass(self, one: Passed, out: list[Event]) -> None:
        self.passed = True
        self.closing.append(self.dialect.renamed(one.event, self.told.model))
        if not one.closing:
            out += self.closing
            self.closing = []
