"""Pass-through: a tool keeps the login it has with its provider, and only goes there through the door.

The providers that take such a login are those the user gave `credential = "passthrough"`.
"""

from __future__ import annotations

from switchgear.cli.failed import CommandError, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from switchgear.cli.invocation import Invocation

    from .record import Record
    from .tool import Tool

WANTED = """\
there is none with credential = "passthrough" in your config; such a one is
[[providers]]
id = "claude_own"
kind = "anthropic"
credential = "passthrough"
billing = "included"
and {provider = "claude_own", model = "..."} in a model's group"""


def takers(invocation: Invocation, tool: Tool, said: bool | None, known: Record | None) -> frozenset[str]:
    """Ids of the providers the tool's own login may go to; none: it is given one of ours.

    `said` on the command line, else as before, else wherever a provider takes it. CommandError when it cannot be.
    """
    if said and not tool.OWN_LOGIN:
        raise usage(f"{tool.TITLE} cannot keep a login of its own", "switchgear connect claude-code --passthrough")
    before = known.own_login if known else None
    if not tool.OWN_LOGIN or (before if said is None else said) is False:
        return frozenset()
    providers = invocation.call("providers/list")["providers"]
    found = frozenset(str(view["id"]) for view in providers if view["credential"] == "passthrough")
    if said and not found:
        raise CommandError(f"no provider takes {tool.TITLE}'s own login", WANTED, "switchgear config edit")
    return found
