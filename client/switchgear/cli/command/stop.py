"""`switchgear stop`: asks the daemon to finish and leave."""

from __future__ import annotations

import os
import signal

from switchgear.cli.failed import UNREACHABLE, CommandError
from switchgear.cli.wire import Silent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation

PATIENCE = 15.0  # seconds


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Stops the daemon: it takes no new requests, finishes those in flight and leaves.
The next command starts it again. `switchgear service stop` is for good, until
`start`."""


def run(invocation: Invocation) -> int:
    invocation.args.no_start = True
    try:
        pid = int(invocation.call("status")["pid"])
    except Silent:
        raise
    except CommandError as error:
        if error.exit != UNREACHABLE:
            raise
        return _say(invocation, {"stopped": False}, "no daemon is running")
    os.kill(pid, signal.SIGTERM)
    _wait_until_gone(invocation)
    if _as_service():
        invocation.note("the service starts it again when somebody connects; to keep it down: switchgear service stop")
    return _say(invocation, {"stopped": True, "pid": pid}, f"stopped the daemon (pid {pid})")


def _as_service() -> bool:
    from switchgear.cli.service.choice import KEEPERS

    return any(keeper.installed(os.environ) for keeper in KEEPERS)


def _wait_until_gone(invocation: Invocation) -> None:
    """The daemon closes our connection when it leaves."""
    try:
        invocation.wire.next_event(PATIENCE)
    except CommandError:
        return
    raise CommandError(
        "the daemon is still finishing", f"it has work in flight after {PATIENCE:g} s", "switchgear status"
    )


def _say(invocation: Invocation, value: dict[str, object], text: str) -> int:
    if invocation.args.json:
        return invocation.emit(value)
    invocation.out.line(text)
    return 0
