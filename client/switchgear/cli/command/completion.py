"""`switchgear completion`: the Tab key."""

from __future__ import annotations

import os

from switchgear.cli.completion import SHELLS, text
from switchgear.cli.failed import OK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Prints what completes commands, options and the names of your models, providers
and sessions when you press Tab. Nothing is started for a Tab.

  eval "$(switchgear completion bash)"           in ~/.bashrc
  eval "$(switchgear completion zsh)"            in ~/.zshrc, behind compinit
  switchgear completion fish > ~/.config/fish/completions/switchgear.fish"""
    parser.add_argument("shell", choices=SHELLS)


def run(invocation: Invocation) -> int:
    from switchgear.cli.completion.described import commands

    shell = invocation.args.shell
    told = text(shell, os.path.dirname(invocation.socket_path()), commands())
    if invocation.args.json:
        return invocation.emit({"shell": shell, "text": told})
    invocation.out.write(told)
    return OK
