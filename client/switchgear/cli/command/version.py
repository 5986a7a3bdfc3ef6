"""`switchgear version`: this command's and the running daemon's."""

from __future__ import annotations

from switchgear.cli.failed import CommandError
from switchgear.cli.versions import older, own_version
from switchgear.cli.wire import Silent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Prints the version of this command and, if one runs, of the daemon. Starts
nothing."""


def run(invocation: Invocation) -> int:
    own, daemon = own_version(), _daemon_version(invocation)
    if invocation.args.json:
        return invocation.emit({"version": own, "daemon": daemon})
    invocation.out.line(f"switchgear {own}")
    invocation.out.line(f"daemon {daemon}" if daemon else "daemon not running")
    if daemon and (behind := older(own, daemon)):
        invocation.note(f"they differ; to bring the {behind[0]} up to date: {behind[1]}")
    return 0


def _daemon_version(invocation: Invocation) -> str | None:
    invocation.args.no_start = True
    try:
        return str(invocation.call("status")["version"])
    except Silent:
        raise
    except CommandError:
        return None
