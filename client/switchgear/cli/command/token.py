"""`switchgear token`: tokens for tools that use the HTTP door."""

from __future__ import annotations

from switchgear.cli.failed import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.wire import Json


def declare(parser: ArgumentParser) -> None:
    parser.usage = "switchgear token (new NAME | list | revoke NAME) [options]"
    parser.description = """\
A token lets one tool use the HTTP door. `new` prints it once, alone on stdout;
the daemon keeps only its hash.

  export OPENAI_API_KEY=$(switchgear token new editor)"""
    parser.add_argument("action", choices=("new", "list", "revoke"))
    parser.add_argument("name", nargs="?", metavar="NAME", help="the tool it is for")


def run(invocation: Invocation) -> int:
    args = invocation.args
    if (args.name is None) != (args.action == "list"):
        wanted = "no name" if args.action == "list" else "a name"
        raise usage(f"token {args.action} takes {wanted}", "switchgear token -h")
    return ACTIONS[args.action](invocation)


def _new(invocation: Invocation) -> int:
    created = invocation.call("tokens/create", name=invocation.args.name)
    if invocation.args.json:
        return invocation.emit(created)
    invocation.note(f"token for {created['name']}, shown this once:")
    invocation.out.line(created["token"])
    return 0


def _list(invocation: Invocation) -> int:
    from switchgear.cli.table import rows
    from switchgear.cli.times import wall

    result = invocation.call("tokens/list")
    if invocation.args.json:
        return invocation.emit(result)
    now, tokens = wall(), result["tokens"]
    for line in rows(invocation.out, [_row(token, now) for token in tokens], indent=""):
        invocation.out.line(line)
    if not tokens:
        invocation.out.line("No tokens.")
    return 0


def _row(token: Json, now: float) -> list[str]:
    from switchgear.cli.times import ago

    used = f"used {ago(token['last_used'], now)}" if token.get("last_used") else "never used"
    return [token["name"], f"made {ago(token['created_at'], now)}", used]


def _revoke(invocation: Invocation) -> int:
    result = invocation.call("tokens/revoke", name=invocation.args.name)
    if invocation.args.json:
        return invocation.emit({"ok": True, **result})
    invocation.out.line(f"{invocation.args.name} is revoked")
    return 0


ACTIONS = {"new": _new, "list": _list, "revoke": _revoke}
