"""Line: bytes to and from one dialled socket, plain or TLS, that never blocks.

Rules for editing: no deadline, no buffer, no framing here. Reading waits first and reads then: one
wake-up and one system call a piece. OSError (ssl.SSLError is one) goes to the caller as it is.
"""

import socket
import ssl

from trio.lowlevel import notify_closing, wait_readable, wait_writable

PIECE = 65_536  # bytes read at once, at most; a TLS record is a quarter of it
SLICE = 262_144  # bytes given to the system at once; what TLS refused must be offered again unchanged


class Line:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def __repr__(self) -> str:
        return f"<Line {'TLS' if isinstance(self._sock, ssl.SSLSocket) else 'plain'} {self._sock.fileno()}>"

    async def receive(self) -> bytes:
        """What has come, at least a byte; b"" when the far end has closed. Raises OSError."""
        if not self._decrypted():
            await wait_readable(self._sock)
        while True:
            try:
                return self._sock.recv(PIECE)
            except (BlockingIOError, ssl.SSLWantReadError):  # half a TLS record
                await wait_readable(self._sock)

    def send_now(self, data: memoryview) -> memoryview:
        """Send what the system takes at once; what it does not. Raises OSError."""
        try:
            while data:
                data = data[self._sock.send(data[:SLICE]) :]
        except (BlockingIOError, ssl.SSLWantWriteError):
            pass
        return data

    async def send(self, data: memoryview) -> None:
        """Send it all. Raises OSError."""
        while data := self.send_now(data):
            await wait_writable(self._sock)

    def stirred(self) -> bool:
        """Whether something has come (and take it): on a line that rests, the far end's goodbye or worse.

        TLS's own business does not count: a server may send session tickets whenever it likes.
        """
        try:
            self._sock.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            pass  # reset
        return True

    def close(self) -> None:
        """At once; TLS says no goodbye, since all that was framed has been read or is not wanted."""
        notify_closing(self._sock)
        self._sock.close()

    def _decrypted(self) -> bool:
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0
