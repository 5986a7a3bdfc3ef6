"""Where the socket, the config and the state live: the same answer for daemon, client and command.

Rules for editing: stdlib only and cheap (the command imports this on every start, so paths are
`str`, and hashlib and pwd are imported where they are needed). Values follow platformdirs, which
the tests check. `env` is always an argument with os.environ as the default; nothing is cached.
Only `check_private_dir`, `make_private_dir` and the look at /run/user touch the disk.
"""

import os
import stat
import sys
from collections.abc import Mapping

APP = "switchgear"
SOCKET_NAME = "switchgear.sock"
HTTP_SOCKET_NAME = "http.sock"
LOCK_NAME = "switchgear.lock"
"""Beside the socket; the daemon holds it as long as it lives, and has written its pid into it."""
SHALLOW = 2  # levels below the root: directories of the system, for all a program can know
SUN_PATH_MAX = 103 if sys.platform == "darwin" else 107
"""Bytes a Unix socket path may have: sun_path less its final NUL."""

Env = Mapping[str, str]


class PathError(Exception):
    """A path that cannot be used. `what` and `why` are sentences, `hint` says what to change."""

    def __init__(self, what: str, why: str, hint: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why
        self.hint = hint


def config_path(env: Env = os.environ) -> str:
    """config.toml: SWITCHGEAR_CONFIG, or the file in the platform's config directory."""
    return env.get("SWITCHGEAR_CONFIG") or f"{_user_dir(env, 'XDG_CONFIG_HOME', '.config')}/config.toml"


def state_dir(env: Env = os.environ) -> str:
    """The directory of state.db: SWITCHGEAR_STATE, or the platform's state directory."""
    return env.get("SWITCHGEAR_STATE") or _user_dir(env, "XDG_STATE_HOME", ".local/state")


def socket_path(env: Env = os.environ) -> str:
    """The daemon's socket: SWITCHGEAR_SOCKET, or switchgear.sock in the runtime directory.

    Raises PathError when SWITCHGEAR_SOCKET is longer than a Unix socket path may be.
    """
    chosen = env.get("SWITCHGEAR_SOCKET")
    return checked_length(chosen) if chosen else f"{runtime_dir(env)}/{SOCKET_NAME}"


def http_socket_path(socket: str) -> str:
    """http.sock, always beside the daemon's socket."""
    return f"{os.path.dirname(socket)}/{HTTP_SOCKET_NAME}"  # noqa: PTH120 - pathlib is not cheap


def lock_path(socket: str) -> str:
    """The lock of whoever serves there, always beside the daemon's socket."""
    return f"{os.path.dirname(socket)}/{LOCK_NAME}"  # noqa: PTH120 - pathlib is not cheap


def runtime_dir(env: Env = os.environ) -> str:
    """The directory of the sockets and the prompt file; always one that only this user can write.

    A directory too deep for a socket path is replaced by a short one named by its hash.
    """
    wanted = _wanted_runtime_dir(env)
    return wanted if _fits(f"{wanted}/{SOCKET_NAME}") else _short_dir(wanted)


def checked_length(path: str) -> str:
    """`path`, or PathError when it is too long to be bound or connected to."""
    if not _fits(path):
        raise PathError(
            "socket path too long",
            f"{path} has {len(os.fsencode(path))} bytes, a Unix socket path may have {SUN_PATH_MAX}",
            "set SWITCHGEAR_SOCKET to a shorter path",
        )
    return path


def check_private_dir(path: str) -> None:
    """Raises PathError unless `path` is a real directory, ours, and closed to everyone else (0700)."""
    try:
        found = os.lstat(path)
    except OSError as error:
        raise PathError(f"cannot use {path}", error.strerror or str(error), f"mkdir -m 700 {path}") from error
    if not stat.S_ISDIR(found.st_mode):
        raise PathError(f"refusing to use {path}", _not_a_directory(found.st_mode), f"remove {path}")
    if found.st_uid != os.getuid():
        why = f"it belongs to uid {found.st_uid}, not to you (uid {os.getuid()})"
        raise PathError(f"refusing to use {path}", why, "set XDG_RUNTIME_DIR to a directory of your own")
    if found.st_mode & 0o077:
        why = f"others may enter it (mode {stat.S_IMODE(found.st_mode):04o})"
        raise PathError(f"refusing to use {path}", why, _closing(path, found.st_mode))


STATE_HINT = "export SWITCHGEAR_STATE=DIR   (one that you can write)"


def make_private_dir(path: str, hint: str = "export XDG_RUNTIME_DIR=DIR   (one that you can write)") -> str:
    """Creates `path` 0700 (and missing parents) unless it is there, checks it, returns it.

    `hint`: what to do when it cannot be created.
    """
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - pathlib is not cheap
        os.mkdir(path, 0o700)  # noqa: PTH102
    except FileExistsError:
        pass  # whoever made it: the check below decides
    except OSError as error:
        raise PathError(f"cannot create {path}", error.strerror or str(error), hint) from error
    check_private_dir(path)
    return path


def _closing(path: str, mode: int) -> str:
    """How to have it closed to others. Never by closing what the whole machine uses: /tmp, /dev, /usr/lib."""
    ours = os.path.basename(path).startswith(APP)  # noqa: PTH119 - pathlib is not cheap
    if not ours and (mode & stat.S_ISVTX or os.path.realpath(path).count("/") <= SHALLOW):
        return f"mkdir -m 700 {path.rstrip('/')}/{APP}   (and use that)"
    return f"chmod 700 {path}"


def _not_a_directory(mode: int) -> str:
    return "it is a symbolic link" if stat.S_ISLNK(mode) else "it is not a directory"


def _fits(path: str) -> bool:
    return len(os.fsencode(path)) <= SUN_PATH_MAX


def _user_dir(env: Env, variable: str, under_home: str) -> str:
    """The platform's directory for us; an XDG variable counts when absolute, on macOS too."""
    base = env.get(variable, "").strip()
    if base.startswith("/"):
        return f"{base.rstrip('/')}/{APP}"
    if sys.platform == "darwin":
        under_home = "Library/Application Support"
    return f"{_home(env)}/{under_home}/{APP}"


def _home(env: Env) -> str:
    home = env.get("HOME", "")
    if home.startswith("/"):
        return home.rstrip("/")
    import pwd

    return pwd.getpwuid(os.getuid()).pw_dir.rstrip("/")


def _wanted_runtime_dir(env: Env) -> str:
    base = env.get("XDG_RUNTIME_DIR", "").strip()
    if base.startswith("/"):
        return f"{base.rstrip('/')}/{APP}"
    if sys.platform == "darwin":
        return f"{_home(env)}/Library/Caches/TemporaryItems/{APP}"
    # cron, su and bare ssh have no XDG_RUNTIME_DIR: meet the desktop's daemon if its directory is there
    login = f"/run/user/{os.getuid()}"
    return f"{login}/{APP}" if _is_private(login) else f"{state_dir(env)}/run"


def _is_private(path: str) -> bool:
    try:
        check_private_dir(path)
    except PathError:
        return False
    return True


def _short_dir(wanted: str) -> str:
    """In /tmp, but never believed: daemon and client both check owner and mode before use."""
    import hashlib

    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
    return f"/tmp/{APP}-{os.getuid()}-{digest}"  # noqa: S108 - checked by check_private_dir
