"""`switchgear status`: the one screen that says how things stand."""

from __future__ import annotations

from switchgear.cli.failed import DEGRADED, NOBODY, OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.wire import Json

DEFAULTS = {"watch": False, "exit_code": False}


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Shows on one screen who serves each of your models now, which providers are in
trouble and what cures them, and what is left of each quota.

With --exit-code the state is also the exit code: 0 all well, 5 some model has
nobody to serve it, 6 something is degraded (a fallback serves, a provider is
in trouble, the config on disk is broken)."""
    parser.add_argument("--watch", action="store_true", help="stay, and redraw when something changes")
    parser.add_argument("--exit-code", action="store_true", help="say the state as exit code (0, 5 or 6)")


def run(invocation: Invocation) -> int:
    if invocation.args.watch:
        from switchgear.cli.watch import watch

        return watch(invocation)
    status = invocation.call("status")
    if invocation.args.json:
        invocation.emit(status)
    else:
        from switchgear.cli.status_screen import lines

        for line in lines(invocation.out, status, status["now"]):
            invocation.out.line(line)
    return exit_code(status) if invocation.args.exit_code else OK


def exit_code(status: Json) -> int:
    """NOBODY beats DEGRADED beats OK."""
    models = status.get("models", [])
    if any(not model.get("serving") for model in models):
        return NOBODY
    troubled = any(provider["health"] != "available" for provider in status.get("providers", []))
    fallback = any(model["offers"][0]["label"] != model["serving"] for model in models)
    well = status["config"]["ok"] and status.get("storage", "ok") == "ok"
    return OK if well and not troubled and not fallback else DEGRADED
