"""Delivery: what the client has been given of one answer, and what is still held back.

Rules for editing: nothing reaches the client before the first content (the commit); a client that does
not stream gets nothing at all before the whole answer is checked. After commit, a second attempt's
content follows only behind a `restarted` or `continued` event (I8).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from switchgear_protocol.content import Block, Completion, Text, Thinking
from switchgear_protocol.events import (
    BlockEnd,
    Continued,
    ReasoningSignature,
    Restarted,
    Start,
    StreamEvent,
    TextDelta,
    ToolStart,
    UsageReport,
    commits,
)
from switchgear_protocol.words import Interrupt

from .core.issuer import Issuer
from .dialects.assemble import Assembler
from .dialects.fault import Garbled
from .passed import Heard, Passed, PassedBody, Said

KEPT = frozenset({"openai.responses"})
"""Wires on which a later request may name an answer by its id, as kept by the provider."""

NO_NAMES: Mapping[str, str] = {}


class Send(Protocol):
    """Hands events to the client, in one write."""

    def __call__(self, *events: Said) -> Awaitable[None]: ...


@dataclass(slots=True)
class Delivery:
    stream: bool
    on_interrupt: Interrupt
    send: Send
    on_commit: Callable[[], None]
    on_sealed: Callable[[str, Issuer], None] = lambda blob, issuer: None
    held: list[Said] = field(default_factory=list)
    committed: bool = False
    assembler: Assembler = field(default_factory=lambda: Assembler(""))
    before: str = ""  # text of an interrupted answer that is being continued
    said: list[str] = field(default_factory=list)  # text of the current attempt
    plain: bool = True  # nothing but text so far
    restarts: int = 0
    carried: bool = False  # the client has events of a provider's own
    issuer: Issuer | None = None  # of the current attempt
    names: Mapping[str, str] = field(default_factory=dict)
    passed: bytes | None = None  # the provider's own whole body, when it may be passed on

    async def emit(self, events: Sequence[Heard]) -> None:
        """What one read of the current attempt brought.

        Raises Garbled when an event makes no sense; those before it are handed over.
        """
        content = False
        passing = isinstance(events[-1], Passed) if events else False
        try:
            for event in events:
                if isinstance(event, Restarted):
                    await self._hand_over(content)
                    await self._upstream_restarted(event)
                    content = False
                else:
                    content = self._take(event, passing) or content
        except Garbled:
            await self._hand_over(content)
            raise
        await self._hand_over(content)

    async def complete(self) -> Completion:
        """The attempt ended well: hand over what was held, if anything, and give the whole answer.

        Raises Garbled, with nothing handed over, when the parts make no whole.
        """
        completion = self.assembler.completion()
        for block in completion.message.content:
            if isinstance(block, Thinking):
                self._sealed(block.text)  # openai.chat signs nothing: there the words themselves come back
        await self._hand_over(content=True)
        return _joined(self.before, completion) if self.before else completion

    def begin(self, issuer: Issuer | None = None, names: Mapping[str, str] = NO_NAMES) -> None:
        """Another attempt starts: nothing of the one before it counts. `issuer` is known once it is dialled.

        `names`: what the provider calls tools by -> what the client does, where that differs.
        """
        self.held.clear()
        self.said.clear()
        self.plain, self.passed, self.issuer, self.names = True, None, issuer, names
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
        """What was delivered so far, when it is text and nothing else: the only thing that can be continued.

        Not what went in a provider's own events: nobody else can go on with its stream.
        """
        return self.before + "".join(self.said) if self.plain and not self.carried else None

    def _take(self, event: Heard, passing: bool) -> bool:
        """Whether a client that streams has content now. In passing it gets the provider's own events instead."""
        if isinstance(event, PassedBody):
            self.passed = event.body
            return False
        if isinstance(event, Passed):
            if self.stream:
                self.held.append(event)
            return False
        if isinstance(event, ToolStart) and event.name in self.names:
            event = ToolStart(event.id, self.names[event.name])
        self.assembler.feed(event)
        self._note(event)
        if self.stream and not passing:
            self.held.append(event)
        return self.stream and commits(event)

    def _note(self, event: StreamEvent) -> None:
        if isinstance(event, TextDelta):
            if self.on_interrupt is Interrupt.CONTINUE:
                self.said.append(event.text)
        elif isinstance(event, Start):
            if self.issuer is not None and self.issuer.wire in KEPT:
                self._sealed(event.id)
        elif not isinstance(event, BlockEnd | UsageReport):
            self.plain = False
            if isinstance(event, ReasoningSignature):
                self._sealed(event.signature)

    def _sealed(self, blob: str | None) -> None:
        if blob and self.issuer is not None:
            self.on_sealed(blob, self.issuer)

    async def _hand_over(self, content: bool) -> None:
        """What is held, once there has been content: the first of it is the commit."""
        if content and not self.committed:
            self.committed = True
            self.on_commit()
        if self.committed and self.held:
            held, self.held = self.held, []
            self.carried = self.carried or isinstance(held[-1], Passed)
            await self.send(*held)

    async def _upstream_restarted(self, event: Restarted) -> None:
        """The provider itself threw its answer away and began anew."""
        if self.committed and self.stream and self.on_interrupt is not Interrupt.RESTART:
            raise Garbled("the provider began its answer anew in the middle")
        self.assembler.feed(event)
        self.held.clear()
        if self.committed and self.stream:
            await self.restart(event.reason)


def nobody() -> None:
    """Who is told of a commit that will not come any more."""


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
