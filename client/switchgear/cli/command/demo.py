"""`switchgear demo`: a failover to watch, with stand-ins for three providers."""

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
the answer arrived. Uses no account and no network, and leaves nothing behind."""


def run(invocation: Invocation) -> int:
    from switchgear.cli.start import INSTALL, missing_parts

    missing = missing_parts()
    if missing:
        raise CommandError("the demo needs the daemon", f"{', '.join(missing)} missing", INSTALL)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "switchgeard.demo"])  # noqa: S606
