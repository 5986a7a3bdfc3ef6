"""`switchgear connect`: writes a tool's config so that it uses the door, and undoes it."""

from __future__ import annotations

from switchgear.cli.failed import FAILURE, OK, CommandError, usage
from switchgear.cli.terminal import answer, asks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable
    from typing import Any

    from switchgear.cli.connect.connecting import Connection
    from switchgear.cli.connect.door import Look
    from switchgear.cli.connect.undoing import Undo
    from switchgear.cli.invocation import Invocation

STYLES = {"+": "good", "-": "bad", "@": "dim"}


def declare(parser: ArgumentParser) -> None:
    from argparse import BooleanOptionalAction

    parser.usage = "switchgear connect [TOOL] [options]"
    parser.description = """\
Lets TOOL use your merged models: shows what it would write into the tool's
config (and, the first time, that your own config opens the HTTP door on this
machine), asks, keeps a copy, makes a token of the tool's own and writes. Alone
it lists the tools: opencode, claude-code, codex, llm, aider, zed, continue.

  switchgear connect opencode          show, ask, write
  switchgear connect opencode --undo   everything as it was, the token revoked"""
    parser.add_argument("tool", nargs="?", metavar="TOOL", help="one of those")
    parser.add_argument("--list", action="store_true", help="list the tools")
    parser.add_argument("--print", action="store_true", help="only show what would change")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    parser.add_argument("--undo", action="store_true", help="put everything back")
    parser.add_argument(
        "--model", "--default", dest="model", metavar="MODEL", help="the model the tool uses unless told otherwise"
    )
    parser.add_argument("--all-variants", action="store_true", help="offer every provider's variant too")
    parser.add_argument(
        "--passthrough",
        action=BooleanOptionalAction,
        help="claude-code keeps its own login, or not (default: where a provider's credential is passthrough)",
    )
    parser.add_argument("--config", metavar="PATH", help="the tool's config file, where it is not the usual one")


def run(invocation: Invocation) -> int:
    from switchgear.cli.connect import MODULES

    name = invocation.args.tool
    if name is None or invocation.args.list:
        return _list(invocation)
    if name not in MODULES:
        raise _unknown(name, list(MODULES))
    return _undo(invocation, name) if invocation.args.undo else _connect(invocation, name)


def _unknown(name: str, known: list[str]) -> CommandError:
    from switchgear.cli.misread import nearest

    near = nearest(name, known)
    hint = f"switchgear connect {near}" if near else "switchgear connect --list"
    return usage(f"no tool {name!r}", hint, f"there are: {', '.join(known)}")


def _list(invocation: Invocation) -> int:
    from switchgear.cli.connect.listing import tools
    from switchgear.cli.table import rows

    found = tools()
    if invocation.args.json:
        return invocation.emit({"tools": found})
    for line in rows(invocation.out, [_row(tool) for tool in found], indent=""):
        invocation.out.line(line)
    return OK


def _row(tool: dict[str, Any]) -> list[str]:
    from switchgear.cli.screen import short

    connected = "connected" if tool["connected"] else "not connected"
    return [tool["tool"], tool["title"], "found" if tool["found"] else "not found", connected, short(tool["config"])]


# --- connecting --------------------------------------------------------------------------------


def _connect(invocation: Invocation, name: str) -> int:
    from switchgear.cli.connect import connecting, tool_named

    connection = connecting.prepared(invocation, name, tool_named(name))
    changes = [line for plan in connection.all_plans for line in plan.diff()]
    if invocation.args.print:
        return _printed(invocation, name, changes)
    changed = connection.changes
    if changed:
        if not _agreed(invocation, changes, f"Connect {connection.tool.TITLE}?"):
            return FAILURE
        connection = connecting.perform(invocation, connection)
        _say_written(invocation, connection)
    return _told(invocation, connection, changed=changed)


