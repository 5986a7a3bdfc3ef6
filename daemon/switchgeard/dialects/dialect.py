"""The shape every dialect has, so that nobody above need know which one it drives.

A dialect is a package, not a class, with two sides. To a provider (`ProviderSide`): `encode`, `Decoder`, `whole`.
From a client: `glimpse`, `read`, `patched`, `cleaned`, `Writer`, `answer`, `renamed`, `error`. `known` is the table.
A wire that no client speaks has the first side only.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from switchgear_protocol.content import Completion, Request, Usage
from switchgear_protocol.errors import ErrorObject
from switchgear_protocol.events import StreamEvent
from switchgear_protocol.words import Finish
from switchgeard.core.issuer import Issuer
from switchgeard.core.offer import Features
from switchgeard.upstream.sse import Event

from .glimpse import Glimpse

Keep = Callable[[str], bool]
"""Whether a sealed blob may go to where the body goes: only its issuer can open it."""

Rename = Callable[[str], str]
"""The name a tool call's id goes by where the body goes."""

IssuerOf = Callable[[str], Issuer | None]
"""Who sealed a blob, if that is known."""


class Decoding(Protocol):
    """One answer's stream. Raises Garbled and UpstreamError, nothing else."""

    @property
    def complete(self) -> bool:
        """The terminal marker was seen: a cut from here on loses no content."""
        ...

    @property
    def done(self) -> bool:
        """Nothing more worth reading will come."""
        ...

    def feed(self, event: Event) -> list[StreamEvent]:
        """Start first; deltas; BlockEnd per block; UsageReport and Finished here once `done`, else at `end`."""
        ...

    def end(self) -> list[StreamEvent]:
        """The stream ended: what is still owed (once), or Garbled without the terminal marker."""
        ...


class Told(Struct, frozen=True):
    """What a writer has to know beside the events: `model` as the client asked for it, `id` of the answer
    (letters and digits; the dialect adds its own prefix), `created` in epoch seconds, and the client's own words."""

    model: str
    id: str
    created: int
    asked: Glimpse


class Writing(Protocol):
    """One answer as the client's dialect streams it. Pure: events in, server-sent events out.

    Order of calls: `begin` per attempt, `feed` per event (never UsageReport, Finished, Restarted), then
    either `finish` or `fail`, once. Start may come more than once (an answer that another offer continues):
    the first one counts. Text after a block of text that was not ended goes on with that block.
    """

    def begin(self, issuer: Issuer) -> None:
        """Whose events follow: signatures are sealed with it, unless its wire is this dialect (then raw)."""
        ...

    def feed(self, event: StreamEvent) -> list[Event]: ...

    def finish(self, finish: Finish, usage: Usage) -> list[Event]:
        """What ends a whole answer, the dialect's terminal marker included (openai.chat: data "[DONE]")."""
        ...

    def fail(self, error: ErrorObject) -> list[Event]:
        """A typed error in the middle, in this dialect's own shape, after which nothing comes."""
        ...


class Refused(Struct, frozen=True):
    """An error as this dialect says it over HTTP."""

    status: int
    body: bytes


class ProviderSide(Protocol):
    """What speaks to a provider."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - a constant of the module

    def Decoder(self) -> Decoding: ...  # noqa: N802 - a class of the module

    def whole(self, body: bytes) -> list[StreamEvent]:
        """The events of a non-streaming body, under the same checks as a stream."""
        ...

    def encode(
        self,
        request: Request,
        model: str,
        *,
        stream: bool,
        issuer: Issuer,
        features: Features,
    ) -> bytes:
        """The JSON body. `issuer`: who is asked now; blocks that only others understand stay behind."""
        ...


class Dialect(ProviderSide, Protocol):
    """Both sides: what speaks to a provider, and what a client speaks."""

    def glimpse(self, body: bytes, *, model: str | None = None, stream: bool | None = None) -> Glimpse:
        """What routing has to know. Raises Unreadable. `model`, `stream`: where the URL says them, not the body."""
        ...

    def read(self, body: bytes, issuer_of: IssuerOf) -> Request:
        """The request in canonical form, for a provider of another dialect. Raises Unreadable.

        What has no counterpart is left out: each such rule is in the module's docstring.
        """
        ...

    def patched(self, body: bytes, *, model: str, stream: bool, max_tokens: int | None = None) -> bytes:
        """The body as it came but for these members (`max_tokens` None: as it came). Not decoded and built anew."""
        ...

    def cleaned(self, body: bytes, keep: Keep, rename: Rename) -> bytes:
        """The body without sealed blobs that may not travel, its tool call ids through `rename`, all else as it was."""
        ...

    def id_rule(self, model: str) -> Rename | None:
        """What makes a tool call id legal for this model, where a client of this dialect may hold one that is not."""
        ...

    @property
    def TERMINAL(self) -> str | None:  # noqa: N802 - a constant of the module
        """The data of the event that ends a stream, where it is no JSON ("[DONE]")."""
        ...

    def Writer(self, told: Told) -> Writing: ...  # noqa: N802 - a class of the module

    def answer(self, completion: Completion, told: Told, issuer: Issuer) -> bytes:
        """The whole answer as this dialect's non-streaming body. Sealed like a Writer does."""
        ...

    def renamed(self, event: Event, model: str) -> Event:
        """A provider's own event with the model's name replaced; the same object where it names none."""
        ...

    def renamed_body(self, body: bytes, model: str) -> bytes:
        """A provider's own whole body with the model's name replaced."""
        ...

    def error(self, error: ErrorObject) -> Refused:
        """A refusal in this dialect's shape and with its status."""
        ...
