"""The daemon: whether it runs, its version beside ours, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from switchgear._dial import dial
from switchgear._errors import DaemonUnavailable
from switchgear.cli.failed import CommandError
from switchgear.cli.service.asleep import WHY
from switchgear.cli.versions import older, own_version, restart
from switchgear.cli.wire import Wire

from .finding import Finding, fail, ok, skipped, told, warn

if TYPE_CHECKING:
    from switchgear.cli.wire import Json

CONNECT = 5.0  # seconds
EXAMINED = 90.0  # a keyring may ask for its password meanwhile

Answer = Callable[[str, "Json"], "Json"]
"""One request: method and params to the result. Raises CommandError."""


def reached(path: str, *, asleep: bool) -> tuple[Wire | None, Finding]:
    """A connection to the daemon that runs, and how that went. None is started: `asleep`: to connect would."""
    if asleep:
        return None, skipped("daemon", f"not running; {WHY.format(path)}", "switchgear status")
    try:
        return Wire(dial(path, CONNECT)), ok("daemon", f"answers at {path}")
    except DaemonUnavailable as error:
        if error.kind == "foreign_daemon":
            return None, fail("daemon", error.why or error.what, error.hint)
        return None, warn("daemon", f"{error.what} ({error.why})" if error.why else error.what, "switchgear status")


def versions(daemon: str | None) -> Iterable[Finding]:
    """Both ends. `daemon`: its version; None where it does not run."""
    own = own_version()
    behind = None if daemon is None else older(own, daemon)
    if daemon is None:
        yield ok("version", f"command {own}")
    elif behind is None:
        yield ok("version", f"command {own}, daemon {daemon}")
    else:
        yield warn("version", f"command {own}, daemon {daemon}: the {behind[0]} is the older one", behind[1])


def examined(ask: Answer, *, network: bool, keyring: bool) -> Iterable[Finding]:
    """What the daemon finds; an older one may not know how."""
    try:
        reply = ask("doctor/check", {"network": network, "keyring": keyring})
    except CommandError as error:
        if error.kind == "method_not_found":
            yield warn("daemon", "it is too old to examine itself", restart())
        else:
            yield fail("daemon", f"it cannot examine itself: {error.what}", error.hint or restart())
        return
    yield from map(told, reply.get("findings", []))


def unexamined() -> Finding:
    return skipped("daemon", "config, keyring, providers, logins and models are only seen by a daemon that runs")
