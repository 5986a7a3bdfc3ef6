"""Listeners: which sockets the door has open, as the config in force wants it.

Rules for editing: `follow` is synchronous and never raises: an address that cannot be had is told, and
tried again at the next reload, while everything else goes on. Only loopback addresses are ever bound, here
as in the config's check; http.sock is as private as the main socket beside it.
"""

import socket
from dataclasses import dataclass, field

import structlog

from switchgear_protocol.paths import PathError
from switchgeard.config.settled import HTTPDoor
from switchgeard.serving.instance import AlreadyRunning
from switchgeard.serving.listening import BACKLOG, SocketFile, bind_socket
from switchgeard.watch import watch

from .admission import loopback, unix
from .server import Door

ADDRESSES = {"127.0.0.1": ("127.0.0.1",), "::1": ("::1",), "localhost": ("127.0.0.1", "::1")}
"""What is bound for a host of the config: a client that resolves `localhost` may take either."""

log = structlog.get_logger("switchgeard.door")


@dataclass(slots=True)
class Listeners:
    """`path`: where http.sock goes."""

    door: Door
    path: str
    _file: SocketFile | None = None
    _wanted: tuple[str, int] | None = None  # what `_tcp` was opened for
    _tcp: list[socket.socket] = field(default_factory=list)
    _troubles: dict[str, str] = field(default_factory=dict)  # where -> why not

    def follow(self, wanted: HTTPDoor) -> None:
        """Open what is wanted and closed, close what is open and not wanted."""
        if self.door.draining:
            return
        self._troubles.clear()
        self._follow_unix(wanted.unix)
        self._follow_tcp(wanted.listen)

    @property
    def url(self) -> str | None:
        """Where TCP clients come in; None: nowhere."""
        return _url(self._tcp[0]) if self._tcp else None

    def view(self) -> str | None:
        """For status, in one line: where the door is open, and where it should be and is not."""
        places = [*([self.url] if self.url else []), *([self._file.path] if self._file else [])]
        troubles = [f"not on {where}: {why}" for where, why in self._troubles.items()]
        return "; ".join([" and ".join(places), *troubles] if places else troubles) or None

    async def keep(self) -> None:
        """Keep http.sock where clients look for it; returns where the system cannot watch files."""
        await watch(self.path, self.look)

    async def look(self) -> None:
        """Bind http.sock again when its file was deleted or replaced. What fails is tried at the next change."""
        lost = self._file
        if lost is None or lost.present() or self.door.draining:
            return
        self._open_unix()
        if self._file is not lost:
            self.door.unlisten(lost.sock)
            log.warning("socket.rebound", path=self.path, why="its file was deleted or replaced")

    def close(self) -> None:
        """Take http.sock away, so that clients see at once that nobody is there."""
        if self._file is not None:
            self._file.remove()

    # --- http.sock -------------------------------------------------------------------------

    def _follow_unix(self, wanted: bool) -> None:
        if wanted and self._file is None:
            self._open_unix()
        elif not wanted and self._file is not None:
            self.door.unlisten(self._file.sock)  # closes it, too
            self._file.unlink()
            self._file = None

    def _open_unix(self) -> None:
        try:
            fresh = bind_socket(self.path)
        except (PathError, AlreadyRunning) as refused:
            self._trouble(self.path, str(refused))
            return
        self._file = fresh
        self.door.listen(fresh.sock, unix(self.path))

    # --- TCP -------------------------------------------------------------------------------

    def _follow_tcp(self, wanted: tuple[str, int] | None) -> None:
        if wanted == self._wanted and (self._tcp or wanted is None):
            return
        for sock in self._tcp:
            self.door.unlisten(sock)
        self._tcp, self._wanted = [], wanted
        if wanted is not None:
            self._open_tcp(*wanted)

    def _open_tcp(self, host: str, port: int) -> None:
        for address in ADDRESSES[host]:
            try:
                sock = bind_tcp(address, port)
            except OSError as error:
                if not self._tcp:  # a machine without IPv6 has its localhost all the same
                    self._trouble(_shown(host, port), error.strerror or str(error))
                continue
            port = sock.getsockname()[1]
            self._tcp.append(sock)
            self.door.listen(sock, loopback(_bracketed(address), port))

    def _trouble(self, where: str, why: str) -> None:
        self._troubles[where] = why
        log.error("door.closed", where=where, why=why, hint="switchgear config edit")


def bind_tcp(address: str, port: int) -> socket.socket:
    """Listen on a loopback address. Raises OSError."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what closed a minute ago is no obstacle
        sock.bind((address, port))
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def _url(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://{_shown(host, port)}"


def _shown(host: str, port: int) -> str:
    return f"{_bracketed(host)}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
