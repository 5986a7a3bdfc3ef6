"""A daemon that is older or newer than its command: said where it explains what went wrong."""

from __future__ import annotations

from .failed import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .wire import Wire

STRANGE = ("method_not_found", "invalid_params", "unsupported_version")
"""Kinds of error by which one version meets another's words."""
UPDATE = "pip install --upgrade 'switchgear[daemon]'   (or: uv tool upgrade switchgear)"


def explained(wire: Wire, error: CommandError) -> CommandError:
    """The error, or the one behind it: that the two are of different versions, who is older, and the cure."""
    if error.kind not in STRANGE:
        return error
    from .command.version import NOT_INSTALLED, own_version

    own, daemon = own_version(), _version_of(wire)
    if daemon is None or own in (daemon, NOT_INSTALLED):
        return error
    older, cure = ("daemon", restart()) if numbers(daemon) < numbers(own) else ("command", UPDATE)
    why = f"{error.what}\nthe command is {own}, the daemon {daemon}: the {older} is older"
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
