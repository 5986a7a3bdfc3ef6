"""Doorkeeper: keeps the socket file where clients look for it, for as long as the daemon runs.

Cleaners delete what lies in runtime directories, and people delete what looks stale. A daemon whose
file is gone is running and unreachable: the worst state there is. So the file is watched (no timer),
bound anew when it is gone or another's, and those already connected notice nothing. Only when another
daemon, or a service manager that will start one, listens there by now is it time to leave: whoever comes
from now on is theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

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
        await watch(self.file.path, self.look)

    async def look(self) -> None:
        """Bind again unless the file is still ours. What fails is logged, and tried at the next change."""
        if self.file.present() or self.server.draining:
            return
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
