"""`switchgear models`: the merged models, or everything about one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Lists your merged models with who serves each now and the order of their
providers. With MODEL: every provider of that model with its price, limits,
features and, where it cannot serve now, why."""
    parser.add_argument("model", nargs="?", metavar="MODEL", help="show this one in detail")
    parser.add_argument("--all", action="store_true", help="a row for every provider's variant")


def run(invocation: Invocation) -> int:
    from switchgear.cli import models_screen as screens

    args, screen = invocation.args, invocation.out
    if args.model:
        result = invocation.call("models/show", model=args.model)
        lines = screens.detail(screen, result)
    else:
        result = invocation.call("models/list", all=args.all or None)
        lines = screens.variants(screen, result) if args.all else screens.listing(screen, result)
    if args.json:
        return invocation.emit(result)
    for line in lines:
        screen.line(line)
    return 0
