"""`switchgear quota`: every window, with where the figure is from and how old it is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Lists every quota window that the providers reported: what is left, when it
resets, where the figure is from (header, quota page, your own limit in the
config) and how old it is. A reset is the provider's prediction; the next
request checks it. New sessions leave a nearly spent window to those it has."""
    parser.add_argument("--refresh", action="store_true", help="look at the providers' quota pages now")
    parser.add_argument("provider", nargs="?", metavar="PROVIDER", help="only this one's")


def run(invocation: Invocation) -> int:
    from switchgear.cli.progress import progress
    from switchgear.cli.quota_screen import page
    from switchgear.cli.times import wall

    args = invocation.args
    with progress(invocation, "looking at the providers' quota pages" if args.refresh else ""):
        result = invocation.call("quota/list", provider=args.provider, refresh=args.refresh)
    if invocation.args.json:
        return invocation.emit(result)
    for line in page(invocation.out, result, wall(), looked=invocation.args.refresh):
        invocation.out.line(line)
    return 0
