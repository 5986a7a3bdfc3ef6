"""`switchgear auth`: where each credential comes from and whether it works; never the secret."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Sequence

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
file, command), whether it works, and what to do if not. Secrets are never
shown."""


def run(invocation: Invocation) -> int:
    from switchgear.cli.screen import clean

    result = invocation.call("credentials/list")
    if invocation.args.json:
        return invocation.emit(result)
    screen, views = invocation.out, result["credentials"]
    if not views:
        screen.line("No providers yet.")
        screen.line("  hint: switchgear setup")
    for line in _page(screen, views):
        screen.line(line)
    for view in views:
        if view.get("hint"):
            named = "" if len(views) == 1 or view["provider"] in view["hint"] else f"{view['provider']}: "
            screen.line(screen.paint("dim", clean(f"hint: {named}{view['hint']}")))
    return 0


def _page(screen: Screen, views: Sequence[Json]) -> Iterable[str]:
    """A row for each; on a terminal what is wrong stands below it, where there is room to say it."""
    from switchgear.cli.screen import clean, folded
    from switchgear.cli.table import rows

    table = [_row(screen, view) for view in views]
    if not screen.terminal:
        yield from rows(screen, table, indent="")
        return
    for view, line in zip(views, rows(screen, [row[:-1] for row in table], indent=""), strict=True):
        yield line
        for told in folded(screen, f"  {clean(view['reason'])}") if view.get("reason") else ():
            yield screen.paint("dim", told)


def _row(screen: Screen, view: Json) -> list[Cell]:
    weight, words = STATES.get(view["state"], ("bad", view["state"]))
    return [
        view["provider"],
        view["source"],
        (weight, f"{screen.glyph(weight)} {words}"),
        ("dim", view.get("reason", "")),
    ]
