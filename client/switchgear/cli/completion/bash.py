"""bash: one row for each command, for the function in completion.bash to read.

A spec is words between commas; `@model` stands for the names of that kind. `values` has `FLAG=spec`, `places` one spec
a place, `+` behind the last that may be repeated.
"""

from __future__ import annotations

from switchgear.cli.prompt_hooks.quoting import posix_word

from .described import everywhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .described import Command, Option, Words


def table(commands: Sequence[Command]) -> str:
    rows = [_row("''", everywhere(commands), [",".join(command.name for command in commands)])]
    return "".join([*rows, *(_row(command.name, command.options, _places(command)) for command in commands)])


def spec(words: Words) -> str:
    return ",".join([*words.words, *([f"@{words.kind}"] if words.kind else [])])


def _places(command: Command) -> list[str]:
    return [f"{spec(place.words) or '-'}{'+' * place.many}" for place in command.places]


def _row(name: str, options: Sequence[Option], places: Sequence[str]) -> str:
    flags = " ".join(flag for one in options for flag in one.flags)
    values = " ".join(f"{flag}={spec(one.takes)}" for one in options if one.takes for flag in one.flags)
    parts = (f"{key}={posix_word(text)}" for key, text in (
        ("options", flags), ("values", values), ("places", " ".join(places))))  # fmt: skip
    return f"    {name}) {' '.join(parts)} ;;\n"
