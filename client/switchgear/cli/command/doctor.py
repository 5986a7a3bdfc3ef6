"""`switchgear doctor`: what is wrong here and what cures it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from switchgear.cli.doctor import bundle, daemon, machine, screen
from switchgear.cli.doctor.finding import Finding
from switchgear.cli.doctor.processes import processes
from switchgear.cli.doctor.service import service
from switchgear.cli.doctor.shell import shell
from switchgear.cli.doctor.tools import tools
from switchgear.cli.failed import FAILURE, OK, CommandError, usage
from switchgear.cli.misread import nearest
from switchgear.cli.progress import progress
from switchgear.cli.service.asleep import asleep
from switchgear.cli.times import wall

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.wire import Json, Wire

NAMES = [name for names in screen.GROUPS.values() for name in names]


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Looks at everything that has to work: this machine, the daemon, every provider's
address and login, the models, the tools that are connected. Each finding comes
with its evidence and the command that cures it. Nothing is changed and no
daemon is started. Exit code 1 when something fails; a warning is no failure.

--bundle writes what was found into an archive to attach to a report: config,
state and log without secrets. Look into it before you send it."""
    parser.add_argument(
        "--only", metavar="ID", action="extend", type=_ids, default=[], help="only this check, or these: a,b"
    )
    parser.add_argument("--offline", action="store_true", help="do not knock at the providers' addresses")
    parser.add_argument("--no-keyring", action="store_true", help="do not try the keyring (it may ask to be unlocked)")
    parser.add_argument("--bundle", nargs="?", const="", metavar="PATH", help="write an archive for a report")


def _ids(text: str) -> list[str]:
    """An argparse type: "reach,login" as names."""
    return [name for name in text.split(",") if name]


def run(invocation: Invocation) -> int:
    args = invocation.args
    if unknown := [name for name in args.only if name not in NAMES]:
        near = nearest(unknown[0], NAMES)
        hint = f"switchgear doctor --only {near}" if near else "switchgear doctor"
        raise usage(f"no check is called {unknown[0]!r}", hint, f"there are: {', '.join(NAMES)}")
    wire, reached = daemon.reached(invocation.socket_path(), asleep=_asleep(invocation))
    try:
        with progress(invocation) as say:
            everything = list(_all(invocation, wire, reached, say))
        findings = [one for one in everything if not args.only or one.id in args.only]
        _show(invocation, findings)
        if args.bundle is not None:
            _bundle(invocation, everything, wire)
    finally:
        if wire is not None:
            wire.close()
    return FAILURE if any(one.verdict == "fail" for one in findings) else OK


def _all(invocation: Invocation, wire: Wire | None, reached: Finding, say: Callable[[str], None]) -> Iterable[Finding]:
    args, status = invocation.args, _status(wire)
    say("looking at this machine")
    yield from machine.python()
    yield from machine.directories()
    yield from machine.socket(invocation.socket_path(), asleep=wire is None and _asleep(invocation))
    yield from machine.config_file()
    yield from processes(status.get("pid"))
    yield from service(invocation.socket_path())
    yield from shell(wall(), wire is not None)
    yield reached
    yield from daemon.versions(status.get("version"))
    if wire is None:
        yield daemon.unexamined()
    else:
        say("asking the daemon" + ("" if args.offline else ", and each provider's address"))
        yield from daemon.examined(_asking(wire), network=not args.offline, keyring=not args.no_keyring)
    yield from tools(lambda: _tokens(wire))


def _asleep(invocation: Invocation) -> bool:
    return asleep(invocation.socket_path(), chosen=invocation.chose_socket())


def _status(wire: Wire | None) -> Json:
    try:
        return wire.call("status") if wire is not None else {}
    except CommandError:
        return {}


def _asking(wire: Wire) -> daemon.Answer:
    return lambda method, params: wire.call(method, params, daemon.EXAMINED)


def _tokens(wire: Wire | None) -> set[str] | None:
    try:
        return None if wire is None else {str(token["name"]) for token in wire.call("tokens/list")["tokens"]}
    except CommandError:
        return None


def _show(invocation: Invocation, findings: list[Finding]) -> None:
    if invocation.args.json:
        failed = any(one.verdict == "fail" for one in findings)
        invocation.emit({"ok": not failed, "findings": [one._asdict() for one in findings]})
        return
    for line in screen.lines(invocation.out, findings):
        invocation.out.line(line)


def _bundle(invocation: Invocation, findings: list[Finding], wire: Wire | None) -> None:
    import time

    from switchgear.cli.versions import own_version

    path = (
        invocation.args.bundle or f"switchgear-doctor-{time.strftime('%Y%m%d-%H%M%S', time.localtime(wall()))}.tar.gz"
    )
    made = bundle.parts(findings, own_version(), _asking(wire) if wire is not None else None)
    size = bundle.write(path, made, wall())
    invocation.note(f"\n{path}, {size / 1000:.0f} kB, readable by you alone:")
    for name in made:
        invocation.note(f"  {name}")
    invocation.note(f"look before you send it: tar -xzOf {path} | less")
