"""Hangups: tells that a peer closed its socket for good, even while we read and write nothing.

EOF on read only means that the peer will say no more: `echo ... | nc -U` still waits for its answer.
Both directions closed means nobody will ever read it, and the work must stop. The kernel knows the
difference (EPOLLHUP; EV_EOF on the write side), so one descriptor watches all sockets, without timers.
HTTP clients end a request by closing, and the other half of a TCP close is never seen before we write:
there `half` takes the end of the peer's sending for its leaving.
"""

import select
import socket
import sys
from collections.abc import Callable, Iterator

import trio

if sys.platform == "linux":

    class _Watch:
        """epoll with an empty mask: only EPOLLHUP and EPOLLERR are ever reported, half-close is not."""

        def __init__(self, half: bool) -> None:
            self._epoll = select.epoll()
            self._mask = select.EPOLLRDHUP if half else 0

        def fileno(self) -> int:
            return self._epoll.fileno()

        def add(self, fd: int) -> None:
            self._epoll.register(fd, self._mask)

        def remove(self, fd: int) -> None:
            self._epoll.unregister(fd)

        def gone(self) -> Iterator[int]:
            return (fd for fd, _ in self._epoll.poll(0))

        def close(self) -> None:
            self._epoll.close()

else:

    class _Watch:
        """kqueue on the write side: EV_EOF there means that the peer can read no more; on the read side,
        that it will say no more."""

        def __init__(self, half: bool) -> None:
            self._queue = select.kqueue()
            self._side = select.KQ_FILTER_READ if half else select.KQ_FILTER_WRITE

        def fileno(self) -> int:
            return self._queue.fileno()

        def add(self, fd: int) -> None:
            # EV_CLEAR: "ready" is told once and ignored, else every idle socket would keep us awake
            flags = select.KQ_EV_ADD | select.KQ_EV_CLEAR
            self._queue.control([select.kevent(fd, self._side, flags)], 0, 0)

        def remove(self, fd: int) -> None:
            self._queue.control([select.kevent(fd, self._side, select.KQ_EV_DELETE)], 0, 0)

        def gone(self) -> Iterator[int]:
            events = self._queue.control(None, 64, 0)
            return (event.ident for event in events if event.flags & select.KQ_EV_EOF)

        def close(self) -> None:
            self._queue.close()


class Hangups:
    """Calls back, once, when a watched socket's peer is gone."""

    def __init__(self, half: bool = False) -> None:
        """`half`: whoever will send no more is gone, though it may still read."""
        self._watch = _Watch(half)
        self._tell: dict[int, Callable[[], None]] = {}

    def add(self, sock: socket.socket, gone: Callable[[], None]) -> None:
        """Watch a connected socket; `gone` is called from the `run` task and must not block."""
        self._watch.add(sock.fileno())
        self._tell[sock.fileno()] = gone

    def remove(self, sock: socket.socket) -> None:
        """Stop watching; call it before the socket is closed. Nothing happens when it was told already."""
        if self._tell.pop(sock.fileno(), None):
            self._watch.remove(sock.fileno())

    async def run(self) -> None:
        """Wait for hang-ups until cancelled."""
        while True:
            await trio.lowlevel.wait_readable(self._watch.fileno())
            for fd in list(self._watch.gone()):
                self._tell_once(fd)

    def close(self) -> None:
        """Give the descriptor back, when `run` has ended and nothing is watched any more."""
        self._watch.close()

    def _tell_once(self, fd: int) -> None:
        gone = self._tell.pop(fd, None)
        if gone:
            self._watch.remove(fd)  # the condition is permanent: it would wake us for ever
            gone()
