"""`switchgear login`: a provider's key into the OS keyring, or a login in the browser; the daemon does both."""

from __future__ import annotations

import sys

from switchgear.cli.failed import LOGIN, OK, CommandError, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.wire import Json

LARGEST = 65536  # characters
WAITING = "waiting for you there"
LOOK = 10.0  # seconds between two words of how long it still takes; the end is told at once


def declare(parser: ArgumentParser) -> None:
    parser.description = """\
Stores the key of PROVIDER in your OS keyring. It is typed or pasted without
being shown; with --stdin it is read from there. Where the provider has a login
of its own, that begins instead: a page, opened in your browser where there is a
desktop, and maybe a code to type. A key is never an argument, where `ps` and
the shell's history would keep it.

  switchgear login claude_api
  op read op://dev/anthropic/key | switchgear login claude_api --stdin"""
    parser.add_argument("provider", metavar="PROVIDER")
    parser.add_argument("--key", action="store_true", help="store a key, also where there is a login")
    parser.add_argument("--stdin", action="store_true", help="read the key from stdin")
    parser.add_argument("--no-browser", action="store_true", help="print the page only, do not open it")


def run(invocation: Invocation) -> int:
    from switchgear.cli.screen import clean

    provider = invocation.args.provider
    if not invocation.args.stdin:
        known = _known(invocation, provider)
        kind = _kind(invocation, known["kind"])
        if not invocation.args.key and kind.get("login") in ("device", "browser"):
            return _by_login(invocation, provider)
        _check_ours(provider, known["credential"], kind)
    secret = _from_stdin() if invocation.args.stdin else _asked(invocation, provider)
    view = invocation.call("credentials/set", provider=provider, secret=_checked(secret, provider))
    if invocation.args.json:
        invocation.emit(view)
    elif view["state"] in ("ok", "unknown"):
        invocation.out.line(clean(f"stored the key of {view['provider']} ({view['source']})"))
    else:
        invocation.out.line(clean(f"{view['provider']}: {view['state']} {view.get('reason', '')}"))
    return OK if view["state"] in ("ok", "unknown") else LOGIN


def _kind(invocation: Invocation, name: str) -> Json:
    known: list[Json] = invocation.call("kinds/list")["kinds"]
    return next((view for view in known if view["name"] == name), {})


def _by_login(invocation: Invocation, provider: str) -> int:
    """Shows what to open and waits; Ctrl-C ends it, and nothing is left of it."""
    from switchgear.cli.screen import clean

    _check_terminal(provider)
    view = invocation.call("login/start", provider=provider)
    try:
        elsewhere = view["state"] == "pending" and not _show(invocation, view)
        view = _from_elsewhere(invocation, view) if elsewhere else _awaited(invocation, view)
    except KeyboardInterrupt:
        invocation.call("login/cancel", login=view["login"])
        raise
    if invocation.args.json:
        invocation.emit(view)
    elif view["state"] == "done":
        who = f" as {view['account']}" if view.get("account") else ""
        invocation.out.line(clean(f"logged in to {provider}{who}"))
    else:
        invocation.err.line(clean(f"{provider}: not logged in: {view.get('reason', view['state'])}"))
        invocation.err.line(clean(f"hint: {view.get('hint') or f'switchgear login {provider}'}"))
    return OK if view["state"] == "done" else LOGIN


def _from_elsewhere(invocation: Invocation, view: Json) -> Json:
    """The same where the browser may be on another machine: it cannot come back by itself, so its address may."""
    from switchgear.cli.come_back import pasted

    if view["method"] != "browser":
        return _awaited(invocation, view)
    invocation.note("a browser on another machine ends at a page that does not load: paste that page's address here")
    with pasted(str(view["url"]), invocation.err.line):
        return _awaited(invocation, view)


