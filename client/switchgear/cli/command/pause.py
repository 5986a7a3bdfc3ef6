"""`switchgear pause`: a provider out of rotation."""

from __future__ import annotations

from switchgear.cli.options import span_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Takes PROVIDER out of rotation for every model, until --for is over or
`switchgear resume`. What it is answering now, it finishes."""
    parser.add_argument("provider", metavar="PROVIDER")
    parser.add_argument("--for", type=span_argument, dest="for_s", metavar="SPAN", help="30m, 2h, 1d (default: stays)")


def run(invocation: Invocation) -> int:
    from switchgear.cli.screen import clean
    from switchgear.cli.times import ahead, wall

    provider = invocation.call("providers/pause", provider=invocation.args.provider, for_s=invocation.args.for_s)
    if invocation.args.json:
        return invocation.emit(provider)
    name, until = provider["id"], provider.get("paused_until")
    told = ahead(until, wall()) if until else f"you run: switchgear resume {name}"
    invocation.out.line(clean(f"{name} is paused until {told}"))
    return 0