def _say_written(invocation: Invocation, connection: Connection) -> None:
    from switchgear.cli.screen import clean

    for plan in connection.all_plans:
        if plan.changes_contents:
            invocation.note(clean(f"wrote {plan.edit.path}"))


def _printed(invocation: Invocation, name: str, changes: list[str]) -> int:
    if invocation.args.json:
        return invocation.emit({"tool": name, "changes": changes})
    _show(invocation, changes)
    if not changes:
        invocation.note("nothing would change")
    return OK


def _told(invocation: Invocation, connection: Connection, *, changed: bool) -> int:
    """Whether the door answers, and what to do next."""
    url, title = connection.asked.door, connection.tool.TITLE
    look = _look(invocation, connection)
    if invocation.args.json:
        _emit_connected(invocation, connection, changed, look)
        return OK if look.answers else FAILURE
    invocation.out.line(f"{title} is connected" if changed else f"{title} is already connected")
    if not look.answers:
        why = f"{url}: {look.why}"
        hint = f"switchgear connect {connection.name} --undo" if "refuses" in look.why else "switchgear status"
        raise CommandError("the door does not answer", why, hint)
    invocation.out.line(f"the door answers at {url}")
    for line in connection.tool.after(connection.asked):
        invocation.out.line(f"  {line}")
    return OK


def _look(invocation: Invocation, connection: Connection) -> Look:
    from switchgear.cli.connect.door import Look, trouble, wait

    url = connection.asked.door
    why = trouble(invocation.call("status").get("http"), url)
    return Look(False, why) if why else wait(url, connection.asked.token if connection.token else None)


def _emit_connected(invocation: Invocation, connection: Connection, changed: bool, look: Look) -> None:
    invocation.emit(
        {
            "tool": connection.name,
            "connected": True,
            "changed": changed,
            "files": [plan.edit.path for plan in connection.plans],
            "token": connection.token,
            "door": {"url": connection.asked.door, "answers": look.answers, "why": look.why},
            "next": connection.tool.after(connection.asked),
        }
    )


# --- undoing -----------------------------------------------------------------------------------


def _undo(invocation: Invocation, name: str) -> int:
    from switchgear.cli.connect import undoing

    undo = undoing.prepared(invocation, name)
    if undo is None:
        raise CommandError(f"{name} is not connected", "there is nothing to undo", "switchgear connect --list")
    changes = [line for one in undo.all_files for line in one.diff()]
    if invocation.args.print:
        return _printed(invocation, name, changes)
    if not _agreed(invocation, changes, f"Undo {name}?"):
        return FAILURE
    undoing.perform(invocation, undo)
    return _undone(invocation, undo)


def _undone(invocation: Invocation, undo: Undo) -> int:
    name, token = undo.record.name, undo.record.token
    if invocation.args.json:
        closed = bool(undo.door and undo.door[1])
        return invocation.emit({"tool": name, "connected": False, "revoked": token, "door_closed": closed})
    invocation.out.line(f"{name} is as it was" + (f"; its token {token} is revoked" if token else ""))
    if undo.others:
        invocation.note(f"the door stays open for {', '.join(undo.others)}")
    return OK


# --- showing and asking ------------------------------------------------------------------------


def _agreed(invocation: Invocation, changes: list[str], question: str) -> bool:
    """Shows the change and asks, unless it is said that nothing is to be asked."""
    if invocation.args.yes:
        return True
    if invocation.args.json or not asks():
        hint = f"switchgear connect {invocation.args.tool} {'--undo ' if invocation.args.undo else ''}--yes"
        raise usage("nobody to ask", hint, "this changes files of yours; --print only shows how")
    _show(invocation, changes)
    if answer(f"{question} [y/N] ") in ("y", "yes"):
        return True
    invocation.note("nothing was changed")
    return False


def _show(invocation: Invocation, lines: Iterable[str]) -> None:
    from switchgear.cli.screen import clean

    for line in lines:
        text = clean(line)
        invocation.out.line(invocation.out.paint(STYLES.get(text[:1], ""), text))
