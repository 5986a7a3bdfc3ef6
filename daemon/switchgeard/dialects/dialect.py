"""The shape every dialect module has, so that the attempt need not know which one it drives.

A dialect is a module, not a class: `NAME`, `encode`, `Decoder`, `whole`. `known` is the table.
"""

from typing import Protocol

from switchgear_protocol.content import Request
from switchgear_protocol.events import StreamEvent
from switchgeard.core.offer import Features
from switchgeard.upstream.sse import Event


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


class Dialect(Protocol):
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
        issuer: str,
        features: Features,
        default_max_tokens: int | None = None,
    ) -> bytes:
        """The JSON body. `issuer`: "provider/model" asked now; blocks of other issuers stay behind."""
        ...
