"""Accepting: takes clients off listening sockets, for whoever serves them.

Rules for editing: accepting never spins, never waits for a client, and survives whatever one client does
in the middle of being accepted. Who is welcome, and what becomes of them, is the caller's business.
"""

import errno
import socket
from collections.abc import Callable

import structlog
import trio

from .descriptors import EXHAUSTED, Reserve

LEFT_ALREADY = frozenset({errno.ECONNABORTED, errno.EPROTO, errno.EINTR, errno.EPERM, errno.EAGAIN})
"""errno values of accept that concern the one connection that is gone."""
PAUSE = 0.1  # seconds after a failed accept: a condition that lasts must not make us spin

Welcome = Callable[[socket.socket], None]

log = structlog.get_logger("switchgeard.serving.server")


class Accepting:
    """The listening sockets of one server. `turn_away` gets a client there is no descriptor for."""

    def __init__(self, turn_away: Welcome):
        self._turn_away = turn_away
        self._reserve = Reserve()
        self._scopes: dict[socket.socket, tuple[trio.CancelScope, Welcome]] = {}

    def start(self, nursery: trio.Nursery, sock: socket.socket, welcome: Welcome) -> None:
        """Accept on a listening, non-blocking socket, in a task, until stopped or cancelled; closes it then.

        `welcome` gets each client's socket, non-blocking, and owns it from then on.
        """
        scope = trio.CancelScope()
        self._scopes[sock] = (scope, welcome)
        nursery.start_soon(self._run, sock, scope, welcome)

    async def _run(self, sock: socket.socket, scope: trio.CancelScope, welcome: Welcome) -> None:
        with sock, scope:
            while True:
                await trio.lowlevel.wait_readable(sock)
                if scope.cancel_called:  # stopped since: it may be shut down, and accepting on it an error
                    break
                if not self.admit_one(sock, welcome):
                    await trio.sleep(PAUSE)

    def stop(self, sock: socket.socket) -> None:
        """Accept no more there, once everyone who already waits is in."""
        scope, welcome = self._scopes.pop(sock)
        while self.admit_one(sock, welcome):
            pass
        scope.cancel()

    def stop_all(self) -> None:
        """Accept no more at all; who waits in a backlog is left to the kernel."""
        for scope, _ in self._scopes.values():
            scope.cancel()

    def close(self) -> None:
        """Give the descriptors in reserve back."""
        self._reserve.close()

    def admit_one(self, sock: socket.socket, welcome: Welcome) -> bool:
        """Accept a client, or turn it away for want of descriptors; False when neither was possible."""
        try:
            client, _ = sock.accept()
        except OSError as failed:
            if failed.errno in EXHAUSTED:
                return self._shed(sock)
            if failed.errno in LEFT_ALREADY:
                return False
            raise
        client.setblocking(False)
        welcome(client)
        return True

    def _shed(self, sock: socket.socket) -> bool:
        """Out of descriptors: spend one of the reserve to tell a client so."""
        log.warning("connection.refused", reason="out of descriptors")
        self._reserve.spend()
        try:
            client, _ = sock.accept()
        except OSError:
            return False
        else:
            client.setblocking(False)
            self._turn_away(client)
            return True
        finally:
            self._reserve.refill()
