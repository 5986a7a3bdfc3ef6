"""`switchgear route`: a dry run of the routing."""

from __future__ import annotations

from switchgear.cli.failed import LOGIN_KINDS, NOBODY, OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.screen import Screen
    from switchgear.cli.table import Cell
    from switchgear.cli.wire import Json

NEEDS = ("tools", "images", "pdf", "json_schema")


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Says who would serve a request for MODEL now, without sending one. --explain
lists every provider in the order it would be tried and why each skipped one is.
The exit code is 5 when nobody could."""
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("--explain", action="store_true", help="every provider, with its reason and cure")
    parser.add_argument("-s", "--session", metavar="ID", help="as for this session")
    for need in NEEDS:
        words = need.replace("_", " ")
        parser.add_argument(f"--{need.replace('_', '-')}", action="store_true", help=f"the request needs {words}")
    parser.add_argument("--input-tokens", type=int, metavar="N", help="the prompt has so many tokens")


def run(invocation: Invocation) -> int:
    args = invocation.args
    needs = {need: True for need in NEEDS if getattr(args, need)}
    result = invocation.call(
        "route/explain", model=args.model, session=args.session, input_tokens=args.input_tokens, **needs
    )
    if args.json:
        invocation.emit(result)
    else:
        for line in lines(invocation.out, result, explain=args.explain):
            invocation.out.line(line)
    return OK if result.get("chosen") else NOBODY


def lines(screen: Screen, result: Json, *, explain: bool) -> Iterable[str]:
    from switchgear.cli.screen import clean
    from switchgear.cli.table import rows
    from switchgear.cli.times import span, wall
    from switchgear.cli.words import via

    chosen = result.get("chosen")
    told = via(chosen) if chosen else "nobody can serve it now"
    if not chosen and result.get("retry_after_ms"):
        told += f", first one back in {span(result['retry_after_ms'] / 1000)}"
    yield f"{screen.paint('bold', clean(result['alias']))}  {screen.paint('good' if chosen else 'bad', clean(told))}"
    for word in ("pinned", "sticky"):
        if result.get(word):
            yield clean(f"  {word} to {result[word]}")
    if explain or not chosen:
        yield from rows(screen, _steps(screen, result["steps"], wall()), wrap=True)
        hints = dict.fromkeys(step["hint"] for step in result["steps"] if step.get("hint"))
        yield from (screen.paint("dim", f"  hint: {clean(hint)}") for hint in hints)


def _steps(screen: Screen, steps: list[Json], now: float) -> list[list[Cell]]:
    """Numbered while usable; the skipped ones have a dash. Where there is little room it is the reason's."""
    from switchgear.cli.table import NARROW

    narrow = screen.terminal and screen.width < NARROW
    table: list[list[Cell]] = []
    place = 0
    for step in steps:
        place += step["usable"]
        who, what, why = _step(step, now)
        table.append([str(place) if step["usable"] else "-", who, *([] if narrow else [what]), why])
    return table


def _step(step: Json, now: float) -> list[Cell]:
    """Who, what it is there, why skipped and until when, and what the provider said of it."""
    from switchgear.cli.times import ahead
    from switchgear.cli.words import KINDS, OWN_WORDS, who

    named: list[Cell] = [who(step["label"]), f"{step['provider']}/{step['model']}"]
    if step["usable"]:
        return [*named, ", ".join(filter(None, (step["reason"], _cost(step))))]
    word = KINDS.get(step["code"], step["code"].replace("_", " "))
    until = f" until {ahead(step['until'], now)}" if step.get("until") and step["code"] not in LOGIN_KINDS else ""
    if step["code"] in OWN_WORDS and step["reason"]:
        cost = _cost(step) if step["code"] == "consent" else ""  # what he would consent to
        return [*named, ", ".join(filter(None, (f"{step['reason']}{until}", cost)))]
    said = step["reason"] if word not in step["reason"] else ""
    return [*named, ", ".join(filter(None, (f"{word}{until}", said)))]


def _cost(step: Json) -> str:
    """What the request would add to the bill there, as far as known."""
    from switchgear.cli.words import money

    usd = step.get("cost_usd")
    if usd is None:
        return ""
    return f"about {money(usd)}" if usd else "no extra cost"
