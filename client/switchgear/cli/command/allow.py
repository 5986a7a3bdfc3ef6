"""`switchgear allow metered`: consent to spend, for a while."""

from __future__ import annotations

from switchgear.cli.options import span_or_none_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation

HOUR = 3600.0


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
With `[spend] metered = "ask"` providers that bill per token serve only after
this consent, and only so long (--for 0 withdraws it). Budgets in [spend] still
hold."""
    parser.add_argument("what", choices=("metered",))
    parser.add_argument(
        "--for", type=span_or_none_argument, dest="for_s", default=HOUR, metavar="SPAN", help="default 1h; 0: no longer"
    )


def run(invocation: Invocation) -> int:
    from switchgear.cli.times import ahead, wall

    state = invocation.call("spend/allow", for_s=invocation.args.for_s)
    if invocation.args.json:
        return invocation.emit(state)
    until = state.get("allowed_until")
    told = f"may serve until {ahead(until, wall())}" if until else "need your consent again"
    always = {
        "allow": 'may always serve ([spend] metered = "allow")',
        "never": 'never serve ([spend] metered = "never")',
    }
    invocation.out.line(f"metered providers {always.get(state['metered'], told)}")
    return 0
