"""Run: one run of `switchgear service`: the manager it concerns, the steps it takes, its last word."""

from __future__ import annotations

import os

from switchgear.cli.failed import OK, CommandError
from switchgear.cli.lock import running

from . import plain
from .choice import choose
from .steps import Steps
from .written import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from switchgear.cli.invocation import Invocation

    from .choice import Keeper

NOT_INSTALLED = "the service is not installed"
INSTALL = "switchgear service install"


class Run:
    """One run: the manager it concerns, and the steps it takes."""

    def __init__(self, invocation: Invocation) -> None:
        args = invocation.args
        self.invocation = invocation
        self.args = args
        self.keeper = choose(os.environ, args.manager, args.keep_env)
        say = (lambda text: None) if args.json else invocation.out.line
        self.steps = Steps(say, self.keeper.env if self.keeper else os.environ, args.dry_run)
        self.socket = invocation.socket_path()

    def end(self, text: str = "", *, done: bool = True) -> int:
        """The last line, or all of it as one object. `done`: it tells what was done, which a dry run did not."""
        if self.args.json:
            name = self.keeper.name if self.keeper else "none"
            return self.invocation.emit({"manager": name, "dry_run": self.args.dry_run, "done": self.steps.done})
        if text and not (done and self.args.dry_run):
            self.invocation.out.line(text)
        return OK

    def by_hand(self) -> int | None:
        """The daemon that runs and is not the service's."""
        pid = running(self.socket)
        return None if self.keeper and pid == self.keeper.pid() else pid

    def make_way(self) -> None:
        """A daemon started by hand finishes and leaves; the service's waits for it."""
        pid = self.by_hand()
        if pid is None:
            return
        if not self.args.dry_run:
            plain.tell_to_leave(pid)
        self.steps.tell("stopped", "stop", f"the daemon that was started by hand (pid {pid})")

    def installed(self) -> Keeper:
        """The manager, its files there. CommandError else."""
        if self.keeper is None or any(file.state() == ABSENT for file in self.keeper.files()):
            raise CommandError(NOT_INSTALLED, hint=INSTALL, kind="not_installed")
        return self.keeper


def there(keeper: Keeper) -> bool:
    """Whether any of its files is there."""
    return any(file.state() != ABSENT for file in keeper.files())
