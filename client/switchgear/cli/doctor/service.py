"""The service: whether it is installed, its files as they were written, and the daemon that runs its own."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from switchgear.cli import lock
from switchgear.cli.failed import CommandError
from switchgear.cli.service.choice import absent, choose
from switchgear.cli.service.written import ABSENT, CHANGED, OLD

from .finding import Finding, fail, ok, skipped, warn

if TYPE_CHECKING:
    from switchgear.cli.service.choice import Keeper

INSTALL = "switchgear service install"


def service(socket: str) -> Iterable[Finding]:
    """`socket`: the path of the daemon's."""
    try:
        keeper = choose(os.environ, None, keep_env=False)
        yield (
            _service(keeper, socket)
            if keeper
            else skipped("service", f"{absent(os.environ)}: commands start the daemon")
        )
    except (CommandError, OSError) as error:
        yield fail("service", str(error), "switchgear service status")


def _service(keeper: Keeper, socket: str) -> Finding:
    files = keeper.files()
    states = {file.path: file.state() for file in files}
    if set(states.values()) == {ABSENT}:
        return skipped("service", f"not installed under {keeper.name}: commands start the daemon", INSTALL)
    for path, state in states.items():
        if state == ABSENT:
            return fail("service", f"{path} is gone", INSTALL)
        if state in CHANGED:
            return warn("service", f"{path}: {CHANGED[state]}", f"{INSTALL} --force")
        if state == OLD:
            return warn("service", f"{path} is of another version or installation", INSTALL)
    return _running(keeper, socket)


def _running(keeper: Keeper, socket: str) -> Finding:
    state, own, runs = keeper.state(), keeper.pid(), lock.running(socket)
    if state == "failed":
        return fail("service", f"{keeper.name} says that it failed", "switchgear service logs")
    if runs is not None and runs != own:
        told = f"the daemon that runs (pid {runs}) was started by hand, not by {keeper.name}"
        return warn("service", told, "switchgear service restart")
    return ok("service", f"{keeper.name}: {state}" + (f", pid {own}" if own else ""))
