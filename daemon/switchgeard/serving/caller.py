"""Caller: what a method knows of the connection and request it serves, and all it can do to them.

The server makes one per request; methods receive it and never see a socket. Rules for editing:
a method can talk back only through `progress` (content, with back-pressure) and `subscribe` (the
event feed, which outlives the request); replies and errors are its return value and RpcError.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from msgspec import Struct

from switchgear_protocol.messages import EventsSubscribe, Subscribed

Id = int | str


@dataclass(slots=True)  # not frozen: that costs a ping more than a microsecond
class Caller:
    """Who asks, and the ways to talk back while the request runs."""

    connection: int  # rises by one per connection of this daemon
    request: Id  # unique among the connection's requests in flight only
    client: str  # the name it gave in `initialize`; "" when it gave none
    framing: str  # "msgpack" | "content-length" | "ndjson"
    uid: int
    pid: int | None  # None where the system does not tell
    send_progress: Callable[..., Awaitable[None]] = field(repr=False)
    start_feed: Callable[[EventsSubscribe], Subscribed] = field(repr=False)

    async def progress(self, *values: Struct) -> None:
        """Send `$/progress` values (each a ProgressValue) of this request, in one write.

        Awaits while the client's socket is full. Cancelled when the client leaves.
        """
        await self.send_progress(*values)

    def subscribe(self, ask: EventsSubscribe) -> Subscribed:
        """Start the event feed on this request's connection; answer the request with what this returns.

        The snapshot and the registration happen in this one synchronous call, so no event is lost
        or told twice between them. The feed ends when the client leaves or cancels this request's id.
        """
        return self.start_feed(ask)


Dispatch = Callable[[Caller, str, Struct, Id], Awaitable[Struct]]
"""Serves one request: (caller, method, params decoded by METHODS, request id) -> result struct.

Raises RpcError for an answer that is an error; lets `trio.Cancelled` through.
"""
