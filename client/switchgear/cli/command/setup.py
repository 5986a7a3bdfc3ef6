"""`switchgear setup`: the first run, from what is on this machine to an answer."""

from __future__ import annotations

import os

from switchgear.cli.failed import FAILURE, OK, CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.setup.finding import Finding
    from switchgear.cli.wire import Json

PROMPT = "Say hello in three words."


def declare(parser: ArgumentParser) -> None:
    from argparse import BooleanOptionalAction

    parser.description = """\
Sets Switchgear up: looks for logins and local servers that are there already (it
only reads), asks which to use, tests the keyring, asks each provider for its
models, proposes merged ones, connects your tools, and asks one question to see
that it works. Everything can be answered beforehand; Ctrl-C leaves things as they
were. It can be run again at any time.

  switchgear setup
  switchgear setup --yes                    take every proposal
  switchgear setup --import openai,ollama --models all --connect none"""
    parser.add_argument("--yes", action="store_true", help="take what is proposed, ask nothing")
    parser.add_argument("--import", dest="take", metavar="IDS", help="all, none, or ids of what was found")
    parser.add_argument("--models", metavar="ALIASES", help="all, none, or which of the proposed models")
    parser.add_argument("--connect", metavar="TOOLS", help="all, none, or which of the tools found")
    parser.add_argument("--ask", action=BooleanOptionalAction, help="ask one question at the end, or not")


def run(invocation: Invocation) -> int:
    from switchgear.cli.setup.taking import all_or_nothing

    path = str(invocation.call("config/check")["path"])
    findings = _found(invocation)
    taken = _chosen_findings(invocation, findings)
    with all_or_nothing(invocation, path) as stored:
        _store(invocation, taken, stored)
        _probe(invocation)
        aliases = _models(invocation)
    _connect(invocation)
    return _smoke(invocation, aliases)


def _found(invocation: Invocation) -> list[Finding]:
    from switchgear.cli.setup.scan import LOOKED_AT, scan
    from switchgear.cli.table import rows

    _title(invocation, "Looking (nothing is changed, nobody is called)")
    kinds = invocation.call("kinds/list")["kinds"]
    have = {provider["id"] for provider in invocation.call("providers/list")["providers"]}
    found, left = scan(os.environ, kinds)
    new = [one for one in found if one.id not in have]
    for line in rows(invocation.out, [[one.id, one.label, f"{one.source}: {one.where}"] for one in new]):
        invocation.out.line(line)
    if not new:
        invocation.out.line(f"  nothing new; looked at {', '.join(LOOKED_AT)}")
    for one in left:
        invocation.note(f"  {one.source} ({one.where}): {one.why}\n  hint: {one.hint}")
    return new


def _chosen_findings(invocation: Invocation, findings: list[Finding]) -> list[Finding]:
    from switchgear.cli.setup.question import chosen, yes

    told = chosen([one.id for one in findings], invocation.args.take, "--import")
    if told is not None:
        return [one for one in findings if one.id in told]
    taken = []
    for one in findings:
        more = f"\n    ({one.words})" if one.words else ""
        if yes(invocation, f"  Use {one.label} from {one.source}?{more}", default=not one.wary):
            taken.append(one)
    return taken


def _store(invocation: Invocation, taken: list[Finding], stored: list[str]) -> None:
    from switchgear.cli.setup.taking import take

    if any(one.read is not None for one in taken):
        _title(invocation, "Keyring")
        _test_keyring(invocation)
    for one in taken:
        view = take(invocation, one, stored)
        kept = " (key in the keyring)" if one.read is not None else ""
        invocation.out.line(f"  {_good(invocation)} {view['id']}: {view['label']}{kept}")


def _test_keyring(invocation: Invocation) -> None:
    """Before a key goes there: whether the store keeps one. Nothing has been written by then."""
    view = invocation.call("credentials/test")
    if not view["ok"]:
        raise CommandError("the keyring cannot be used", view["reason"], view["hint"])
    invocation.out.line(f"  {_good(invocation)} written, read back and deleted ({view['milliseconds']:.0f} ms)")


