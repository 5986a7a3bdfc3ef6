"""HTTPCall: one request to a provider as a value, ready to be sent and safe to log.

Rules for editing: pure. `repr` shows no body, no query and no header value but the harmless ones
named in SHOWN: calls end up in tracebacks and logs.
"""

from msgspec import Struct

SHOWN = frozenset({"accept", "accept-encoding", "content-type", "user-agent", "anthropic-version"})
"""Headers whose value may be printed."""


class HTTPCall(Struct, frozen=True):
    """Method, absolute URL, headers in sending order (lower-case names), whole body."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}: {value if name in SHOWN else '***'}" for name, value in self.headers)
        return f"<HTTPCall {self.method} {self.url.partition('?')[0]} [{shown}] {len(self.body)} bytes>"
