"""Passed: what a provider said in the client's own dialect, on its way through.

It travels beside the canonical events made of it, behind them: those decide what is content, what is
complete and what it cost; this is what the client gets.
"""

from msgspec import Struct

from switchgear_protocol.events import Routing, StreamEvent

from .upstream.sse import Event


class Passed(Struct, frozen=True, gc=False):
    """One event as it came. `closing`: the answer is whole with it, so it waits until that is on record."""

    event: Event
    closing: bool = False


class PassedBody(Struct, frozen=True, gc=False):
    """A whole body as it came."""

    body: bytes


Heard = StreamEvent | Passed | PassedBody
"""What an attempt brings."""
Said = StreamEvent | Routing | Passed
"""What a client is told."""
