"""The command line as Arguments, read by the one command's own parser.

Rules for editing: `switchgear status` alone must not import argparse, so a command whose module
has DEFAULTS is started from them when nothing else is on the line. Options that every command
has are declared here once and may stand before or after the command's name.
"""

from __future__ import annotations

from importlib import import_module

from .arguments import Arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from types import ModuleType
    from typing import Any, NoReturn

GLOBALS: dict[str, object] = {"socket": None, "color": "auto", "no_start": False, "json": False}
VALUED = ("--socket", "--color")  # global options that take the next word
VERSION = ("--version", "-V")
COLORS = ("auto", "always", "never")
PAGE = 80  # columns of a help page, as of a terminal nobody has made wider


def parse(argv: list[str]) -> tuple[ModuleType, Arguments] | None:
    """The command's module and its arguments; None when help was printed. CommandError on bad usage."""
    before, name, after = _split(argv)
    if name == "status" and not before and not after:
        module = import_module(".command.status", __package__)
        return module, Arguments(**GLOBALS, **module.DEFAULTS)
    from . import listing

    if any(word in VERSION for word in before):
        name, before = "version", [word for word in before if word not in VERSION]
    if not name and before and not {"-h", "--help"} & {*before}:
        raise listing.no_command(before)
    if not name or name == "help" or "-h" in before or "--help" in before:
        _help(after)
        return None
    if name not in listing.COMMANDS:
        raise listing.unknown(name)
    return _parse_one(name, before + after)


def _split(argv: list[str]) -> tuple[list[str], str, list[str]]:
    """(options before the command, its name or "", what follows)."""
    at = 0
    while at < len(argv) and argv[at].startswith("-"):
        at += 2 if argv[at] in VALUED else 1
    return argv[:at], "".join(argv[at : at + 1]), argv[at + 1 :]


def _help(after: list[str]) -> None:
    from . import listing

    if after and not after[0].startswith("-"):
        if after[0] not in listing.COMMANDS:
            raise listing.unknown(after[0])
        parser_of(after[0])[1].print_help()
    else:
        print(listing.overview())


def _parse_one(name: str, words: list[str]) -> tuple[ModuleType, Arguments] | None:
    module, parser = parser_of(name)
    bare = getattr(module, "BARE", {})  # options with an optional value, which must not eat the next word
    arguments = Arguments()
    read = parser.parse_args if "--" in words else parser.parse_intermixed_args  # which loses the "--"
    try:
        read([bare.get(word, word) for word in words], namespace=arguments)
    except SystemExit:  # -h printed its page
        return None
    return module, arguments


def parser_of(name: str) -> tuple[ModuleType, argparse.ArgumentParser]:
    import argparse

    from . import listing

    class Parser(argparse.ArgumentParser):
        def __init__(self, prog: str) -> None:
            super().__init__(prog, add_help=False, allow_abbrev=False, formatter_class=_formatter())
            self.color = False  # else Python 3.14 paints, whatever --color says

        def error(self, message: str) -> NoReturn:
            from .misread import explained

            raise explained(self, message)

    module = listing.module_of(name)
    parser = Parser(f"switchgear {name}")
    module.declare(parser)
    parser.usage = parser.usage or _usage(parser)
    _declare_globals(parser)
    return module, parser


def _formatter() -> Any:
    import argparse

    class Shaped(argparse.RawDescriptionHelpFormatter):
        def __init__(self, prog: str) -> None:
            super().__init__(prog, max_help_position=28, width=PAGE)

        def add_argument(self, action: argparse.Action) -> None:
            if action.option_strings or action.help:  # a word that nothing is said of stands above already
                super().add_argument(action)

    return Shaped


def _usage(parser: argparse.ArgumentParser) -> str:
    """ "switchgear pin MODEL PROVIDER [options]": the words it takes; its options are listed below, one by one."""
    words = [_word(action) for action in parser._actions if not action.option_strings]
    return " ".join([parser.prog, *words, "[options]"])


def _word(action: argparse.Action) -> str:
    choices = [str(choice) for choice in action.choices or ()]
    word = " | ".join(choices) or str(action.metavar or action.dest)
    word = f"({word})" if len(choices) > 1 else word
    return f"[{word}]" if action.nargs == "?" else word


def _declare_globals(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("everywhere")
    group.add_argument("--json", action="store_true", help='one object {"v":1,...}, or one per line for streams')
    group.add_argument("--socket", metavar="PATH", help="talk to the daemon at PATH")
    group.add_argument("--color", choices=COLORS, default="auto", help="colour: auto (default), always, never")
    group.add_argument("--no-start", action="store_true", help="fail when no daemon runs instead of starting one")
    group.add_argument("-h", "--help", action="help", help="show this page")


def span_argument(text: str) -> float:
    """An argparse type: "2h" as seconds, of those that something may last."""
    from argparse import ArgumentTypeError

    from .times import YEAR, parse_span

    try:
        seconds = parse_span(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
    if not 0 < seconds <= YEAR:
        raise ArgumentTypeError(f"{text!r} is not between 1s and 365d")
    return seconds


def span_or_none_argument(text: str) -> float:
    """The same where 0 means no longer."""
    return 0.0 if text.strip().rstrip("smhdw") == "0" else span_argument(text)


def moment_argument(text: str) -> float:
    """An argparse type: "7d", "today" or "2026-11-23" as epoch seconds."""
    from argparse import ArgumentTypeError

    from .times import parse_moment, wall

    try:
        return parse_moment(text, wall())
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
