"""fish: one `complete` for each option and each place."""

from __future__ import annotations

from switchgear.cli.prompt_hooks.quoting import fish_word

from .described import everywhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .described import Command, Option, Place, Words


def table(commands: Sequence[Command]) -> str:
    valued = sorted({flag for c in commands for one in c.options if one.takes for flag in one.flags})
    lines = [f"set -g __switchgear_valued {' '.join(valued)}"]
    lines += [_option("__switchgear_bare", one) for one in everywhere(commands)]
    for command in commands:
        lines.append(f"complete -c switchgear -n __switchgear_bare -a {command.name} -d {fish_word(command.about)}")
        lines += [_option(f"'__switchgear_in {command.name}'", one) for one in command.options]
        lines += _places(command)
    return "".join(f"{line}\n" for line in lines)


def _option(condition: str, one: Option) -> str:
    names = " ".join(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in one.flags)
    takes = "" if one.takes is None else f" {_value(one.takes)}"
    return f"complete -c switchgear -n {condition} {names}{takes} -d {fish_word(one.about)}"


def _value(words: Words) -> str:
    if words.kind == "file":
        return "-r -F"
    return f"-x -a {_offer(words)}" if words.kind or words.words else "-x"


def _places(command: Command) -> Iterator[str]:
    for at, place in enumerate(command.places, 1):
        if place.words.kind or place.words.words:
            yield _place(command.name, f"{at}{'+' * place.many}", place)


def _place(command: str, at: str, place: Place) -> str:
    condition = f"complete -c switchgear -n '__switchgear_in {command} {at}'"
    return f"{condition} -F" if place.words.kind == "file" else f"{condition} -a {_offer(place.words)}"


def _offer(words: Words) -> str:
    """Words as they are, and names by a function that reads them."""
    return fish_word(" ".join([*words.words, *([f"(__switchgear_names {words.kind})"] if words.kind else [])]))
