"""`switchgear usage`: requests, tokens and cost from the ledger."""

from __future__ import annotations

from switchgear.cli.failed import usage
from switchgear.cli.options import moment_argument
from switchgear.cli.words import money

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.screen import Screen
    from switchgear.cli.table import Cell
    from switchgear.cli.wire import Json

BY = ("provider", "model", "alias", "day", "session")
UNPRICED = "+ and what has no known price (`price` of an offer, in the config)"
NOTHING = ("Nothing was asked yet.", '  hint: switchgear ask "hello"')
FIGURES = ("requests", "failed", "input", "cached", "output", "cost", "saved")


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Sums up what was asked, the tokens and what it cost, from the ledger on this
machine. --by takes any of provider, model, alias, day, session, with commas:

  switchgear usage --by day,provider --since 7d"""
    parser.add_argument("--by", default="provider,model", metavar="WHAT", help="group by (default provider,model)")
    parser.add_argument("--since", type=moment_argument, metavar="WHEN", help="from then on: 7d, today, 2026-11-01")
    parser.add_argument("--until", type=moment_argument, metavar="WHEN", help="up to then")


def run(invocation: Invocation) -> int:
    args = invocation.args
    by = [word.strip() for word in args.by.split(",") if word.strip()]
    wrong = [word for word in by if word not in BY]
    if wrong or not by:
        from switchgear.cli.misread import nearest

        near = nearest(wrong[0], BY) if wrong else None
        what = f"cannot group by {wrong[0] if wrong else 'nothing'!r}"
        raise usage(what, f"switchgear usage --by {near or ','.join(BY[:2])}", f"there are: {', '.join(BY)}")
    result = invocation.call("usage/query", by=by, since=args.since, until=args.until)
    if args.json:
        return invocation.emit(result)
    always = args.since is None and args.until is None
    for line in lines(invocation.out, result, by) if result["rows"] or not always else NOTHING:
        invocation.out.line(line)
    return 0


def lines(screen: Screen, result: Json, by: list[str]) -> Iterable[str]:
    from switchgear.cli.table import rows

    if not result["rows"]:
        return ["Nothing was asked in that time."]
    body = [[*(row["key"].get(word, "") for word in by), *_figures(row)] for row in result["rows"]]
    if result.get("total"):
        body.append(["total", *[""] * (len(by) - 1), *_figures(result["total"])])
    head: list[Cell] = [("bold", word) for word in by]
    table = rows(screen, [[*head, *_heads(body, len(by))], *_right(body, len(by))], indent="")
    return [*table, *(screen.paint("dim", remark) for remark in _remarks(result))]


def _remarks(result: Json) -> Iterable[str]:
    """What the figures do not say of themselves."""
    if any(row.get("unpriced") for row in result["rows"]):
        yield UNPRICED
    saved = (result.get("total") or {}).get("saved_usd") or 0.0
    if saved:
        yield f"Your subscriptions saved {money(saved)} at list price."


def _figures(row: Json) -> list[str]:
    tokens = row["usage"]
    cost = money(row.get("cost_usd") or 0.0) + ("+" if row.get("unpriced") else "")
    counts = (
        row["requests"],
        row["failed"],
        tokens.get("input", 0),
        tokens.get("cache_read", 0),
        tokens.get("output", 0),
    )
    return [*(f"{count:,}" for count in counts), cost, money(row.get("saved_usd") or 0.0)]


def _heads(body: list[list[str]], keys: int) -> list[tuple[str, str]]:
    return [("bold", name.rjust(_width(body, keys + at, name))) for at, name in enumerate(FIGURES)]


def _right(body: list[list[str]], keys: int) -> list[list[str]]:
    """Figures stand right-aligned under their heads."""
    return [
        row[:keys] + [row[keys + at].rjust(_width(body, keys + at, name)) for at, name in enumerate(FIGURES)]
        for row in body
    ]


def _width(body: list[list[str]], column: int, name: str) -> int:
    return max(len(name), *(len(row[column]) for row in body))
