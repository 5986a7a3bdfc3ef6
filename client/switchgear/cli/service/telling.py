"""`service status` and `service logs`: what the manager, the files and the daemon say."""

from __future__ import annotations

import os

from switchgear.cli.failed import OK, UNREACHABLE, CommandError
from switchgear.cli.lock import running

from .choice import absent
from .run import INSTALL, there
from .written import ABSENT, CHANGED, OLD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .run import Run


def status(this: Run) -> int:
    keeper, pid = this.keeper, running(this.socket)
    files = [(file.path, file.state()) for file in keeper.files()] if keeper else []
    state = keeper.state() if keeper else ("active" if pid else "inactive")
    by_hand = this.by_hand() is not None
    if this.args.json:
        shown = [{"path": path, "state": said} for path, said in files]
        name = keeper.name if keeper else "none"
        value = {"manager": name, "state": state, "pid": pid, "by_hand": by_hand, "files": shown}
        this.invocation.emit(value)
    else:
        for line in _lines(this, files, state, pid):
            this.invocation.out.line(line)
    return OK if pid else UNREACHABLE


def _lines(this: Run, files: list[tuple[str, str]], state: str, pid: int | None) -> list[str]:
    keeper = this.keeper
    if keeper is None:
        return [f"manager  none ({absent(os.environ)})", _daemon_line(this, pid)]
    if all(said == ABSENT for _, said in files):
        return [f"manager  {keeper.name}", f"service  not installed   {INSTALL}", _daemon_line(this, pid)]
    told = [f"manager  {keeper.name}", f"service  {state}"]
    told += [f"file     {path}{_remark(said)}" for path, said in files]
    return [*told, _daemon_line(this, pid)]


def _remark(state: str) -> str:
    if state == ABSENT:
        return f"   is missing: {INSTALL}"
    if state == OLD:
        return f"   is of another version or place: {INSTALL}"
    return "   was changed by hand" if state in CHANGED else ""


def _daemon_line(this: Run, pid: int | None) -> str:
    if pid is None:
        return "daemon   not running"
    cure = "   started by hand, not by the service: switchgear service start" if this.keeper and this.by_hand() else ""
    return f"daemon   pid {pid}{cure}"


def logs(this: Run) -> int:
    import subprocess

    keeper = this.keeper
    argv = keeper.logs(this.args.lines, this.args.follow) if keeper and there(keeper) else _tail(this)
    try:
        return subprocess.call(argv, env=this.keeper.env if this.keeper else None)
    except OSError as error:
        raise CommandError(f"cannot run {argv[0]}", error.strerror or str(error)) from None


def _tail(this: Run) -> list[str]:
    from switchgear_protocol.paths import state_dir

    path = f"{state_dir()}/daemon.log"
    if not os.path.exists(path):
        raise CommandError("there is no log yet", f"{path} is written when a command starts the daemon")
    return ["tail", "-n", str(this.args.lines), *(["-F"] if this.args.follow else []), path]
