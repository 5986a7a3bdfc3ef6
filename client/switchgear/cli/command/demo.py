"""`switchgear demo`: a failover to watch, with stand-ins for three providers; or a whole day of four."""

from __future__ import annotations

import os
import sys

from switchgear.cli.failed import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Starts three stand-in providers on this machine (one out of quota, one rate
limited, one healthy) and a daemon of its own, asks one question, and shows how
the answer arrived. --day: a working day with four accounts and one model, from
the first question to what it cost, in a few seconds. Uses no account and no
network, and leaves nothing behind."""
    parser.add_argument("--day", action="store_true", help="a working day with four accounts")


def run(invocation: Invocation) -> int:
    from switchgear.cli.start import INSTALL, missing_parts

    missing = missing_parts()
    if missing:
        raise CommandError("the demo needs the daemon", f"{', '.join(missing)} missing", INSTALL)
    sys.stdout.flush()
    which = ["--day"] if invocation.args.day else []
    os.execv(sys.executable, [sys.executable, "-P", "-m", "switchgeard.demo", *which])  # noqa: S606
