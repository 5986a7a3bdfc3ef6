"""What the blocking and the trio client share: the words of one exchange, without I/O.

Rules for editing: no socket, no waiting; both flavours call these and differ only in how they wait.
"""

import errno
import sys
from collections.abc import Sequence
from typing import Literal, TypedDict, assert_never

from msgspec import Struct

from switchgear_protocol import PROTOCOL_MAX, PROTOCOL_MIN
from switchgear_protocol.connection import (
    CancelReceived,
    ErrorReceived,
    In,
    NotificationReceived,
    ProgressReceived,
    Refused,
    ReplyReceived,
    RequestReceived,
)
from switchgear_protocol.content import Message, NamedTool, Reasoning, ResponseFormat, Text, Tool
from switchgear_protocol.events import Event
from switchgear_protocol.messages import (
    Answer,
    ClientInfo,
    CompletionCreate,
    EventNote,
    Initialize,
    Status,
    Subscribed,
    VersionRange,
)
from switchgear_protocol.words import Interrupt

from ._errors import Error, ProtocolMismatch, from_wire

READ_ONLY = frozenset({
    "initialize", "status", "models/list", "models/show", "providers/list", "credentials/list", "sessions/list",
    "quota/list", "usage/query", "route/explain", "events/subscribe", "config/check", "tokens/list",
})  # fmt: skip
"""Methods that may be asked again when the daemon went away while working on them."""

PATIENCE = 630.0  # seconds to wait for the next word of a completion: the daemon's own deadline and a little


class Options(TypedDict, total=False):
    """What may be said of a completion besides model and prompt; as in CompletionCreate."""

    system: str | None
    tools: list[Tool]
    tool_choice: Literal["auto", "none", "required"] | NamedTool | None
    parallel_tool_calls: bool | None
    max_tokens: int | None
    temperature: float | None
    top_p: float | None
    stop: list[str]
    reasoning: Reasoning | None
    response_format: ResponseFormat | None
    session: str | None
    on_interrupt: Interrupt | None
    wait_until_reset: bool | float
    deadline_s: float | None
    allow_feature_downgrade: bool | None


def introduction(name: str) -> Initialize:
    return Initialize(protocol=VersionRange(PROTOCOL_MIN, PROTOCOL_MAX), client=ClientInfo(name))


def completion(model: str, prompt: str | Sequence[Message], options: Options, *, stream: bool) -> CompletionCreate:
    """The request for a prompt (one user message) or a whole conversation."""
    messages = [Message("user", prompt)] if isinstance(prompt, str) else list(prompt)
    return CompletionCreate(model, messages, stream=stream, **options)


def patience(params: Struct, timeout: float | None) -> float | None:
    """Seconds of silence to bear while `params` is worked on; None: for ever."""
    if not isinstance(params, CompletionCreate) or timeout is None:
        return timeout
    wait = params.wait_until_reset
    if wait is True:
        return None
    return max(timeout, PATIENCE, (params.deadline_s or 0.0) + timeout) + float(wait)


def heard(arrival: In) -> Struct:
    """The progress value, note or result that arrived. Raises the typed error that it was instead."""
    match arrival:
        case ProgressReceived(_, value):
            return value
        case ReplyReceived(_, _, result):
            return result
        case NotificationReceived(_, params):
            return params
        case ErrorReceived(_, _, said):
            raise from_wire(said)
        case Refused(said):
            raise ProtocolMismatch(f"the daemon's answer cannot be read: {said.message}", hint="switchgear version")
        case RequestReceived() | CancelReceived():
            raise ProtocolMismatch("the daemon asked its client for something", hint="switchgear version")
        case _:
            assert_never(arrival)


def expected(result: Struct, type: type[Struct]) -> None:
    """Raises ProtocolMismatch unless `result` is what the method promises."""
    if not isinstance(result, type):
        raise ProtocolMismatch(f"the daemon answered with {result.__class__.__name__}", hint="switchgear version")


def news(said: Struct) -> list[Status | Event]:
    """What a subscriber reads of one message of its feed, in order."""
    if isinstance(said, Subscribed):
        return [said.snapshot, *said.replayed]
    if isinstance(said, EventNote):
        return [said.event] if said.snapshot is None else [said.event, said.snapshot]
    return []


def last_seq(seen: Status | Event) -> int:
    """The cursor to subscribe again with."""
    return seen.seq


def text_of(answer: Answer | Message) -> str:
    """The plain text of an answer: its text blocks joined; tool calls and thinking left out."""
    content = answer.message.content if isinstance(answer, Answer) else answer.content
    if isinstance(content, str):
        return content
    return "".join(block.text for block in content if isinstance(block, Text))


def unread(error: OSError) -> bool:
    """Whether the daemon closed this Unix socket without having read all we sent: Linux tells that by a reset.

    An end in place of a reset says nothing: it may have read the request and died of it.
    """
    return error.errno in (errno.ECONNRESET, errno.EPIPE) and sys.platform == "linux"


class Lost(Exception):
    """The connection ended. `sent`: whether the daemon may have got the whole request."""

    def __init__(self, sent: bool) -> None:
        super().__init__()
        self.sent = sent

    def may_repeat(self, method: str) -> bool:
        return not self.sent or method in READ_ONLY


__all__ = [
    "PATIENCE", "READ_ONLY", "Error", "Lost", "Options", "completion", "expected", "heard", "introduction",
    "last_seq", "news", "patience", "text_of", "unread",
]  # fmt: skip
