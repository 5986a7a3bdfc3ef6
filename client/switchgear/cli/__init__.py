"""The `switchgear` command.

Rules for editing: start-up time is the product (`switchgear status` within 3x `python -c pass`).
So every command is its own module under `command/`, imported only when it is the one asked for;
nothing on the way to `status` may import argparse, typing, dataclasses, pathlib, subprocess,
msgspec or trio (tests/client/cli/test_startup.py holds the list). Values of the wire stay plain
dicts here: the thin client library is the typed way in.

    options listing misread  argv -> Arguments, by the one command's own parser; the commands there are; what was meant
    first_run                whoever has no config yet is offered the setup
    invocation               what a running command holds: arguments, screen, the wire
    wire start pulse         JSON-RPC over the socket, a line per message; starts the daemon when none runs; asks
                             whether one that says nothing still listens
    lock restarting following versions    whether one runs; a daemon that leaves, a feed that outlives it, one older or
                             newer than we
    failed exhausted         errors (what / why / hint) and exit codes; why nobody could serve
    screen terminal terminal_page progress    colour, width, cleaning of foreign text; who can be asked; a page drawn
                             in place; what is waited for
    words times table        how health, time and rows are said
    status_screen models_screen proposals_screen quota_screen quota_rows usage_screen event_words watch    what is shown
    asked answer             a question and its answer
    browser come_back        the desktop's browser; one on another machine, by the address it ended at
    config_text config_edit  the config, read and edited

    command/     one module per command: `declare(parser)` and `run(invocation) -> exit code`. What one command needs
                 beside a page is a package: connect/ setup/ service/ doctor/ completion/ prompt_hooks/. Packages and
                 modules here import no command
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .arguments import Arguments
    from .failed import CommandError

WANT_MODELS = ("ask", "connect", "models", "quota", "status")  # commands that are of no use without a config


def main(argv: list[str] | None = None) -> int:
    """Runs one command line (default: this process's) and returns its exit code; never raises."""
    from .failed import CommandError, report

    argv = sys.argv[1:] if argv is None else argv
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _open_closed()
    try:
        code = _run(argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        code = _reader_left()
    except CommandError as error:
        code = report(_mended(error, argv), as_json="--json" in argv)
    except OSError as error:
        code = _system_failed(error)
    return code


def _open_closed() -> None:
    """`>&-` and the like mean /dev/null: whatever we open next would else take that number, and be written to."""
    import os

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - as long as we run


def _run(argv: list[str]) -> int:
    from .options import parse

    chosen = parse(argv)
    if chosen is None:  # help was asked for and printed
        return 0
    from .invocation import Invocation

    module, arguments = chosen
    with Invocation(arguments) as invocation:
        if _is_first_run(module.__name__, arguments):
            from .first_run import offered

            if (code := offered(invocation)) is not None:
                return code
        return int(module.run(invocation))


def _is_first_run(module: str, arguments: Arguments) -> bool:
    """Whether somebody at a terminal uses a command that wants models, and there is no config yet."""
    import os

    if arguments.json or module.rpartition(".")[2] not in WANT_MODELS or not (sys.stdin and sys.stdin.isatty()):
        return False
    if arguments.socket or os.environ.get("SWITCHGEAR_SOCKET"):  # a daemon with a config of its own
        return False
    if getattr(arguments, "undo", False):  # who takes something back begins nothing
        return False
    from switchgear_protocol.paths import config_path

    return sys.stdout.isatty() and not os.path.exists(config_path())


def _mended(error: CommandError, argv: list[str]) -> CommandError:
    """With the command as the hint that was probably meant, where a name was mistyped."""
    if "meant" not in error.data:
        return error
    from .misread import mended

    return mended(error, argv)


def _system_failed(error: OSError) -> int:
    """What nobody foresaw, and mostly a full disk behind our output: said in a line, not in a traceback."""
    from .failed import CommandError, report

    code = _reader_left()  # stdout may be what failed: nothing is left in it to fail again at the end
    where = f"{error.filename}: " if error.filename else ""
    report(CommandError("cannot go on", f"{where}{error.strerror or error}"), as_json=False)
    return code


def _reader_left() -> int:
    """The reader of our output closed it (`| head`): say nothing, now or when the interpreter flushes."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 1
