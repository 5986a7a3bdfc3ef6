"""This machine: Python, directories, socket, config file. Looked at with or without a daemon."""

from __future__ import annotations

import os
import socket as sockets
import stat
import sys
from collections.abc import Iterable

from switchgear.cli.start import INSTALL, missing_parts
from switchgear_protocol.paths import (
    PathError,
    check_private_dir,
    checked_length,
    config_path,
    runtime_dir,
    state_dir,
)

from .finding import Finding, fail, ok, warn

FULL = 50 * 1024 * 1024  # bytes a disk should have left


def python() -> Iterable[Finding]:
    """Which one runs this command, and whether it can run the daemon."""
    version = ".".join(map(str, sys.version_info[:3]))
    missing = missing_parts()
    if missing:
        yield fail("python", f"{sys.executable} {version} lacks {', '.join(missing)}", INSTALL.partition("   ")[0])
    else:
        yield ok("python", f"{version}, {sys.executable}")


def directories() -> Iterable[Finding]:
    yield _directory("runtime-dir", runtime_dir())
    yield _directory("state-dir", state_dir(), room=True)


def _directory(name: str, path: str, *, room: bool = False) -> Finding:
    if not os.path.lexists(path):
        return _to_be(name, path)
    try:
        check_private_dir(path)
    except PathError as error:
        return fail(name, f"{path}: {error.why}", error.hint)
    if not os.access(path, os.W_OK):
        return fail(name, f"{path} cannot be written to", f"ls -ld {path}")
    free = free_bytes(path)
    if room and free < FULL:
        return warn(name, f"{path}: only {free / 1e6:.0f} MB are free there", f"df -h {path}")
    return ok(name, f"{path}, yours alone")


def _to_be(name: str, path: str) -> Finding:
    """It is made when it is first needed, where that can be done."""
    above = os.path.dirname(path)
    while above != "/" and not os.path.lexists(above):
        above = os.path.dirname(above)
    if os.access(above, os.W_OK):
        return ok(name, f"{path}, made when it is needed")
    return fail(name, f"{path} is not there, and {above} cannot be written to", f"ls -ld {above}")


def free_bytes(path: str) -> int:
    space = os.statvfs(path)
    return space.f_bavail * space.f_frsize


def socket(path: str, *, asleep: bool = False) -> Iterable[Finding]:
    """Whose it is, who may use it, whether somebody listens. `asleep`: to connect would start a daemon."""
    try:
        checked_length(path)
        found = os.lstat(path)
    except PathError as error:
        yield fail("socket", error.why, error.hint)
        return
    except OSError as error:
        yield ok("socket", f"{path}, not there while no daemon runs") if error.errno == 2 else _unseen(path, error)
        return
    yield _socket(path, found, asleep)


def _unseen(path: str, error: OSError) -> Finding:
    return fail("socket", f"{path}: {error.strerror}", f"ls -ld {os.path.dirname(path)}")


def _socket(path: str, found: os.stat_result, asleep: bool) -> Finding:
    if not stat.S_ISSOCK(found.st_mode):
        return fail("socket", f"{path} is no socket", f"rm {path}")
    if found.st_uid != os.getuid():
        return fail("socket", f"{path} belongs to uid {found.st_uid}, not to you (uid {os.getuid()})", f"ls -l {path}")
    if found.st_mode & 0o077:
        mode = f"{stat.S_IMODE(found.st_mode):04o}"
        return fail("socket", f"{path} is open to others (mode {mode})", f"chmod 600 {path}")
    if asleep:
        return ok("socket", f"{path}, yours alone, listened at by a service manager")
    if not _listens(path):
        return warn("socket", f"{path} is left from a daemon that is gone; the next one takes its place", f"rm {path}")
    return ok("socket", f"{path}, yours alone, answered")


def _listens(path: str) -> bool:
    with sockets.socket(sockets.AF_UNIX) as knock:
        knock.settimeout(2)
        try:
            knock.connect(path)
        except OSError:
            return False
    return True


def config_file() -> Iterable[Finding]:
    """Who may read and who may write it: whoever writes it sends your keys where they like."""
    path = config_path()
    try:
        found = os.stat(path)
    except FileNotFoundError:
        yield warn("config-file", f"{path} is not there yet", "switchgear setup")
        return
    except OSError as error:
        yield fail("config-file", f"{path}: {error.strerror}", f"ls -l {path}")
        return
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid not in (os.getuid(), 0):
        yield fail("config-file", f"{path} belongs to uid {found.st_uid}", f"ls -l {path}")
    elif mode & 0o022:
        yield fail("config-file", f"others may write {path} (mode {mode:04o})", f"chmod 600 {path}")
    else:
        yield ok("config-file", f"{path}, {found.st_size} bytes")
