"""`switchgear usage`: requests, tokens and cost from the ledger."""

from __future__ import annotations

from switchgear.cli.failed import usage
from switchgear.cli.options import moment_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation

BY = ("provider", "model", "alias", "day", "session")


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Sums up what was asked, the tokens and what it cost, from the ledger on this
machine. --by takes any of provider, model, alias, day, session, with commas:

  switchgear usage --by day,provider --since 7d"""
    parser.add_argument("--by", default="provider,model", metavar="WHAT", help="group by (default provider,model)")
    parser.add_argument("--since", type=moment_argument, metavar="WHEN", help="from then on: 7d, today, 2026-11-01")
    parser.add_argument("--until", type=moment_argument, metavar="WHEN", help="up to then")


def run(invocation: Invocation) -> int:
    from switchgear.cli.usage_screen import page

    args = invocation.args
    by = [word.strip() for word in args.by.split(",") if word.strip()]
    wrong = [word for word in by if word not in BY]
    if wrong or not by:
        from switchgear.cli.misread import nearest

        near = nearest(wrong[0], BY) if wrong else None
        what = f"cannot group by {wrong[0] if wrong else 'nothing'!r}"
        raise usage(what, f"switchgear usage --by {near or ','.join(BY[:2])}", f"there are: {', '.join(BY)}")
    result = invocation.call("usage/query", by=by, since=args.since, until=args.until)
    if args.json:
        return invocation.emit(result)
    for line in page(invocation.out, result, by, always=args.since is None and args.until is None):
        invocation.out.line(line)
    return 0
