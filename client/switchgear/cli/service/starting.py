"""`service start`, `stop` and `restart`: by the manager, or by hand where there is none."""

from __future__ import annotations

from switchgear.cli.lock import running
from switchgear.cli.start import start_daemon

from . import plain
from .run import there

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .run import Run


def start(this: Run) -> int:
    if this.keeper is None:
        return _start_plain(this)
    keeper = this.installed()
    this.make_way()
    this.steps.run(keeper.starting())
    return this.end()


def _start_plain(this: Run) -> int:
    pid = running(this.socket)
    if pid is not None:
        return this.end(f"The daemon runs (pid {pid}).", done=False)
    if not this.args.dry_run:
        start_daemon(this.socket, lambda text: None, pass_socket=this.invocation.chose_socket()).close()
    this.steps.tell("started", "start", "the daemon in the background")
    return this.end()


def stop(this: Run) -> int:
    if this.keeper and there(this.keeper):
        this.steps.run(this.keeper.stopping())
    _stop_plain(this)
    return this.end("" if this.steps.done else "No daemon is running.", done=False)


def _stop_plain(this: Run) -> None:
    pid = running(this.socket)
    if pid is None or (this.args.dry_run and this.by_hand() is None):
        return
    if not this.args.dry_run:
        plain.end(this.invocation, this.socket, pid)
    this.steps.tell("stopped", "stop", f"the daemon (pid {pid})")


def restart(this: Run) -> int:
    if this.keeper is None:
        _stop_plain(this)
        return _start_plain(this)
    keeper = this.installed()
    this.make_way()
    this.steps.run(keeper.restarting())
    return this.end()
