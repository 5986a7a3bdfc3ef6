"""Starts the daemon when none runs: once, however many shells ask at the same moment.

Whoever gets the lock starts it and holds the lock until the socket answers; the others only
wait for the socket. The lock is a flock, so a killed starter leaves none behind.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time

from switchgear._dial import dial
from switchgear._errors import DaemonUnavailable
from switchgear_protocol.paths import STATE_HINT, PathError, make_private_dir, state_dir

from .failed import UNREACHABLE, CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from socket import socket

PATIENCE = 20.0  # seconds until a start counts as failed: a cold disk, a busy machine
FIRST_LOOK = 0.01
SLOWEST_LOOK = 0.02  # a look costs 0.1 ms, a late one all that it is late
LOG_KEPT = 1024 * 1024
LOG_READ, LOG_SHOWN = 4096, 8  # bytes, lines
NEEDED = ("trio", "httpx", "switchgeard")
INSTALL = "pip install 'switchgear[daemon]'   (or: uv tool install 'switchgear[daemon]')"


def start_daemon(path: str, say: Callable[[str], None], *, pass_socket: bool = False) -> socket:
    """A connection to the daemon at `path`, which this or another process started. CommandError if none came."""
    if not pass_socket:
        _leave_to_service()
    try:
        state = make_private_dir(state_dir(), STATE_HINT)
    except PathError as error:
        raise _failed(error.why, error.hint, error.what) from None
    lock = os.open(f"{state}/start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        return _wait(path, lock, f"{state}/daemon.log", say, ["--socket", path] if pass_socket else [])
    finally:
        os.close(lock)


def _leave_to_service() -> None:
    """Where the service is installed its socket always answers, unless somebody stopped it: so it stays stopped."""
    from .service.choice import KEEPERS

    for keeper in KEEPERS:
        if keeper.installed(os.environ):
            why = f"you run it as a service ({keeper.NAME}), and that is stopped"
            raise _failed(why, "switchgear service start", "the Switchgear daemon is not running")


def _wait(path: str, lock: int, log: str, say: Callable[[str], None], extra: list[str]) -> socket:
    child: subprocess.Popen[bytes] | None = None
    begun = _length(log)
    for _ in _looks():
        mine = child is not None or _try_lock(lock)
        connection = _try_dial(path)
        if connection is not None:
            if child is not None:
                say(f"switchgear: started the daemon (pid {child.pid})")
                child.returncode = 0  # it outlives us by design: nobody waits for it
            return connection
        if child is not None and child.poll() is not None:
            raise _told(_last_lines(log, begun))
        if mine and child is None:
            child = _spawn(log, extra)
    raise _failed(f"no answer at {path} within {PATIENCE:g} s\n{_last_lines(log, begun)}".strip(), f"cat {log}")


def _looks() -> Iterator[None]:
    """One turn per look at the socket, backing off, until patience ends."""
    end, pause = time.monotonic() + PATIENCE, FIRST_LOOK
    while time.monotonic() < end:
        yield
        time.sleep(pause)
        pause = min(pause * 1.5, SLOWEST_LOOK)


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _try_dial(path: str) -> socket | None:
    try:
        return dial(path)
    except DaemonUnavailable as error:
        if error.kind == "foreign_daemon":
            raise CommandError(error.what, error.why, error.hint or "", exit=UNREACHABLE, kind=error.kind) from None
        return None


def _spawn(log: str, extra: list[str]) -> subprocess.Popen[bytes]:
    """In its own session, away from our directory (-P: nothing in a directory is imported by accident)."""
    check_installed()
    command = [sys.executable, "-P", "-m", "switchgeard", *extra]
    output = _open_log(log)
    try:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, cwd="/"
        )
    except OSError as error:
        raise _failed(f"{sys.executable}: {error.strerror}", INSTALL) from None
    finally:
        os.close(output)


def missing_parts() -> list[str]:
    """The packages of the daemon that are not installed."""
    from importlib.util import find_spec

    return [name for name in NEEDED if find_spec(name) is None]


def check_installed() -> None:
    """CommandError where only the client is installed."""
    missing = missing_parts()
    if missing:
        raise _failed(f"its dependencies are not installed ({', '.join(missing)} missing)", INSTALL)


def _open_log(log: str) -> int:
    try:
        if os.stat(log).st_size > LOG_KEPT:
            os.replace(log, f"{log}.1")
    except FileNotFoundError:
        pass
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)


def _length(log: str) -> int:
    try:
        return os.stat(log).st_size
    except OSError:
        return 0


def _last_lines(log: str, begun: int) -> str:
    """Of what was written from byte `begun` on: what was there before is of other daemons."""
    try:
        with open(log, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(size - LOG_READ, begun if begun <= size else 0))  # shorter: it was begun anew
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-LOG_SHOWN:])
    except OSError:
        return ""


def _told(words: str) -> CommandError:
    """The daemon's own last words; they may end with a hint."""
    why, _, hint = words.rpartition("\nhint: ")
    if why and "\n" not in hint:
        return _failed(why, hint)
    return _failed(words, "switchgeard   (runs it in the foreground)")


def _failed(why: str, hint: str, what: str = "the daemon did not start") -> CommandError:
    return CommandError(what, why, hint, exit=UNREACHABLE, kind="unreachable")