def _probe(invocation: Invocation) -> None:
    """Each provider's model list: what costs nothing shows whether its login works."""
    providers = invocation.call("providers/list")["providers"]
    if not providers:
        return
    _title(invocation, "Providers")
    for provider in providers:
        view = invocation.call("providers/probe", provider=provider["id"])
        if view["ok"]:
            count = f"{view['models']} models" if view.get("models") is not None else "answers"
            invocation.out.line(f"  {_good(invocation)} {provider['id']}: {count} ({view['asked']})")
        else:
            invocation.out.line(f"  {_bad(invocation)} {provider['id']}: {view['reason']}")
            if view.get("hint"):
                invocation.note(f"    hint: {view['hint']}")


def _models(invocation: Invocation) -> list[str]:
    """The aliases in the config afterwards."""
    from switchgear.cli.setup.question import chosen, yes
    from switchgear.cli.table import rows

    proposals = [one for one in invocation.call("models/propose")["proposals"] if one.get("new")]
    if proposals:
        _title(invocation, "Models that several of your providers have; what is paid for comes first")
        table = [[one["alias"], _order(one)] for one in proposals]
        for line in rows(invocation.out, table):
            invocation.out.line(line)
        names = [str(one["alias"]) for one in proposals]
        told = chosen(names, invocation.args.models, "--models")
        if told is None:
            told = names if yes(invocation, f"  Write these {len(names)} into your config?") else []
        if told:
            invocation.call("models/accept", aliases=told)
    return [str(model["alias"]) for model in invocation.call("models/list")["models"]]


def _order(proposal: Json) -> str:
    return ", then ".join(dict.fromkeys(str(offer["provider"]) for offer in proposal["offers"]))


def _connect(invocation: Invocation) -> None:
    from switchgear.cli.connect.listing import tools
    from switchgear.cli.setup.question import chosen, yes

    found = [tool for tool in tools() if tool["found"] and not tool["connected"]]
    names = [str(tool["tool"]) for tool in found]
    told = chosen(names, invocation.args.connect, "--connect")
    if not found:
        return
    _title(invocation, "Tools")
    for tool in found:
        wanted = tool["tool"] in told if told is not None else yes(invocation, f"  Connect {tool['title']}?")
        if wanted:
            _connected(invocation, str(tool["tool"]))


def _connected(invocation: Invocation, name: str) -> None:
    """As `switchgear connect NAME --yes` does it; one tool that cannot be connected keeps no other from it."""
    from switchgear.cli.command import connect
    from switchgear.cli.options import parse

    chosen = parse(["connect", name, "--yes", *_globals(invocation)])
    assert chosen is not None  # no help was asked for
    mine, invocation.args = invocation.args, chosen[1]
    try:
        connect.run(invocation)
    except CommandError as error:
        invocation.out.line(f"  {_bad(invocation)} {name}: {error.what}: {error.why}")
    finally:
        invocation.args = mine


def _globals(invocation: Invocation) -> list[str]:
    return ["--socket", invocation.args.socket] if invocation.args.socket else []


def _smoke(invocation: Invocation, aliases: list[str]) -> int:
    """One question to the first model, so that the end of the setup is an answer."""
    from switchgear.cli.setup.question import yes

    if not aliases:
        invocation.out.line("\nNo merged model yet.")
        invocation.note("hint: switchgear models propose, or write one: switchgear config edit")
        return FAILURE
    wanted = invocation.args.ask
    if wanted is None:
        wanted = yes(invocation, f"\nAsk {aliases[0]} for three words, to see that it works?")
    if wanted:
        reply = invocation.call(
            "completion/create",
            model=aliases[0],
            messages=[{"role": "user", "content": PROMPT}],
            max_tokens=64,
            stream=False,
        )
        text = "".join(block.get("text", "") for block in reply["message"]["content"])
        invocation.out.line(f"  {text.strip()}")
        invocation.out.line(f"  {_good(invocation)} {reply['served_by']['label']}")
    invocation.out.line(f'\nReady: switchgear ask "...", switchgear status, switchgear models {aliases[0]}')
    return OK


def _title(invocation: Invocation, text: str) -> None:
    invocation.out.line(f"\n{invocation.out.paint('bold', text)}")


def _good(invocation: Invocation) -> str:
    return invocation.out.paint("good", invocation.out.glyph("good"))


def _bad(invocation: Invocation) -> str:
    return invocation.out.paint("bad", invocation.out.glyph("bad"))
