"""Reply: what a provider answered, as the rest of the daemon sees it.

Rules for editing: nothing is decoded or inflated, and nothing is followed.
"""

from collections.abc import AsyncIterator

from switchgeard.core.failure import garbled

from .connection import Connection
from .fault import TransportFault
from .head import Head

HEAD_BYTES = 65_536


class Reply:
    """Status, headers (lower-case names, duplicates joined with ", ") and a body to be read once."""

    def __init__(self, head: Head, connection: Connection) -> None:
        self.status = head.status
        self.headers = head.headers
        self._connection = connection

    def __repr__(self) -> str:
        return f"<Reply {self.status}>"

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives, at most 64 KiB at a time. Raises TransportFault when it breaks off."""
        coding = self.headers.get("content-encoding", "")
        if coding.strip().lower() not in ("", "identity"):
            raise TransportFault(garbled(f"encoded reply: {coding}", status=self.status))
        return _Chunks(self._connection)

    async def head(self, limit: int = HEAD_BYTES) -> bytes:
        """What can be had of an error's body, at most `limit` bytes: its status counts even if the rest broke off."""
        start = bytearray()
        try:
            async for chunk in self.chunks():
                start += chunk
                if len(start) >= limit:
                    break
        except TransportFault:
            pass  # cut, encoded: the status alone is the evidence
        return bytes(start[:limit])


class _Chunks:
    """An iterator and not a generator: it may be left in the middle without clean-up of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __aiter__(self) -> "_Chunks":
        return self

    async def __anext__(self) -> bytes:
        chunk = await self._connection.piece()
        if not chunk:
            raise StopAsyncIteration
        return chunk
