"""The first run: whoever has no config yet is offered the setup once, before the command that needs one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .invocation import Invocation


def offered(invocation: Invocation) -> int | None:
    """The exit code of the setup that ran instead of the command; None where it was declined."""
    from .command import setup
    from .options import parse
    from .setup.question import answered

    invocation.out.line("There is no config yet.")
    if not answered("Set Switchgear up now?"):
        invocation.note("later: switchgear setup")
        return None
    words = ["--socket", invocation.args.socket] if invocation.args.socket else []
    chosen = parse(["setup", *words])
    assert chosen is not None  # no help was asked for
    invocation.args = chosen[1]
    return setup.run(invocation)
