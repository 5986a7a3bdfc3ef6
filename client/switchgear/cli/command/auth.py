"""`switchgear auth`: where each credential comes from and whether it works; never the secret."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.screen import Screen
    from switchgear.cli.table import Cell
    from switchgear.cli.wire import Json

STATES = {
    "ok": ("good", "ok"),
    "degraded": ("busy", "works until a restart"),
    "unknown": ("dim", "not used yet"),
    "missing": ("bad", "login needed"),
    "locked": ("bad", "keyring locked"),
    "refused": ("bad", "refused by the provider"),
    "none": ("dim", "needs none"),
}


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Lists for each provider where its credential comes from (keyring, environment,
file, command), whether it works, and what to do if not. Secrets are never shown."""


def run(invocation: Invocation) -> int:
    from switchgear.cli.table import rows

    result = invocation.call("credentials/list")
    if invocation.args.json:
        return invocation.emit(result)
    screen, views = invocation.out, result["credentials"]
    if not views:
        screen.line("No providers yet.")
        screen.line("  hint: switchgear setup")
    for line in rows(screen, [_row(screen, view) for view in views], indent=""):
        screen.line(line)
    for view in views:
        if view.get("hint"):
            named = "" if len(views) == 1 or view["provider"] in view["hint"] else f"{view['provider']}: "
            screen.line(screen.paint("dim", f"hint: {named}{view['hint']}"))
    return 0


def _row(screen: Screen, view: Json) -> list[Cell]:
    weight, words = STATES.get(view["state"], ("bad", view["state"]))
    return [
        view["provider"],
        view["source"],
        (weight, f"{screen.glyph(weight)} {words}"),
        ("dim", view.get("reason", "")),
    ]
