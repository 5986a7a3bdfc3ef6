"""`switchgear logout`: removes a provider's key from the keyring."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Removes the key or the login of PROVIDER from the OS keyring, and takes a login
back at who gave it, where that is possible; where it is not, says what stays
valid. Keys that come from the environment, a file or a command are not ours to
remove."""
    parser.add_argument("provider", metavar="PROVIDER")


def run(invocation: Invocation) -> int:
    from switchgear.cli.screen import clean

    view = invocation.call("credentials/delete", provider=invocation.args.provider)
    if invocation.args.json:
        return invocation.emit(view)
    invocation.out.line(clean(f"removed the key of {view['provider']}"))
    if view.get("stays"):
        invocation.err.line(clean(view["stays"]))
    return 0
