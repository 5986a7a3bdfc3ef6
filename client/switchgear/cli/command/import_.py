"""`switchgear import`: logins, keys and servers this machine has already become providers."""

from __future__ import annotations

from switchgear.cli.failed import FAILURE, OK, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.setup.finding import Finding
    from switchgear.cli.setup.importing import Found
    from switchgear.cli.wire import Json


def declare(parser: ArgumentParser) -> None:
    from switchgear.cli.setup.importing import KEYS

    parser.set_defaults(command="import")
    parser.usage = "switchgear import [SOURCE] [options]"
    parser.description = """\
Looks for logins, keys and local servers that are there already, shows them,
asks which to use, and writes those into your config; their keys go to the
keyring.
Other programs' files are read and never changed, and a login that only its own
program may refresh is left to it. Claude Code's login is never read: your own
claude is run instead, and only if you name it.
SOURCE is one of: environment, opencode, codex, gh, claude, local.

  switchgear import                        look, ask, write
  switchgear import opencode --yes         what OpenCode has
  switchgear import --only openai,ollama   those of what is found
  switchgear import --dry-run              only look"""
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="look only there")
    parser.add_argument(
        "--only", dest="take", metavar="NAMES", help="all, none, or names of what is found; asks nothing"
    )
    parser.add_argument("--yes", action="store_true", help="take what is proposed, ask nothing")
    parser.add_argument("--dry-run", action="store_true", help="show what there is, change nothing")
    parser.add_argument(
        "--keys", choices=KEYS, help="where keys of variables are kept (default: keyring, if one works)"
    )


def run(invocation: Invocation) -> int:
    from switchgear.cli.setup import importing
    from switchgear.cli.setup.scan import looked_at
    from switchgear.cli.setup.telling import beside_json

    source = _source(invocation)
    with beside_json(invocation):
        found = importing.named(invocation, importing.look(invocation, source), "--only")
        importing.show(invocation, found, looked_at(source))
        imported = [] if invocation.args.dry_run else _imported(invocation, found.new)
        working = importing.probe(invocation, imported)
    if invocation.args.json:
        invocation.emit(_told(found, imported, working))
    elif imported:
        invocation.out.line("next: switchgear models propose")
    return OK if working or not imported else FAILURE


def _source(invocation: Invocation) -> str | None:
    from switchgear.cli.setup.scan import SOURCES

    source: str | None = invocation.args.source
    if source is not None and source not in SOURCES:
        from switchgear.cli.misread import nearest

        near = nearest(source, SOURCES)
        hint = f"switchgear import {near}" if near else "switchgear import"
        raise usage(f"no source {source!r}", hint, f"there are: {', '.join(SOURCES)}")
    return source


def _imported(invocation: Invocation, new: list[Finding]) -> list[str]:
    """The ids of what is in the config now; all of it, or nothing was changed."""
    from switchgear.cli.setup import importing
    from switchgear.cli.setup.taking import all_or_nothing

    path = str(invocation.call("config/check")["path"])
    with all_or_nothing(invocation, path) as stored:
        taken = importing.picked(invocation, new, "--only")
        return importing.store(invocation, importing.keep(invocation, taken), stored) if taken else []


def _told(found: Found, imported: list[str], working: list[str]) -> Json:
    shown = ("id", "kind", "label", "source", "where", "wary")
    return {
        "found": [{name: getattr(one, name) for name in shown} for one in found.new],
        "known": [one.id for one in found.known],
        "left": [one._asdict() for one in found.left],
        "imported": imported,
        "working": working,
    }
