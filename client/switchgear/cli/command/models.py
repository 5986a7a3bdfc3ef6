"""`switchgear models`: the merged models, or everything about one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Lists your merged models with who serves each now and the order of their
providers. With MODEL: every provider of that model with its price, limits,
features and, where it cannot serve now, why. "propose" in its place lists
models that several of your providers have, and writes those you accept into
the config."""
    parser.add_argument("model", nargs="?", metavar="MODEL", help="show this one in detail; or: propose")
    parser.add_argument(
        "--all",
        action="store_true",
        help="a row for every provider's variant, and what they list beside; with propose: accept all",
    )
    parser.add_argument("--accept", action="append", metavar="ALIAS", help="with propose: write it into the config")
    parser.add_argument("--refresh", action="store_true", help="with propose: ask the providers for their lists first")


def run(invocation: Invocation) -> int:
    from switchgear.cli import models_screen as screens

    args, screen = invocation.args, invocation.out
    if args.model == "propose":
        return _propose(invocation)
    if args.accept or args.refresh:
        from switchgear.cli.failed import usage

        raise usage("--accept and --refresh go with propose", "switchgear models propose --refresh")
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


def _propose(invocation: Invocation) -> int:
    from switchgear.cli.proposals_screen import proposals
    from switchgear.cli.screen import clean

    args, screen = invocation.args, invocation.out
    if args.refresh:
        from switchgear.cli.progress import progress

        with progress(invocation, "asking the providers for their models"):
            invocation.call("models/refresh")
    if args.accept or args.all:
        result = invocation.call("models/accept", aliases=args.accept or [], all=args.all)
        lines: Iterable[str] = [f"merged: {clean(alias)}" for alias in result["aliases"]] or ["nothing new to merge"]
    else:
        result = invocation.call("models/propose")
        lines = proposals(screen, result, args.refresh)
    if args.json:
        return invocation.emit(result)
    for line in lines:
        screen.line(line)
    return 0
