"""Described: every command with its options and places, from the parsers that read the command line.

Rules for editing: a word list is either written down by argparse (`choices`), or named in WORDS or NAMED. `Words` of
nothing: anything may stand there, and nothing is offered.
"""

from __future__ import annotations

from switchgear.cli import listing
from switchgear.cli.options import parser_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Action, ArgumentParser
    from collections.abc import Container, Iterator, Sequence
    from types import ModuleType

FILES = "file"
NAMED = {"MODEL": "model", "PROVIDER": "provider", "PATH": FILES, "model": "model", "session": "session"}
"""The metavar, else the dest, of what is named by the user: the kind of name in the daemon's file, or any file."""
FIRST = {("ask", "words"): "model"}  # where the first word of many is a name
ALSO = {("models", "model"): ("propose",)}


class Words:
    """What may stand in one place: words as they are, and names of a kind ("model", "provider", "session", "file")."""

    __slots__ = ("kind", "words")

    def __init__(self, words: tuple[str, ...] = (), kind: str = "") -> None:
        self.words = words
        self.kind = kind


class Option:
    """One option under all its flags. `takes`: None when it takes no value."""

    __slots__ = ("about", "flags", "repeats", "takes")

    def __init__(self, flags: tuple[str, ...], about: str, takes: Words | None, repeats: bool) -> None:
        self.flags = flags
        self.about = about
        self.takes = takes
        self.repeats = repeats


class Place:
    """One positional argument. `many`: the last, and may be repeated."""

    __slots__ = ("about", "many", "words")

    def __init__(self, about: str, words: Words, many: bool) -> None:
        self.about = about
        self.words = words
        self.many = many


class Command:
    __slots__ = ("about", "name", "options", "places")

    def __init__(self, name: str, about: str, options: list[Option], places: list[Place]) -> None:
        self.name = name
        self.about = about
        self.options = options
        self.places = places


def commands() -> list[Command]:
    """All of them, in the order of the overview."""
    return [_command(name, about, *parser_of(name)) for name, about in listing.COMMANDS.items()]


def everywhere(commands: Sequence[Command]) -> list[Option]:
    """The options that every command has, and that may stand before its name."""
    shared = set.intersection(*({one.flags for one in command.options} for command in commands))
    return [one for one in commands[0].options if one.flags in shared]


def _command(name: str, about: str, module: ModuleType, parser: ArgumentParser) -> Command:
    bare = getattr(module, "BARE", {})
    actions = [action for action in parser._actions if action.help != "==SUPPRESS=="]
    options = [_option(name, action, bare) for action in actions if action.option_strings]
    places = [place for action in actions if not action.option_strings for place in _places(name, action)]
    return Command(name, about, options, places)


def _option(name: str, action: Action, bare: Container[str]) -> Option:
    """An option of `bare` has its value behind a `=` or not at all, so the next word is none."""
    alone = action.nargs == 0 or action.option_strings[-1] in bare
    takes = None if alone else _words(name, action)
    repeats = type(action).__name__ == "_AppendAction"
    return Option(tuple(action.option_strings), _about(action), takes, repeats)


def _places(name: str, action: Action) -> Iterator[Place]:
    """One for each; a name and then anything for `PROMPT...`."""
    if (name, action.dest) in FIRST:
        yield Place(FIRST[name, action.dest], Words(kind=FIRST[name, action.dest]), many=False)
    yield Place(_about(action), _words(name, action), many=action.nargs in ("*", "+"))


def _about(action: Action) -> str:
    return " ".join((action.help or str(action.metavar or action.dest)).replace("%%", "%").split())


def _words(name: str, action: Action) -> Words:
    listed = tuple(map(str, action.choices)) if action.choices else _known(name, action.dest)
    kind = NAMED.get(str(action.metavar)) or NAMED.get(action.dest, "")
    return Words((*listed, *ALSO.get((name, action.dest), ())), "" if listed else kind)


def _known(name: str, dest: str) -> tuple[str, ...]:
    """Word lists that live elsewhere."""
    if (name, dest) == ("connect", "tool"):
        from switchgear.cli.connect import MODULES

        return tuple(MODULES)
    if (name, dest) == ("import", "source"):
        from switchgear.cli.setup.scan import SOURCES

        return tuple(SOURCES)
    if (name, dest) == ("prompt", "shell"):
        from switchgear.cli.prompt_hooks import HOOKS

        return tuple(HOOKS)
    if (name, dest) == ("rpc", "method"):
        from switchgear_protocol.messages import METHODS

        return tuple(METHODS)
    if (name, dest) == ("events", "types"):
        from switchgear_protocol.events import EVENT_TYPES

        return tuple(EVENT_TYPES)
    return ()
