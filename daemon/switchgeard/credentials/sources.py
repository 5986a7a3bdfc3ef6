"""Where a credential may come from besides the OS keyring: env, file, command, systemd, none.

The daemon's environment is read once, when it starts, and only variables the config names are
looked at: a stray key in some project's environment is never picked up.
"""

import os
from collections.abc import Iterable, Mapping

import trio

from switchgeard.core.provider import Command, CredentialSource, Env, File, Systemd

from .command import run_for_secret
from .private_file import read_private
from .secret import Answer, Broken, Missing, Ready, answer

OTHER_USERS = 0o007  # systemd may give its credentials to our group
FILE_DEADLINE = 5.0  # seconds: a dead network mount must not hold a request


async def read_source(source: CredentialSource, environ: Mapping[str, str], hidden: Iterable[str] = ()) -> Answer:
    """What a source says. `hidden`: names of variables its programs must not see."""
    match source:
        case Env(name):
            return from_env(name, environ)
        case File(path):
            return await from_file(path)
        case Command(argv):
            return await run_for_secret(argv, without_keys(environ, hidden))
        case Systemd(name):
            return from_systemd(name, environ)
        case _:
            return Ready()


def from_env(name: str, environ: Mapping[str, str]) -> Answer:
    """The variable as it was when the daemon started."""
    if name not in environ:
        return Missing(
            f"environment variable {name} was not set when switchgeard started",
            f"set {name} for the daemon and restart it: {restart(environ)}",
        )
    return answer(environ[name], f"environment variable {name}")


def restart(environ: Mapping[str, str]) -> str:
    """What starts the daemon anew: systemd where it did, else the user's next command."""
    by_systemd = environ.get("SYSTEMD_EXEC_PID") == str(os.getpid())
    return "systemctl --user restart switchgeard" if by_systemd else "switchgear stop; switchgear status"


async def from_file(path: str) -> Answer:
    """A private file of ours."""
    where = f"file {path}"
    with trio.move_on_after(FILE_DEADLINE):
        return await trio.to_thread.run_sync(read_private, path, where, (os.geteuid(),), abandon_on_cancel=True)
    return Broken(f"{where} could not be read within {FILE_DEADLINE:.0f} s", f"ls -l {path}")


def from_systemd(name: str, environ: Mapping[str, str]) -> Answer:
    """`$CREDENTIALS_DIRECTORY/NAME`, in memory and written by systemd."""
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        return Missing(
            "switchgeard was not started by a systemd unit with credentials",
            f"add LoadCredential={name}:PATH to the unit: systemctl --user edit switchgeard",
        )
    return read_private(f"{directory}/{name}", f"systemd credential {name}", (os.geteuid(), 0), OTHER_USERS)


def without_keys(environ: Mapping[str, str], hidden: Iterable[str]) -> dict[str, str]:
    """The environment for a program of the user's: without the keys meant for us or for providers."""
    names = set(hidden)
    return {name: value for name, value in environ.items() if name not in names and not name.endswith("_API_KEY")}
