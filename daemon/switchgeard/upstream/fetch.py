"""Fetch: one small exchange that is no completion (a token, a login, a list), read whole.

It goes over the daemon's own connections, with their rules: nothing is followed, nothing inflated. Rules for editing:
bounded in bytes and in time; what is longer or slower is trouble like any other.
"""

import trio
from msgspec import Struct

from switchgeard.core.failure import garbled, transport_failure

from .call import HTTPCall
from .fault import TransportFault
from .transport import Transport

LARGEST = 1024 * 1024  # bytes of a reply
CONNECT = 10.0  # seconds
WHOLE = 20.0  # seconds, connecting included


class Fetched(Struct, frozen=True):
    """The reply's status and its whole body; the repr shows no body, which may hold a token."""

    status: int
    body: bytes

    def __repr__(self) -> str:
        return f"<Fetched {self.status}, {len(self.body)} bytes>"


async def fetch(transport: Transport, call: HTTPCall, within: float = WHOLE, largest: int = LARGEST) -> Fetched:
    """The whole reply to `call`. Raises TransportFault, also for more bytes than `largest` or later than `within`."""
    with trio.move_on_after(within):
        async with transport.open(call, connect=CONNECT) as reply:
            body = bytearray()
            async for piece in reply.chunks():
                body += piece
                if len(body) > largest:
                    raise TransportFault(garbled(f"a reply of more than {largest} bytes", status=reply.status))
            return Fetched(reply.status, bytes(body))
    raise TransportFault(transport_failure("read", f"no whole reply within {within:g} s", sent=True, timed_out=True))


async def ask_issuer(transport: Transport, call: HTTPCall) -> tuple[int, bytes]:
    """Status and body, as those who renew tokens want them. Raises TransportFault."""
    reply = await fetch(transport, call)
    return reply.status, reply.body
