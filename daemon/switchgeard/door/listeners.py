"""Listeners: which sockets the door has open, as the config in force wants it.

Rules for editing: `follow` is synchronous and never raises: an address that cannot be had is told, and
tried again at the next reload, while everything else goes on. Only loopback addresses are ever bound, here
as in the config's check; http.sock is as private as the main socket beside it.
"""

import errno
import socket
from dataclasses import dataclass, field

import structlog

from switchgear_protocol.paths import PathError
from switchgeard.config.settled import HTTPDoor
from switchgeard.serving.instance import AlreadyRunning
from switchgeard.serving.listening import BACKLOG, SocketFile, bind_socket
from switchgeard.watch import watch

from .admission import Entrance, loopback, unix
from .kept import Address, Kept
from .server import Door

ADDRESSES = {"": (), "127.0.0.1": ("127.0.0.1",), "::1": ("::1",), "localhost": ("127.0.0.1", "::1")}
"""What is bound for a host of the config: a client that resolves `localhost` may take either."""
NO_SUCH_FAMILY = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL})
"""errno values of a machine without IPv6."""

log = structlog.get_logger("switchgeard.door")


@dataclass(slots=True)
class Listeners:
    """`path`: where http.sock goes. `kept`: what a daemon before this one left listening."""

    door: Door
    path: str
    kept: Kept = field(default_factory=Kept)
    _file: SocketFile | None = None
    _tcp: dict[Address, tuple[socket.socket, Entrance]] = field(default_factory=dict)  # by what was asked for
    _troubles: dict[str, str] = field(default_factory=dict)  # where -> why not
    _local: Entrance = field(init=False)

    def __post_init__(self) -> None:
        self._local = unix(self.path)

    def follow(self, wanted: HTTPDoor) -> None:
        """Open what is wanted and closed, close what is open and not wanted."""
        if self.door.draining:
            return
        self._troubles.clear()
        self._follow_unix(wanted.unix)
        host, port = wanted.listen or ("", 0)
        self._follow_tcp([(address, port) for address in ADDRESSES[host]])

    @property
    def url(self) -> str | None:
        """Where TCP clients come in; None: nowhere."""
        return next((entrance.name for _, entrance in self._tcp.values()), None)

    def view(self) -> str | None:
        """For status, in one line: where the door is open, and where it should be and is not."""
        places = [entrance.name for _, entrance in self._tcp.values()]
        places += [self.path] if self._file is not None else []
        told = [" and ".join(places)] if places else []
        return "; ".join([*told, *(f"not at {where}: {why}" for where, why in self._troubles.items())]) or None

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
        """Take http.sock away, so that clients see at once that nobody is there. After `serve` has ended."""
        if self._file is not None:
            self._file.remove()

    # --- http.sock -------------------------------------------------------------------------

    def _follow_unix(self, wanted: bool) -> None:
        if wanted and self._file is None:
            self._open_unix()
        elif not wanted and self._file is not None:
            self._file.unlink()
            self._shut(self._file.sock, self._local)
            self._file = None

    def _open_unix(self) -> None:
        try:
            fresh = bind_socket(self.path)
        except (PathError, AlreadyRunning) as refused:
            self._trouble(self.path, str(refused))
            return
        self._file = fresh
        self.door.listen(fresh.sock, self._local)

    # --- TCP -------------------------------------------------------------------------------

    def _follow_tcp(self, wanted: list[Address]) -> None:
        self.kept.only(wanted)
        for address in [each for each in self._tcp if each not in wanted]:
            sock, entrance = self._tcp.pop(address)
            self._shut(sock, entrance)
            self.kept.forget(sock)
        for address in wanted:
            if address not in self._tcp:
                self._open_tcp(address)

    def _open_tcp(self, address: Address) -> None:
        try:
            sock = self.kept.take(address) or self._bound(address)
        except OSError as error:
            if error.errno not in NO_SUCH_FAMILY or not self._tcp:  # localhost needs no IPv6
                self._trouble(shown(*address), error.strerror or str(error))
            return
        entrance = loopback(shown(*sock.getsockname()[:2]))
        self._tcp[address] = (sock, entrance)
        self.door.listen(sock, entrance)
        log.info("door.open", where=entrance.name)

    def _bound(self, address: Address) -> socket.socket:
        sock = bind_tcp(*address)
        self.kept.keep(sock)
        return sock

    def _shut(self, sock: socket.socket, entrance: Entrance) -> None:
        self.door.unlisten(sock)
        self.door.dismiss(entrance)
        log.info("door.shut", where=entrance.name)

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


def shown(host: str, port: int) -> str:
    """An address as URLs have it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
