"""`switchgear service`: the daemon as a service of the user's own."""

from __future__ import annotations

import os

from switchgear.cli.failed import OK, UNREACHABLE, CommandError
from switchgear.cli.service import plain
from switchgear.cli.service.choice import NAMES, absent, choose, unseen
from switchgear.cli.service.steps import Steps
from switchgear.cli.service.systemd import reachable
from switchgear.cli.service.written import ABSENT, CHANGED, OLD, refuse_changed
from switchgear.cli.start import check_installed, start_daemon

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.service.choice import Keeper

    Action = Callable[["Run"], int]

NOT_INSTALLED = "the service is not installed"
INSTALL = "switchgear service install"


def declare(parser: ArgumentParser) -> None:
    parser.usage = "switchgear service (install | uninstall | start | stop | restart | status | logs) [options]"
    parser.description = """\
Runs the daemon as a service of your own, from your login on: under systemd's user
manager or launchd. The manager keeps the socket, so a restart loses nobody.
Without a manager the daemon runs in the background, started when a command needs it.

`stop` holds until `start`: with the service installed no command starts a daemon
behind its back. Each step is said; --dry-run only says them."""
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
        pid = plain.running(self.socket)
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


# --- install, uninstall ------------------------------------------------------------------------


def _install(this: Run) -> int:
    keeper = this.keeper
    if keeper is None:
        return _install_nothing(this)
    if this.args.print:
        return _print(this, keeper)
    check_installed()
    _note_unseen(this)
    files = keeper.files()
    if not this.args.force:
        refuse_changed(files, "install")
    if not this.args.dry_run:
        keeper.prepare()
    changed = [this.steps.write(file) for file in files]
    if not _answers(keeper):
        return this.end(f"They take effect where a user manager runs: {' '.join(keeper.starting()[0])}")
    this.make_way()
    this.steps.run(keeper.installing(any(changed)))
    return this.end("The daemon is a service now, from your next login on, too.  switchgear service status")


def _answers(keeper: Keeper) -> bool:
    """Whether the manager can be told anything here; units can be written for a later login."""
    return keeper.name != "systemd" or reachable(keeper.env)


def _install_nothing(this: Run) -> int:
    this.invocation.note(f"no service manager: {absent(os.environ)}; nothing is installed")
    this.invocation.note("commands start the daemon when they need it; tools that use the HTTP door cannot:")
    this.invocation.note("put `switchgear service start` where your login or container starts")
    return _start(this)


def _print(this: Run, keeper: Keeper) -> int:
    if this.args.json:
        return this.invocation.emit({"files": [{"path": file.path, "text": file.text} for file in keeper.files()]})
    for file in keeper.files():
        this.invocation.out.line(f"# {file.path}")
        this.invocation.out.line(file.text)
    return OK


def _note_unseen(this: Run) -> None:
    for name in unseen(os.environ, this.args.keep_env):
        this.invocation.note(f"{name} is set in this shell; the service will not have it unless you say --keep-env")


def _uninstall(this: Run) -> int:
    # units that were written for a later login are there without a manager
    keeper = this.keeper or (None if this.args.manager else choose(os.environ, "systemd", keep_env=False))
    files = keeper.files() if keeper else []
    there = [file for file in files if file.state() != ABSENT]
    if keeper is None or not there:
        return this.end("Nothing is installed.", done=False)
    if not this.args.force:
        refuse_changed(there, "uninstall")
    if _answers(keeper):
        this.steps.run(keeper.removing())
    for file in there:
        this.steps.remove(file)
    if _answers(keeper):
        this.steps.run(keeper.removed())
    return this.end("The service is gone; commands start the daemon when they need it.")


# --- start, stop, restart ----------------------------------------------------------------------


def _start(this: Run) -> int:
    if this.keeper is None:
        return _start_plain(this)
    keeper = this.installed()
    this.make_way()
    this.steps.run(keeper.starting())
    return this.end()


def _start_plain(this: Run) -> int:
    pid = plain.running(this.socket)
    if pid is not None:
        return this.end(f"The daemon runs (pid {pid}).", done=False)
    if not this.args.dry_run:
        start_daemon(this.socket, lambda text: None, pass_socket=this.invocation.chose_socket()).close()
    this.steps.tell("started", "start", "the daemon in the background")
    return this.end()


def _stop(this: Run) -> int:
    if this.keeper and _installed(this.keeper):
        this.steps.run(this.keeper.stopping())
    _stop_plain(this)
    return this.end("" if this.steps.done else "No daemon is running.", done=False)


def _stop_plain(this: Run) -> None:
    pid = plain.running(this.socket)
    if pid is None or (this.args.dry_run and this.by_hand() is None):
        return
    if not this.args.dry_run:
        plain.tell_to_leave(pid)
        plain.wait_until_gone(this.socket, pid, this.invocation.note)
    this.steps.tell("stopped", "stop", f"the daemon (pid {pid})")


def _restart(this: Run) -> int:
    if this.keeper is None:
        _stop_plain(this)
        return _start_plain(this)
    keeper = this.installed()
    this.make_way()
    this.steps.run(keeper.restarting())
    return this.end()


# --- status, logs ------------------------------------------------------------------------------


def _status(this: Run) -> int:
    keeper, pid = this.keeper, plain.running(this.socket)
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


def _logs(this: Run) -> int:
    import subprocess

    keeper = this.keeper
    argv = keeper.logs(this.args.lines, this.args.follow) if keeper and _installed(keeper) else _tail(this)
    try:
        return subprocess.call(argv, env=this.keeper.env if this.keeper else None)
    except OSError as error:
        raise CommandError(f"cannot run {argv[0]}", error.strerror or str(error)) from None


def _installed(keeper: Keeper) -> bool:
    return any(file.state() != ABSENT for file in keeper.files())


def _tail(this: Run) -> list[str]:
    from switchgear_protocol.paths import state_dir

    path = f"{state_dir()}/daemon.log"
    if not os.path.exists(path):
        raise CommandError("there is no log yet", f"{path} is written when a command starts the daemon")
    return ["tail", "-n", str(this.args.lines), *(["-F"] if this.args.follow else []), path]


ACTIONS: dict[str, Action] = {
    "install": _install,
    "uninstall": _uninstall,
    "start": _start,
    "stop": _stop,
    "restart": _restart,
    "status": _status,
    "logs": _logs,
}
