"""`service install` and `service uninstall`: the manager's files, written and taken away."""

from __future__ import annotations

import os

from switchgear.cli.failed import OK
from switchgear.cli.start import check_installed

from .choice import absent, choose, unseen
from .starting import start
from .written import ABSENT, refuse_changed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .choice import Keeper
    from .run import Run


def install(this: Run) -> int:
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
    if not keeper.answers():  # files can be written for a later login
        return this.end(f"They take effect where {keeper.where} runs: {' '.join(keeper.starting()[0])}")
    this.make_way()
    this.steps.run(keeper.installing(any(changed)))
    return this.end("The daemon is a service now, from your next login on, too.  switchgear service status")


def _install_nothing(this: Run) -> int:
    this.invocation.note(f"no service manager: {absent(os.environ)}; nothing is installed")
    this.invocation.note("commands start the daemon when they need it; tools that use the HTTP door cannot:")
    this.invocation.note("put `switchgear service start` where your login or container starts")
    return start(this)


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


def uninstall(this: Run) -> int:
    # units that were written for a later login are there without a manager
    keeper = this.keeper or (None if this.args.manager else choose(os.environ, "systemd", keep_env=False))
    files = keeper.files() if keeper else []
    there = [file for file in files if file.state() != ABSENT]
    if keeper is None or not there:
        return this.end("Nothing is installed.", done=False)
    if not this.args.force:
        refuse_changed(there, "uninstall")
    if keeper.answers():
        this.steps.run(keeper.removing())
    for file in there:
        this.steps.remove(file)
    if keeper.answers():
        this.steps.run(keeper.removed())
    return this.end("The service is gone; commands start the daemon when they need it.")
