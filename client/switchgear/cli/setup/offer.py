"""The offer: whoever has no config yet is asked once, before the command that needs one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from switchgear.cli.invocation import Invocation


def offered(invocation: Invocation) -> bool:
    """Whether the setup ran instead of the command."""
    from switchgear.cli.command import setup
    from switchgear.cli.options import parse
    from switchgear.cli.setup.question import answered

    invocation.out.line("There is no config yet.")
    if not answered("Set Switchgear up now?"):
        invocation.note("later: switchgear setup")
        return False
    words = ["--socket", invocation.args.socket] if invocation.args.socket else []
    chosen = parse(["setup", *words])
    assert chosen is not None  # no help was asked for
    invocation.args = chosen[1]
    setup.run(invocation)
    return True
