"""Intake: the bytes clients have sent and we have not done with, over all connections.

Each frame is bounded, and so is each connection's number of requests; but many connections with a large
half-sent frame each, or with large requests under way, would add up to gigabytes. Beyond the limit who
sends something large is turned away; small requests, of which bounded numbers fit, always pass.
Rules for editing: counting only, a few operations per read; who is turned away is `Conversation`'s business.
"""

LARGE = 1024 * 1024  # bytes of one frame; ordinary requests have less


class Intake:
    """Shared by all conversations of the daemon, on the socket and at the HTTP door."""

    __slots__ = ("_limit", "held")

    def __init__(self, limit: int):
        self._limit = limit
        self.held = 0  # bytes

    def __repr__(self) -> str:
        return f"<Intake: {self.held} of {self._limit} bytes>"

    def refuses(self, arriving: int) -> bool:
        """Whether there is no room for a frame of which so many bytes have come."""
        return self.held > self._limit and arriving > LARGE
