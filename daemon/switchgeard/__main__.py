"""The command `switchgeard`: the daemon in the foreground.

This file imports nothing but the standard library until the arguments are read, so that
`--version` and `--help` answer at once, and an install without the daemon's extra says what to do.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from switchgeard import __version__

INTERRUPTED = 130  # as shells have it: 128 and the number of SIGINT
_HELP = """\
Run the Switchgear daemon in the foreground. `switchgear` starts one by itself when it needs it,
so this is for service managers and for looking at the log."""


def parser() -> argparse.ArgumentParser:
    """Every flag of `switchgeard`. None means: the platform's usual place."""
    found = argparse.ArgumentParser("switchgeard", description=_HELP, allow_abbrev=False)
    found.add_argument("--config", metavar="FILE", help="config.toml (default: the user's)")
    found.add_argument("--socket", metavar="PATH", help="the socket to listen on (default: the user's)")
    found.add_argument("--state-dir", metavar="DIR", help="where state.db lives (default: the user's)")
    found.add_argument("--log-format", choices=("json", "console"), default="console", help="default: %(default)s")
    found.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), default="info", help="default: %(default)s"
    )
    found.add_argument(
        "--idle-exit", type=_seconds, metavar="SECONDS", help="stop after so long without a client (default: never)"
    )
    found.add_argument("--version", action="version", version=f"switchgeard {__version__}")
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run the daemon until it is told to stop; the process' exit code."""
    _open_closed()
    args = parser().parse_args(argv)
    if missing := _missing():
        print(_WITHOUT_EXTRA.format(missing), file=sys.stderr)  # noqa: T201 - there is no log yet
        return 1
    code = INTERRUPTED
    try:
        from switchgeard.app import main as run

        code = run(args)
    except* KeyboardInterrupt:  # while it starts; once it has, the signal is the daemon's own business
        pass
    return code


def _open_closed() -> None:
    """`2>&-` and the like mean /dev/null: a socket opened later would else take that number, and be written to."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, PTH123 - as long as we run


_WITHOUT_EXTRA = """\
switchgeard: {} is not installed
  The client library needs only msgspec; the daemon needs its extra packages too.
hint: pip install 'switchgear[daemon]'"""


def _missing() -> str | None:
    """The first package of the daemon's extra that is not there."""
    from importlib.util import find_spec

    needed = ("trio", "httpx", "h11", "keyring", "structlog", "certifi")
    return next((name for name in needed if find_spec(name) is None), None)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of seconds")
    return value


if __name__ == "__main__":
    sys.exit(main())
