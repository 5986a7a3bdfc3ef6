"""`switchgear prompt`: what shells show, and how to have them show it."""

from __future__ import annotations

import os

from switchgear.cli.failed import OK, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation

STYLES = {"ok": "dim", "warn": "busy", "fail": "bad"}


def declare(parser: ArgumentParser) -> None:
    parser.usage = "switchgear prompt (init SHELL | show) [options]"
    parser.description = """\
`init` prints what puts the model you used last, who serves it and what is left
of its quota at your prompt: for bash, zsh, fish, tmux, starship, powerlevel10k
or claude-code. The prompt reads a small file and starts nothing. `show` prints
the line itself.

  eval "$(switchgear prompt init zsh)"           in ~/.zshrc; bash: in ~/.bashrc
  switchgear prompt init fish | source           in config.fish"""
    parser.add_argument("action", choices=("init", "show"))
    parser.add_argument("shell", nargs="?", metavar="SHELL", help="with init: for which shell or program")
    parser.add_argument("-s", "--session", metavar="ID", help="with show: this session's line")


def run(invocation: Invocation) -> int:
    return _init(invocation) if invocation.args.action == "init" else _show(invocation)


def _init(invocation: Invocation) -> int:
    from switchgear.cli.prompt_hooks import HOOKS, text

    shell = invocation.args.shell
    if shell not in HOOKS:
        raise _unknown(shell, list(HOOKS))
    told = text(shell, os.path.dirname(invocation.socket_path()))
    if invocation.args.json:
        return invocation.emit({"shell": shell, "text": told})
    invocation.out.write(told)
    return OK


def _unknown(shell: str | None, known: list[str]) -> Exception:
    from difflib import get_close_matches

    near = get_close_matches(shell or "", known, 1, 0.5)
    what = f"no hook for {shell!r}" if shell else "for which shell?"
    return usage(what, f"switchgear prompt init {near[0] if near else known[0]}", f"there are: {', '.join(known)}")


def _show(invocation: Invocation) -> int:
    line = invocation.call("prompt/show", session=invocation.args.session)
    if invocation.args.json:
        return invocation.emit(line)
    from switchgear.cli.screen import clean

    text = clean(line["text"]).replace("/100", " %")
    invocation.out.line(invocation.out.paint(STYLES.get(line["level"], ""), text))
    return OK
