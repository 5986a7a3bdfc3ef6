"""`switchgear pin`: one provider for a model, for a while."""

from __future__ import annotations

from switchgear.cli.options import span_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Sends MODEL to PROVIDER alone, before any order or stickiness, until --for is
over or `switchgear unpin`. With --session only that conversation.

  switchgear pin opus-4.6 github_copilot --for 2h"""
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("provider", metavar="PROVIDER")
    parser.add_argument("--for", type=span_argument, dest="for_s", metavar="SPAN", help="30m, 2h, 1d (default: stays)")
    parser.add_argument("-s", "--session", metavar="ID", help="only for this session")


def run(invocation: Invocation) -> int:
    from switchgear.cli.screen import clean
    from switchgear.cli.times import ahead, wall

    args = invocation.args
    pin = invocation.call(
        "sessions/pin", model=args.model, provider=args.provider, for_s=args.for_s, session=args.session
    )
    if args.json:
        return invocation.emit(pin)
    until = ahead(pin["until"], wall()) if pin.get("until") else f"you run: switchgear unpin {pin['alias']}"
    whose = f" in session {pin['session']}" if pin.get("session") else ""
    invocation.out.line(clean(f"{pin['alias']} goes to {pin['provider']}{whose} until {until}"))
    return 0
