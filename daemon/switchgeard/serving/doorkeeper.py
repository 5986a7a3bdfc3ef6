"""Doorkeeper: keeps the socket file where clients look for it, and the lock beside it, for as long as the daemon runs.

Cleaners delete what lies in runtime directories, and people delete what looks stale. A daemon whose
file is gone is running and unreachable: the worst state there is. So the file is watched (no timer),
bound anew when it is gone or another's, and those already connected notice nothing. By the lock commands know
without connecting that a daemon runs, so it is made anew, too. Only when another
daemon, or a service manager that will start one, listens there by now is it time to leave: whoever comes
from now on is theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
import trio

from switchgear_protocol.paths import PathError
from switchgeard.watch import watch

from .instance import AlreadyRunning, Instance, claim
from .listening import SocketFile, bind_socket
from .server import Server

log = structlog.get_logger("switchgeard.serving.server")


@dataclass(slots=True)
class Doorkeeper:
    """`file` and `instance` are those in force; both change when they had to be made anew.

    `leave` is called when somebody else serves in our place.
    """

    server: Server
    file: SocketFile
    instance: Instance
    leave: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Watch until cancelled; returns at once where the system cannot watch files."""
        async with trio.open_nursery() as nursery:
            for path in (self.file.path, self.instance.path):
                nursery.start_soon(watch, path, self.look)

    async def look(self) -> None:
        """Bind and lock again unless both files are still ours. What fails is logged, and tried at the next change."""
        if self.server.draining:
            return
        if self.file.present():
            self._lock_again()
        else:
            self._bind_again()

    def _lock_again(self) -> None:
        """Whoever has the lock meanwhile finds us behind the socket, and goes."""
        try:
            self._claim_again()
        except (PathError, AlreadyRunning) as refused:
            log.error("lock.lost", path=self.instance.path, why=str(refused), hint=refused.hint)

    def _bind_again(self) -> None:
        try:
            self._claim_again()
            fresh = bind_socket(self.file.path)
        except PathError as refused:
            log.error("socket.lost", path=self.file.path, why=str(refused), hint=refused.hint)
            return
        except AlreadyRunning as other:
            log.warning("socket.taken", path=self.file.path, by=other.pid)
            self.leave()
            return
        self.server.listen(fresh.sock)
        self.server.unlisten(self.file.sock)
        self.file = fresh
        log.warning("socket.rebound", path=fresh.path, why="its file was deleted or replaced")

    def _claim_again(self) -> None:
        """The lock file went with its directory: hold the new one too, or another daemon could."""
        if self.instance.holds():
            return
        fresh = claim(str(Path(self.instance.path).parent))
        self.instance.release()
        self.instance = fresh
