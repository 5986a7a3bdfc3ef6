"""One blocking connection to the daemon, used by one exchange at a time.

Rules for editing: a line that failed in any way is closed and never used again. The socket is
blocking and the kernel keeps the time limits (SO_RCVTIMEO): Python's own timeouts poll before every
call, which is a good part of a round trip.
"""

import socket
from collections import deque

from msgspec import Struct

from switchgear_protocol.connection import Connection, In, Role

from ._dial import dial, timeval
from ._errors import RequestTimeout
from ._talk import Lost, heard, introduction, unread

CHUNK = 65536


class Line:
    """A socket, its protocol state, and arrivals not read yet."""

    __slots__ = ("_arrived", "_connection", "_patience", "_socket")

    def __init__(self, path: str, timeout: float | None, name: str) -> None:
        """Dials and introduces itself. Raises DaemonUnavailable, ProtocolMismatch, RequestTimeout, Lost."""
        self._socket = dial(path, timeout)
        self._socket.settimeout(None)
        self._patience: float | None = None
        self._connection = Connection(Role.CLIENT)
        self._arrived: deque[In] = deque()
        try:
            self.be_patient(timeout)
            self.send("initialize", introduction(name))
            self.hear()
        except BaseException:
            self.close()
            raise

    def send(self, method: str, params: Struct) -> int:
        """Sends a request and returns its id. Lost(sent=False) when the daemon cannot have got it."""
        id = self._connection.new_id()  # noqa: A001 - the wire's word
        try:
            self._socket.sendall(self._connection.send_request(method, params, id))
        except BlockingIOError:
            raise self._silent() from None
        except OSError:
            self.close()
            raise Lost(sent=False) from None
        return id

    def hear(self) -> Struct:
        """The next value, note or result. Raises the error it was instead, RequestTimeout, or Lost."""
        while not self._arrived:
            self._arrived.extend(self._connection.receive_data(self._receive()))
        return heard(self._arrived.popleft())

    def be_patient(self, seconds: float | None) -> None:
        """How long `hear` bears silence."""
        if seconds != self._patience:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval(seconds))
            self._patience = seconds

    def finished(self) -> bool:
        """Whether the exchange on it came to its end: nothing unread, nothing unanswered."""
        return not self._arrived and not self._connection.waiting_for

    def alive(self) -> bool:
        """Whether the daemon is still there and silent."""
        try:
            self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False  # the end, or words nobody asked for

    def hang_up(self, id: int) -> None:
        """Cancels the exchange and closes: the daemon stops the provider at once."""
        try:
            self._socket.send(self._connection.cancel(id), socket.MSG_DONTWAIT)
        except OSError:
            pass  # closing says the same
        self.close()

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> bytes:
        try:
            data = self._socket.recv(CHUNK)
        except BlockingIOError:
            raise self._silent() from None
        except OSError as error:
            self.close()
            raise Lost(sent=not unread(error)) from None
        if not data:
            self.close()
            raise Lost(sent=True)
        return data

    def _silent(self) -> RequestTimeout:
        self.close()
        return RequestTimeout(f"the daemon said nothing for {self._patience:g} s", hint="switchgear status")
