"""Command and daemon of different versions: which of the two is older, and what brings it up to date.

Rules for editing: a checkout has no version, so it is compared with nothing.
"""

from __future__ import annotations

from .failed import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .wire import Wire

NOT_INSTALLED = "from a checkout"
STRANGE = ("method_not_found", "invalid_params", "unsupported_version")
"""Kinds of error by which one version meets another's words."""
UPDATE = "pip install --upgrade 'switchgear[daemon]'   (or: uv tool upgrade switchgear)"


def own_version() -> str:
    """This command's."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("switchgear")
    except PackageNotFoundError:
        return NOT_INSTALLED


def older(own: str, daemon: str) -> tuple[str, str] | None:
    """("daemon" or "command", the cure); None where they are the same, or cannot be compared."""
    if own in (daemon, NOT_INSTALLED):
        return None
    return ("daemon", restart()) if numbers(daemon) < numbers(own) else ("command", UPDATE)


def explained(wire: Wire, error: CommandError) -> CommandError:
    """The error, or the one behind it: that the two are of different versions, who is older, and the cure."""
    if error.kind not in STRANGE:
        return error
    own, daemon = own_version(), _version_of(wire)
    behind = None if daemon is None else older(own, daemon)
    if behind is None:
        return error
    which, cure = behind
    why = f"{error.what}\nthe command is {own}, the daemon {daemon}: the {which} is older"
    what = "command and daemon do not understand each other"
    return CommandError(what, why, cure, exit=error.exit, kind=error.kind, data=error.data)


def restart() -> str:
    """The command that starts the daemon anew, as this user runs it."""
    import os

    from .service.choice import KEEPERS

    if any(keeper.installed(os.environ) for keeper in KEEPERS):
        return "switchgear service restart"
    return "switchgear stop && switchgear status"


def numbers(version: str) -> list[int]:
    """ "0.10.1" as what it is, to be compared."""
    return [int(part) if part.isdigit() else 0 for part in version.split(".")]


def _version_of(wire: Wire) -> str | None:
    try:
        return str(wire.call("status", {}, 5.0)["version"])
    except (CommandError, KeyError):
        return None
