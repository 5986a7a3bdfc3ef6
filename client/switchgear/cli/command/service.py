"""`switchgear service`: the daemon as a service of the user's own."""

from __future__ import annotations

from switchgear.cli.service.choice import NAMES
from switchgear.cli.service.installing import install, uninstall
from switchgear.cli.service.run import Run
from switchgear.cli.service.starting import restart, start, stop
from switchgear.cli.service.telling import logs, status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from switchgear.cli.invocation import Invocation

    Action = Callable[[Run], int]


def declare(parser: ArgumentParser) -> None:
    parser.usage = "switchgear service ACTION [options]"
    parser.description = """\
Runs the daemon as a service of your own, from your login on: under systemd's
user manager or launchd. The manager keeps the socket, so a restart loses
nobody. Without a manager the daemon runs in the background, started when a
command needs it.
ACTION is one of: install, uninstall, start, stop, restart, status, logs.

`stop` holds until `start`: with the service installed no command starts a
daemon behind its back. Each step is said; --dry-run only says them."""
    parser.add_argument("action", choices=tuple(ACTIONS))
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, do nothing")
    parser.add_argument("--print", action="store_true", help="install: print the files instead of writing them")
    parser.add_argument("--force", action="store_true", help="also files that were changed by hand (kept as .old)")
    parser.add_argument("--keep-env", action="store_true", help="install: SWITCHGEAR_* and XDG_* of this shell, too")
    parser.add_argument("--manager", choices=NAMES, help="not the one found")
    parser.add_argument("-n", "--lines", type=int, default=50, help="logs: how many (default: 50)")
    parser.add_argument("-f", "--follow", action="store_true", help="logs: stay, and print what comes")


def run(invocation: Invocation) -> int:
    return ACTIONS[invocation.args.action](Run(invocation))


ACTIONS: dict[str, Action] = {
    "install": install,
    "uninstall": uninstall,
    "start": start,
    "stop": stop,
    "restart": restart,
    "status": status,
    "logs": logs,
}
