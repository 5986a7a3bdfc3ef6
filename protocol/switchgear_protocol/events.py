"""What travels while something happens: the values of a streamed completion, and the event feed.

Rules for editing: additive only. Readers ignore fields and types they do not know.
Times are epoch seconds (float) unless a name says `_ms`.
"""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from .content import Usage
from .words import FailureKind, Finish, Health, Outcome

# --- values of $/progress for completion/create, in the order a client may see them -----------


class Routing(Struct, tag="routing", tag_field="type", omit_defaults=True, frozen=True):
    """An offer chosen, skipped, waited for, or left, and why."""

    action: Literal["chosen", "skipped", "waiting", "left"]
    provider: str
    model: str
    label: str  # "Opus 4.6 (via Claude Pro)"
    reason: str = ""
    kind: str | None = None  # FailureKind, or a skip code of routing
    until: float | None = None  # epoch seconds when it may serve again, if known


class Start(Struct, tag="start", tag_field="type", omit_defaults=True, frozen=True):
    """Held back until the first content: the answer has begun."""

    id: str | None = None
    model: str | None = None
    usage: Usage | None = None


class TextDelta(Struct, tag="text_delta", tag_field="type", omit_defaults=True, frozen=True):
    text: str


class ReasoningDelta(Struct, tag="reasoning_delta", tag_field="type", omit_defaults=True, frozen=True):
    text: str


class ReasoningSignature(Struct, tag="reasoning_signature", tag_field="type", omit_defaults=True, frozen=True):
    signature: str
    redacted: bool = False


class ToolStart(Struct, tag="tool_start", tag_field="type", omit_defaults=True, frozen=True):
    id: str
    name: str


class ToolArgsDelta(Struct, tag="tool_args_delta", tag_field="type", omit_defaults=True, frozen=True):
    id: str
    json: str


class OpaqueBlock(Struct, tag="opaque_block", tag_field="type", omit_defaults=True, frozen=True):
    """A provider's own block, whole."""

    dialect: str
    data: dict[str, Any]


class BlockEnd(Struct, tag="block_end", tag_field="type", omit_defaults=True, frozen=True):
    """The current text, reasoning or tool block is complete."""

    id: str | None = None  # the tool call's, for tool blocks


class UsageReport(Struct, tag="usage", tag_field="type", omit_defaults=True, frozen=True):
    usage: Usage


class Restarted(Struct, tag="restarted", tag_field="type", omit_defaults=True, frozen=True):
    """Throw away everything of this answer seen so far: it begins anew."""

    reason: str


class Continued(Struct, tag="continued", tag_field="type", omit_defaults=True, frozen=True):
    """The answer was cut; what follows continues it from another offer. Nothing is thrown away."""

    reason: str


class Finished(Struct, tag="finish", tag_field="type", omit_defaults=True, frozen=True):
    reason: Finish


class Native(Struct, tag="native", tag_field="type", omit_defaults=True, frozen=True):
    """One event of the dialect the client asked in, as that dialect spells it."""

    data: msgspec.Raw


StreamEvent = (
    Start
    | TextDelta
    | ReasoningDelta
    | ReasoningSignature
    | ToolStart
    | ToolArgsDelta
    | OpaqueBlock
    | BlockEnd
    | UsageReport
    | Restarted
    | Continued
    | Finished
)
ProgressValue = StreamEvent | Routing | Native


def commits(event: object) -> bool:
    """Whether handing this event over commits the answer to its attempt: the first real content."""
    match event:
        case TextDelta(text=text) | ReasoningDelta(text=text):
            return bool(text)
        case ToolArgsDelta(json=json):
            return bool(json)
        case OpaqueBlock():
            return True
        case _:
            return False


# --- the event feed ---------------------------------------------------------------------------


class Event(Struct, omit_defaults=True, frozen=True):
    """One thing that happened. One struct of optional fields, so every client decodes every event.

    `seq` rises by one per event and survives as long as the daemon runs; `type` is one of
    EVENT_TYPES. No prompt, no answer text and no secret is ever in an event.
    """

    seq: int
    at: float
    type: str
    alias: str | None = None
    provider: str | None = None
    model: str | None = None
    label: str | None = None
    session: str | None = None
    request: str | None = None
    scope: str | None = None
    health: Health | None = None
    was: Health | None = None
    outcome: Outcome | None = None
    kind: FailureKind | None = None
    reason: str | None = None
    until: float | None = None
    source: str | None = None
    milliseconds: float | None = None
    window: str | None = None
    used: float | None = None  # fraction of a quota window, 0..1
    usage: Usage | None = None
    cost_usd: float | None = None
    switch_tokens: int | None = None  # of prompt that the new offer reads anew, its cache being cold
    switch_cost_usd: float | None = None  # what that costs there, estimated
    dropped: int | None = None


EVENT_TYPES = {
    "route": "an offer was chosen for a request",
    "attempt": "an attempt ended; exactly one per attempt",
    "failover": "a request moved on to another offer",
    "health": "what is believed of an endpoint, credential, bucket or offer changed",
    "quota": "a quota window was read",
    "sticky": "a session was assigned to an offer, moved or released",
    "pin": "a pin was set or removed",
    "pause": "a provider was paused or resumed",
    "credential": "a credential was set, removed or found missing",
    "config": "the config was loaded, or refused and the last good one kept",
    "spend": "metered spending was allowed, refused or capped",
    "network": "it looks as if the network answers instead of the providers",
    "storage": "the state file could not be read or written as usual",
    "daemon": "the daemon started or is shutting down",
    "lagged": "events are missing: `dropped` of them, or, after a restart, nobody knows how many",
}
