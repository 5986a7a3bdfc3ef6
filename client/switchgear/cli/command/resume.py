"""`switchgear resume`: a paused provider back into rotation."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = "Puts a paused PROVIDER back into rotation."
    parser.add_argument("provider", metavar="PROVIDER")


def run(invocation: Invocation) -> int:
    from switchgear.cli.screen import clean
    from switchgear.cli.words import health_of

    provider = invocation.call("providers/resume", provider=invocation.args.provider)
    if invocation.args.json:
        return invocation.emit(provider)
    invocation.out.line(clean(f"{provider['id']} is back in rotation ({health_of(provider)})"))
    return 0
