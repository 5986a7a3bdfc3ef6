"""Delivery: what the client has been given of one answer, and what is still held back.

Rules for editing: nothing reaches the client before the first content (the commit); a client that does
not stream gets nothing at all before the whole answer is checked. After commit, a second attempt's
content follows only behind a `restarted` or `continued` event (I8).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from switchgear_protocol.content import Block, Completion, Text
from switchgear_protocol.events import (
    BlockEnd,
    Continued,
    Restarted,
    Routing,
    Start,
    StreamEvent,
    TextDelta,
    UsageReport,
    commits,
)
from switchgear_protocol.words import Interrupt

from .core.issuer import Issuer
from .dialects.assemble import Assembler
from .dialects.fault import Garbled


class Send(Protocol):
    """Hands events to the client, in one write."""

    def __call__(self, *events: StreamEvent | Routing) -> Awaitable[None]: ...


@dataclass(slots=True)
class Delivery:
    stream: bool
    on_interrupt: Interrupt
    send: Send
    on_commit: Callable[[], None]
    held: list[StreamEvent] = field(default_factory=list)
    committed: bool = False
    assembler: Assembler = field(default_factory=lambda: Assembler(""))
    before: str = ""  # text of an interrupted answer that is being continued
    said: list[str] = field(default_factory=list)  # text of the current attempt
    plain: bool = True  # nothing but text so far
    restarts: int = 0

    async def emit(self, events: Sequence[StreamEvent]) -> None:
        """Events of the current attempt. Raises Garbled when one makes no sense; those before it are handed over."""
        content = False
        try:
            for event in events:
                if isinstance(event, Restarted):
                    await self._hand_over(content)
                    await self._upstream_restarted(event)
                    content = False
                else:
                    content = self._take(event) or content
        except Garbled:
            await self._hand_over(content)
            raise
        await self._hand_over(content)

    async def complete(self) -> Completion:
        """The attempt ended well: hand over what was held, if anything, and give the whole answer.

        Raises Garbled, with nothing handed over, when the parts make no whole.
        """
        completion = self.assembler.completion()
        await self._hand_over(content=True)
        return _joined(self.before, completion) if self.before else completion

    def begin(self, issuer: Issuer | None = None) -> None:
        """Another attempt starts: nothing of the one before it counts. `issuer` is known once it is dialled."""
        self.held.clear()
        self.said.clear()
        self.plain = True
        self.assembler = Assembler(str(issuer or ""))

    async def restart(self, reason: str) -> None:
        self.restarts += 1
        self.before = ""
        await self.send(Restarted(reason))

    async def carry_on(self, reason: str) -> None:
        """Keep what was delivered; the next attempt continues it."""
        self.before += "".join(self.said)
        await self.send(Continued(reason))

    @property
    def plain_text(self) -> str | None:
        """What was delivered so far, when it is text and nothing else: the only thing that can be continued."""
        return self.before + "".join(self.said) if self.plain else None

    def _take(self, event: StreamEvent) -> bool:
        """Whether a client that streams has content now."""
        self.assembler.feed(event)
        self._note(event)
        if self.stream:
            self.held.append(event)
        return self.stream and commits(event)

    def _note(self, event: StreamEvent) -> None:
        if isinstance(event, TextDelta):
            if self.on_interrupt is Interrupt.CONTINUE:
                self.said.append(event.text)
        elif not isinstance(event, Start | BlockEnd | UsageReport):
            self.plain = False

    async def _hand_over(self, content: bool) -> None:
        """What is held, once there has been content: the first of it is the commit."""
        if content and not self.committed:
            self.committed = True
            self.on_commit()
        if self.committed and self.held:
            held, self.held = self.held, []
            await self.send(*held)

    async def _upstream_restarted(self, event: Restarted) -> None:
        """The provider itself threw its answer away and began anew."""
        if self.committed and self.stream and self.on_interrupt is not Interrupt.RESTART:
            raise Garbled("the provider began its answer anew in the middle")
        self.assembler.feed(event)
        self.held.clear()
        if self.committed and self.stream:
            await self.restart(event.reason)


def _joined(before: str, completion: Completion) -> Completion:
    """The delivered beginning and its continuation as one message."""
    message = completion.message
    blocks: list[Block] = [Text(message.content)] if isinstance(message.content, str) else list(message.content)
    if blocks and isinstance(blocks[0], Text):
        blocks[0] = Text(before + blocks[0].text)
    else:
        blocks.insert(0, Text(before))
    changed = type(message)(message.role, blocks)
    return Completion(changed, completion.finish, completion.usage, completion.model)