def _awaited(invocation: Invocation, view: Json) -> Json:
    """The login once it has ended, either way."""
    from switchgear.cli.progress import progress
    from switchgear.cli.times import span, wall

    with progress(invocation) as say:
        while view["state"] == "pending":
            left = (view.get("expires_at") or 0.0) - wall()
            say(WAITING if left <= 0 else f"{WAITING}, for {span(left)} at most")
            view = invocation.call("login/poll", login=view["login"], wait_s=LOOK)
    return view


def _show(invocation: Invocation, view: Json) -> bool:
    """Whether the page is being opened here."""
    from switchgear.cli.browser import open_page
    from switchgear.cli.screen import clean

    url = str(view["url"])
    opening = not invocation.args.no_browser and open_page(url)
    invocation.err.line(clean(f"{'opening' if opening else 'open'} this page: {url}"))
    if view.get("user_code"):
        invocation.err.line(clean(f"and type there: {view['user_code']}"))
    invocation.note("Ctrl-C gives up")
    return opening


def _known(invocation: Invocation, provider: str) -> Json:
    """Nobody should paste a key only to hear that the name was mistyped."""
    known: dict[str, Json] = {view["id"]: view for view in invocation.call("providers/list")["providers"]}
    if provider not in known:
        raise _unknown(invocation, provider, list(known))
    return known[provider]


def _check_terminal(provider: str) -> None:
    if not sys.stdin.isatty():
        raise usage(
            "no terminal to log in at",
            f"switchgear login {provider}",
            "its page is shown on a terminal, and waited for there; a key is read with --stdin",
        )


def _check_ours(provider: str, source: str, kind: Json) -> None:
    """Nor to hear that the config has it read from somewhere else, or that there is none to be had."""
    if source == "passthrough":
        raise CommandError(f"{provider} has no login of its own", "each tool brings the one it has", "switchgear auth")
    if source == "none" and kind.get("login") == "none":
        raise CommandError(f"{provider} needs no login here", kind["what"], "switchgear auth")
    if source != "keyring":
        hint = 'change it there, or write credential = "keyring": switchgear config edit'
        what = f"the credential of {provider} is not kept in the keyring"
        raise CommandError(what, f"it comes from {source}, as the config says", hint)


def _unknown(invocation: Invocation, name: str, known: list[str]) -> CommandError:
    """A kind is no provider: it takes a few lines of the config to make it one."""
    from switchgear.cli.misread import nearest

    what = f"there is no provider {name!r}"
    if near := nearest(name, known):
        return usage(what, f"switchgear login {near}", f"the nearest is {near!r}")
    if any(view["name"] == name for view in invocation.call("kinds/list")["kinds"]):
        return usage(what, "switchgear setup", "that is a kind, and the config has no provider of it yet")
    told = f"there are: {', '.join(known)}" if known else "the config has no provider yet"
    return usage(what, "switchgear auth" if known else "switchgear setup", told)


def _from_stdin() -> str:
    return sys.stdin.read(LARGEST + 1)


def _asked(invocation: Invocation, provider: str) -> str:
    if not sys.stdin.isatty():
        raise usage(
            "no terminal to ask for the key",
            f"switchgear login {provider} --stdin < FILE",
            "the key is asked for on a terminal, or read with --stdin",
        )
    from getpass import getpass

    _check_keyring(invocation)
    return getpass(f"Key for {provider} (not shown): ")


def _check_keyring(invocation: Invocation) -> None:
    """Nobody should paste a key that has no place to go."""
    view = invocation.call("credentials/test")
    if not view["ok"]:
        hint = str(view.get("hint") or "switchgear doctor --only keyring")
        raise CommandError(
            "there is no place for a key", str(view["reason"]), hint, exit=LOGIN, kind="credential_store"
        )


def _checked(secret: str, provider: str) -> str:
    """Pasted keys come with line ends; a key with a line inside is a paste gone wrong."""
    secret = secret.strip()
    if not secret:
        raise usage("no key was given", f"switchgear login {provider}")
    if len(secret) > LARGEST or not secret.isprintable():
        raise usage("that is not a key", f"switchgear login {provider}", "it is very long or has line breaks inside")
    return secret
