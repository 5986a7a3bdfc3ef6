"""`switchgear login`: stores a provider's key in the OS keyring, through the daemon."""

from __future__ import annotations

import sys

from switchgear.cli.failed import LOGIN, OK, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation

LARGEST = 65536  # characters


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Stores the key of PROVIDER in your OS keyring. It is typed or pasted without
being shown; with --stdin it is read from there. A key is never an argument,
where `ps` and the shell's history would keep it.

  switchgear login claude_api
  op read op://dev/anthropic/key | switchgear login claude_api --stdin"""
    parser.add_argument("provider", metavar="PROVIDER")
    parser.add_argument("--stdin", action="store_true", help="read the key from stdin")


def run(invocation: Invocation) -> int:
    from switchgear.cli.screen import clean

    provider = invocation.args.provider
    secret = _from_stdin() if invocation.args.stdin else _asked(invocation, provider)
    view = invocation.call("credentials/set", provider=provider, secret=_checked(secret, provider))
    if invocation.args.json:
        invocation.emit(view)
    elif view["state"] in ("ok", "unknown"):
        invocation.out.line(clean(f"stored the key of {view['provider']} ({view['source']})"))
    else:
        invocation.out.line(clean(f"{view['provider']}: {view['state']} {view.get('reason', '')}"))
    return OK if view["state"] in ("ok", "unknown") else LOGIN


def _check_known(invocation: Invocation, provider: str) -> None:
    """Nobody should paste a key only to hear that the name was mistyped."""
    known = [view["id"] for view in invocation.call("providers/list")["providers"]]
    if provider not in known:
        told = f"known: {', '.join(known)}" if known else "the config has no provider yet"
        raise usage(f"there is no provider {provider!r}", "switchgear auth", told)


def _from_stdin() -> str:
    return sys.stdin.read(LARGEST + 1)


def _asked(invocation: Invocation, provider: str) -> str:
    if not sys.stdin.isatty():
        raise usage(
            "no terminal to ask for the key",
            f"switchgear login {provider} --stdin < FILE",
            "the key is asked for on a terminal, or read with --stdin",
        )
    _check_known(invocation, provider)
    from getpass import getpass

    return getpass(f"Key for {provider} (not shown): ")


def _checked(secret: str, provider: str) -> str:
    """Pasted keys come with line ends; a key with a line inside is a paste gone wrong."""
    secret = secret.strip()
    if not secret:
        raise usage("no key was given", f"switchgear login {provider}")
    if len(secret) > LARGEST or not secret.isprintable():
        raise usage("that is not a key", f"switchgear login {provider}", "it is very long or has line breaks inside")
    return secret
