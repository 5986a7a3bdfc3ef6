"""What was probably meant: by a command line that cannot be read, by a name that nobody has.

Rules for editing: only ever a hint. Nothing is run that was not typed.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from .failed import CommandError, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable

LIKENESS = 0.6
ABOUT = re.compile(r"argument (?P<name>[^:]+): (?P<what>.+)", re.S)
JARGON = (  # argparse's words -> ours
    (re.compile(r"invalid int value: ('.*')"), r"\1 is no whole number"),
    (re.compile(r"invalid float value: ('.*')"), r"\1 is no number"),
    (re.compile(r"expected (one|at least one) argument"), "a value is missing"),
    (re.compile(r"ignored explicit argument ('.*')"), r"takes no value, and not \1"),
)
CHOICE = re.compile(r"argument (?P<name>\S+): invalid choice: '(?P<word>.*?)' \(")
UNKNOWN = re.compile(r"unrecognized arguments: (?P<word>\S+)")
MISSING = re.compile(r"the following arguments are required: (?P<names>.+)")
LONGEST = 80  # characters of a command line that is worth repeating


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, if any is like it."""
    return next(iter(get_close_matches(word, [*known], 1, LIKENESS)), None)


def explained(parser: ArgumentParser, message: str) -> CommandError:
    """argparse's complaint as what / why / hint, with the nearest word there is."""
    page = f"{parser.prog} -h"
    if found := CHOICE.match(message):
        return _no_choice(parser, found["name"], found["word"])
    if found := UNKNOWN.match(message):
        return _unknown(parser, found["word"], page)
    if found := MISSING.match(message):
        return _missing(parser, found["names"], page)
    return usage(_plainly(message), page)


def _plainly(message: str) -> str:
    """ "--since: 'x' is no whole number" of "argument --since: invalid int value: 'x'"."""
    found = ABOUT.match(message)
    if found is None:
        return message
    what = found["what"]
    for jargon, ours in JARGON:
        what = jargon.sub(ours, what)
    return f"{found['name']}: {what}"


def mended(error: CommandError, argv: list[str]) -> CommandError:
    """A name that the daemon does not know, with the command it was in as the hint, spelled right."""
    meant = error.data.get("meant")
    typed = nearest(meant, argv) if meant else None
    if typed is None:
        return error
    import shlex

    right = [str(meant) if word == typed else word for word in argv]
    line = shlex.join(["switchgear", *right])
    if len(line) <= LONGEST:
        error.hint = line
    return error


def _no_choice(parser: ArgumentParser, name: str, word: str) -> CommandError:
    """`name` is an option's strings ("--by/-b"), or what stands for a word on the help page."""
    action = next(each for each in parser._actions if name in ("/".join(each.option_strings), each.metavar, each.dest))
    known = [str(choice) for choice in action.choices or ()]
    near = nearest(word, known)
    begin = f"{parser.prog} {action.option_strings[-1]}" if action.option_strings else parser.prog
    return usage(f"{word!r} is no {name}", f"{begin} {near}" if near else f"{parser.prog} -h", _there_are(known))


def _missing(parser: ArgumentParser, names: str, page: str) -> CommandError:
    first = names.partition(",")[0]
    choices = next((each.choices for each in parser._actions if first in (each.metavar, each.dest)), None)
    verb = "are" if "," in names else "is"
    known = [str(choice) for choice in choices or ()]
    hint = f"{parser.prog} {known[0]}" if len(known) == 1 else page
    return usage(f"{names.upper()} {verb} missing", hint, _there_are(known))


def _unknown(parser: ArgumentParser, word: str, page: str) -> CommandError:
    if not word.startswith("-"):
        return usage(f"{word!r} is one word too many", page)
    option = word.partition("=")[0]
    bare = {each.lstrip("-"): each for each in parser._option_string_actions}  # dashes make any two alike
    near = bare.get(nearest(option.lstrip("-"), bare) or "")
    why = f"the nearest is {near!r}" if near else ""
    return usage(f"no option {option!r}", f"{parser.prog} {near}" if near else page, why)


def _there_are(known: list[str]) -> str:
    return f"there are: {', '.join(known)}" if known else ""
