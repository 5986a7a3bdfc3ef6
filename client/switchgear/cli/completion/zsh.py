"""zsh: `_arguments` for each command, with every option's words of help."""

from __future__ import annotations

from switchgear.cli.prompt_hooks.quoting import posix_word

from .described import everywhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .described import Command, Option, Place, Words


def table(commands: Sequence[Command]) -> str:
    names = [f"    {posix_word(f'{command.name}:{_plain(command.about)}')}\n" for command in commands]
    cases = [f"    '') specs=({_specs(everywhere(commands), [])}) ;;\n"]
    cases += [f"    {command.name}) specs=({_specs(command.options, command.places)}) ;;\n" for command in commands]
    head = "".join(["  commands=(\n", *names, "  )\n"])
    return f"{head}  case ${{1-}} in\n{''.join(cases)}  esac\n"


def _specs(options: Sequence[Option], places: Sequence[Place]) -> str:
    specs = [spec for one in options for spec in _option(one)]
    specs += [_place(at, place) for at, place in enumerate(places, 1)]
    return " ".join(map(posix_word, specs))


def _option(one: Option) -> Iterator[str]:
    """One spec a flag; all flags of one option exclude each other, unless it may be repeated."""
    before = "*" if one.repeats else f"({' '.join(one.flags)})" if len(one.flags) > 1 else ""
    for flag in one.flags:
        takes = "" if one.takes is None else ("=" if flag.startswith("--") else "")
        value = "" if one.takes is None else f":{_plain(one.about)}:{_action(one.takes)}"
        yield f"{before}{flag}{takes}[{_plain(one.about)}]{value}"


def _place(at: int, place: Place) -> str:
    """The last of many is `*`; every place may be left out, as far as the Tab key knows."""
    where = "*" if place.many else f"{at}:"
    return f"{where}:{_plain(place.about)}:{_action(place.words)}"


def _action(words: Words) -> str:
    if words.kind == "file":
        return "_files"
    if words.kind:
        return " ".join(["_switchgear_names", words.kind, *words.words])
    return f"({' '.join(words.words)})" if words.words else "()"


def _plain(about: str) -> str:
    """Words of help as `_arguments` and `_describe` take them."""
    for letter in "\\:[]":
        about = about.replace(letter, f"\\{letter}")
    return about
