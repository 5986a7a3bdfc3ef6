"""`switchgear version`: this command's and the running daemon's."""

from __future__ import annotations

from switchgear.cli.failed import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation

NOT_INSTALLED = "from a checkout"


def declare(parser: ArgumentParser) -> None:
    parser.description = "Prints the version of this command and, if one runs, of the daemon. Starts nothing."


def run(invocation: Invocation) -> int:
    own, daemon = own_version(), _daemon_version(invocation)
    if invocation.args.json:
        return invocation.emit({"version": own, "daemon": daemon})
    invocation.out.line(f"switchgear {own}")
    invocation.out.line(f"daemon {daemon}" if daemon else "daemon not running")
    if daemon and own != NOT_INSTALLED and daemon != own:
        from switchgear.cli.versions import restart

        invocation.note(f"they differ; to bring the daemon up to date: {restart()}")
    return 0


def own_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("switchgear")
    except PackageNotFoundError:
        return NOT_INSTALLED


def _daemon_version(invocation: Invocation) -> str | None:
    invocation.args.no_start = True
    try:
        return str(invocation.call("status")["version"])
    except CommandError:
        return None
