"""`switchgear unpin`: back to the model's own order."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = "Ends a pin of MODEL: its providers are tried in your order again."
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("-s", "--session", metavar="ID", help="the pin of this session")


def run(invocation: Invocation) -> int:
    args = invocation.args
    result = invocation.call("sessions/unpin", model=args.model, session=args.session)
    if args.json:
        return invocation.emit({"ok": True, **result})
    invocation.out.line(f"{args.model} is not pinned any more")
    return 0
