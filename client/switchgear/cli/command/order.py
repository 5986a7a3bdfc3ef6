"""`switchgear order`: which provider of a model comes first."""

from __future__ import annotations

from switchgear.cli.failed import usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.usage = "switchgear order MODEL (PROVIDER ... | --up PROVIDER) [options]"
    parser.description = """\
Puts the providers of MODEL in this order; those not named keep theirs, after.
The config file is changed (its comments stay) and takes effect at once.

  switchgear order opus-4.6 github_copilot claude_pro
  switchgear order opus-4.6 --up claude_api       one place earlier"""
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("providers", nargs="*", metavar="PROVIDER", help="from first to last")
    parser.add_argument("--up", metavar="PROVIDER", help="move this one a place earlier")


def run(invocation: Invocation) -> int:
    from switchgear.cli.models_screen import listing

    args = invocation.args
    if bool(args.providers) == bool(args.up):
        raise usage("say the new order, or --up PROVIDER", "switchgear order -h")
    providers = _moved_up(invocation, args.model, args.up) if args.up else args.providers
    model = invocation.call("models/order", model=args.model, providers=providers)
    if args.json:
        return invocation.emit(model)
    for line in listing(invocation.out, {"models": [model]}):
        invocation.out.line(line)
    return 0


def _moved_up(invocation: Invocation, alias: str, provider: str) -> list[str]:
    """The present order with `provider` one place earlier; the daemon refuses names it does not know."""
    model = invocation.call("models/show", model=alias)
    order = list(dict.fromkeys(offer["provider"] for offer in model["offers"]))
    if provider not in order:
        known = ", ".join(order)
        raise usage(f"{provider!r} does not serve {alias}", f"switchgear models {alias}", f"those are: {known}")
    at = order.index(provider)
    order.insert(max(at - 1, 0), order.pop(at))
    return order
