"""Builds man/switchgear.1, the manual page that the wheel carries, from the command's own parsers.

    python scripts/build_manual.py

What a command says of itself is in its module under client/switchgear/cli/command; only what belongs to none of them
stands here. Rules for editing: mdoc(7), a sentence a line, clean under `mandoc -T lint` (the tests look).
"""

import argparse
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "protocol"), str(ROOT / "client")]

from switchgear.cli.listing import GROUPS  # noqa: E402
from switchgear.cli.options import parser_of  # noqa: E402

OUT = ROOT / "man/switchgear.1"
WIDTH = 68
HEAD = """\
.\\" Made by scripts/build_manual.py from the command's own parsers; edit those.
.Dd November 23, 2026
.Dt SWITCHGEAR 1
.Os
.Sh NAME
.Nm switchgear
.Nd one model, every provider you pay for
.Sh SYNOPSIS
.Nm
.Ar command
.Op Ar argument ...
.Op Ar option ...
.Nm
.Cm ask
.Op Ar model
.Ar prompt ...
.Sh DESCRIPTION
Switchgear merges models that you pay for several times over into one, and
serves it from a daemon of your own: what is paid for already first, in your
order, and the next provider when one is out of quota, limited, down or logged
out.
.Nm
is its command.
The daemon is started when none runs, unless
.Fl -no-start
is given.
"""
TAIL = """\
.Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev SWITCHGEAR_SOCKET
The daemon's socket, as
.Fl -socket .
.It Ev SWITCHGEAR_CONFIG
The config file.
.It Ev SWITCHGEAR_STATE
The directory of the daemon's state and log.
.It Ev SWITCHGEAR_NO_AUTOSTART
Not empty and not 0: as
.Fl -no-start .
.It Ev NO_COLOR , FORCE_COLOR , CLICOLOR_FORCE
Whether colour is used, unless
.Fl -color
says.
.It Ev COLUMNS
The width that output is made for.
.It Ev VISUAL , EDITOR
What
.Cm config edit
opens the config in.
.El
.Sh FILES
.Bl -tag -width Ds
.It Pa ~/.config/switchgear/config.toml
The config
.Pq macOS: Pa ~/Library/Application Support/switchgear/config.toml .
.It Pa $XDG_RUNTIME_DIR/switchgear/switchgear.sock
The daemon's socket.
.It Pa ~/.local/state/switchgear/
State, ledger and log.
.El
.Sh EXIT STATUS
.Bl -tag -width 130x -compact
.It 0
Well.
.It 1
It failed.
.It 2
The command line is wrong, or names something that is not there.
.It 3
No daemon.
.It 4
A login is needed.
.It 5
No provider can serve now.
.It 6
Something is degraded
.Pq Cm status Fl -exit-code .
.It 130
Interrupted.
.El
.Sh EXAMPLES
.Bd -literal -offset indent
switchgear setup
switchgear ask "why is the sky blue?"
git diff | switchgear ask opus\\-4.6 "review this"
switchgear status \\-\\-watch
switchgear route opus\\-4.6 \\-\\-explain
.Ed
"""


def page() -> str:
    """The whole page."""
    lines = [*_commands(), ".Sh OPTIONS", "Every command takes these.", *_everywhere()]
    return HEAD + "\n".join(lines) + "\n" + TAIL


def _commands() -> Iterator[str]:
    yield ".Sh COMMANDS"
    for title, commands in GROUPS.items():
        yield f".Ss {title}"
        for name, summary in commands.items():
            yield from _command(name, summary)


def _command(name: str, summary: str) -> Iterator[str]:
    parser = parser_of(name)[1]
    yield ".Bl -tag -width Ds"
    yield f".It Nm Cm {name}{_words(parser)}"
    yield from _prose(f"{summary[0].upper()}{summary[1:]}.")
    for kind, lines in _paragraphs(parser.description or ""):
        yield from [".Pp", *_prose(" ".join(lines))] if kind == "prose" else _literal(lines)
    own = [*_own(parser)]
    if own:
        yield from [".Pp", ".Bl -tag -width Ds -compact", *own, ".El"]
    yield ".El"


def _words(parser: argparse.ArgumentParser) -> str:
    """The words after the command's name, as mdoc."""
    told = ""
    for action in parser._actions:
        if not action.option_strings:
            told += f" Op Ar {_name(action)}" if action.nargs in ("?", "*") else f" Ar {_name(action)}"
    return told


def _name(action: argparse.Action) -> str:
    """ "PROVIDER", "bash | zsh | fish", "WORD ..."."""
    metavar = action.metavar if isinstance(action.metavar, str) else None
    told = metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
    return told + (" ..." if action.nargs in ("*", "+") and "..." not in told else "")


def _own(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Its options, without those that all have; and words that need an explanation."""
    for action in parser._actions:
        if action.container is _shared(parser) or action.help == argparse.SUPPRESS:
            continue
        if action.option_strings or action.help:
            yield from _item(action)


def _everywhere() -> Iterator[str]:
    yield ".Bl -tag -width Ds"
    for action in _shared(parser_of("version")[1])._group_actions:
        yield from _item(action)
    yield ".El"


def _shared(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    return next(group for group in parser._action_groups if group.title == "everywhere")


def _item(action: argparse.Action) -> Iterator[str]:
    flags = " , ".join(f"Fl {name[1:]}" for name in action.option_strings)
    argument = "" if action.nargs == 0 else f" Op Ar {_name(action)}" if action.nargs == "?" else f" Ar {_name(action)}"
    yield f".It {flags}{argument}" if flags else f".It Ar {_name(action)}"
    said = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
    yield from _prose(f"{said[:1].upper()}{said[1:]}." if said else "")


def _paragraphs(text: str) -> Iterator[tuple[str, list[str]]]:
    """("prose" or "literal", lines): what is indented is shown as it is."""
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        run: list[str] = []
        for line in block.splitlines():
            if run and line.startswith("  ") != run[0].startswith("  "):
                yield _kind(run), run
                run = []
            run.append(line)
        if run:
            yield _kind(run), run


def _kind(lines: list[str]) -> str:
    return "literal" if lines[0].startswith("  ") else "prose"


def _prose(text: str) -> Iterator[str]:
    """A sentence begins a line; none is long, or taken for a request."""
    for sentence in re.split(r"(?<=[.!?:;]) +(?=[A-Z`\"])", text.strip()):
        for line in textwrap.wrap(sentence, WIDTH, break_on_hyphens=False):
            yield _escaped(line)


def _literal(lines: list[str]) -> Iterator[str]:
    yield from [".Bd -literal -offset indent", *(_escaped(line[2:]) for line in lines), ".Ed"]


def _escaped(line: str) -> str:
    line = line.replace("\\", "\\e").replace("--", "\\-\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return f"\\&{line}" if line.startswith(".") else line


if __name__ == "__main__":
    OUT.write_text(page())
