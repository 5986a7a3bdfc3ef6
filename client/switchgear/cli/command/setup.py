"""`switchgear setup`: the first run, from what is on this machine to an answer."""

from __future__ import annotations

from switchgear.cli.failed import FAILURE, OK, CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from switchgear.cli.invocation import Invocation
    from switchgear.cli.wire import Json

PROMPT = "Say hello in three words."
MORE = "hint: switchgear models propose, or write one: switchgear config edit"
FIRST = """\
hint: put a key into a variable such as OPENAI_API_KEY and run this again,
  or write your first provider: switchgear config edit"""


def declare(parser: ArgumentParser) -> None:
    from argparse import BooleanOptionalAction

    from switchgear.cli.setup.importing import KEYS

    parser.set_defaults(command="setup")
    parser.description = """\
Sets Switchgear up: looks for logins and local servers that are there already
(it only reads), asks which to use, tests the keyring, asks each provider for
its models, proposes merged ones, connects your tools, and asks one question to
see that it works. Everything can be answered beforehand; Ctrl-C leaves things
as they were. It can be run again at any time.

  switchgear setup
  switchgear setup --yes                    take every proposal
  switchgear setup --import openai,ollama --models all --connect none"""
    parser.add_argument("--yes", action="store_true", help="take what is proposed, ask nothing")
    parser.add_argument("--import", dest="take", metavar="IDS", help="all, none, or ids of what was found")
    parser.add_argument(
        "--keys", choices=KEYS, help="where keys of variables are kept (default: keyring, if one works)"
    )
    parser.add_argument("--models", metavar="ALIASES", help="all, none, or which of the proposed models")
    parser.add_argument("--connect", metavar="TOOLS", help="all, none, or which of the tools found")
    parser.add_argument("--ask", action=BooleanOptionalAction, help="ask one question at the end, or not")


def run(invocation: Invocation) -> int:
    from switchgear.cli.setup.telling import beside_json

    with beside_json(invocation):
        aliases, tools, ask = _settled(invocation)
        connected = _connect(invocation, tools)
        reply = _smoke(invocation, aliases[0]) if ask else None
        _end(invocation, aliases, connected)
    if invocation.args.json:
        served = reply["served_by"] if reply else None
        invocation.emit({"models": aliases, "connected": connected, "served_by": served})
    return OK if aliases else FAILURE


def _settled(invocation: Invocation) -> tuple[list[str], list[str], bool]:
    """(models, tools to connect, whether to ask one question). Left before the last answer, nothing was changed."""
    from switchgear.cli.setup.taking import all_or_nothing

    path = str(invocation.call("config/check")["path"])
    with all_or_nothing(invocation, path) as stored:
        fresh = _import(invocation, stored)
        aliases = _models(invocation, fresh, _probe(invocation))
        tools = _tools(invocation) if aliases else []
        return aliases, tools, bool(aliases) and _wants_answer(invocation, aliases[0])


def _import(invocation: Invocation, stored: list[str]) -> list[str]:
    """The ids of the providers that were not in the config before."""
    from switchgear.cli.setup import importing
    from switchgear.cli.setup.scan import looked_at
    from switchgear.cli.setup.telling import title

    title(invocation, "Looking (nothing is changed, nobody is called)")
    found = importing.look(invocation)
    importing.show(invocation, found, looked_at())
    taken = importing.picked(invocation, found.new, "--import")
    if not taken:
        return []
    title(invocation, "Keeping")
    return importing.store(invocation, importing.keep(invocation, taken), stored)


def _probe(invocation: Invocation) -> list[str]:
    """The ids of the providers that work."""
    from switchgear.cli.setup import importing
    from switchgear.cli.setup.telling import title

    names = [str(provider["id"]) for provider in invocation.call("providers/list")["providers"]]
    if not names:
        return []
    title(invocation, "Providers")
    return importing.probe(invocation, names)


def _models(invocation: Invocation, fresh: list[str], working: list[str]) -> list[str]:
    """The aliases in the config afterwards."""
    from switchgear.cli.setup.question import chosen, yes
    from switchgear.cli.setup.telling import title
    from switchgear.cli.table import rows

    have = _aliases(invocation)
    heading, proposals = _proposed(invocation, fresh, working, several=bool(have))
    names = [str(one["alias"]) for one in proposals]
    told = chosen(invocation, names, invocation.args.models, "--models")
    if proposals:
        title(invocation, heading)
        for line in rows(invocation.out, [[one["alias"], _order(one)] for one in proposals]):
            invocation.out.line(line)
        if told is None and yes(invocation, f"  Write {_these(len(names))} into your config?"):
            told = names
    if not told:
        return have
    invocation.call("models/accept", aliases=told)
    return _aliases(invocation)


def _proposed(invocation: Invocation, fresh: list[str], working: list[str], *, several: bool) -> tuple[str, list[Json]]:
    """What is worth having: models of several providers; where there are none, the newest of one.

    `several`: no others, because there is a model already.
    """
    from switchgear.cli.setup.worth import newest, worth

    found = worth(invocation.call("models/propose")["proposals"], fresh, working)
    if found or several:
        return "Models that several of your providers have; what is paid for comes first", found
    single = worth(invocation.call("models/propose", single=True)["proposals"], fresh, working)
    return "No model is at two of your providers yet; the newest there are", newest(single)


def _these(count: int) -> str:
    return "it" if count == 1 else f"these {count}"


def _aliases(invocation: Invocation) -> list[str]:
    return [str(model["alias"]) for model in invocation.call("models/list")["models"]]


def _order(proposal: Json) -> str:
    if proposal.get("exists"):
        joining = dict.fromkeys(str(name).partition("/")[0] for name in proposal["new"])
        return f"in your config; {', '.join(joining)} joins it"
    return ", then ".join(dict.fromkeys(str(offer["provider"]) for offer in proposal["offers"]))


def _tools(invocation: Invocation) -> list[str]:
    """The tools to connect. They are when all is answered."""
    from switchgear.cli.connect.listing import tools
    from switchgear.cli.setup.question import chosen, yes
    from switchgear.cli.setup.telling import title

    found = {str(tool["tool"]): str(tool["title"]) for tool in tools() if tool["found"] and not tool["connected"]}
    told = chosen(invocation, list(found), invocation.args.connect, "--connect")
    if told is not None or not found:
        return told or []
    title(invocation, "Tools (undone by: switchgear connect TOOL --undo)")
    return [name for name, called in found.items() if yes(invocation, f"  Connect {called}?")]


def _connect(invocation: Invocation, names: list[str]) -> list[str]:
    """Those that are connected now."""
    from switchgear.cli.setup.telling import title

    if names:
        title(invocation, "Connecting")
    return [name for name in names if _connected(invocation, name)]


def _connected(invocation: Invocation, name: str) -> bool:
    """As `switchgear connect NAME --yes` does it; one tool that cannot be connected keeps no other from it."""
    from switchgear.cli.command import connect
    from switchgear.cli.options import parse
    from switchgear.cli.screen import clean
    from switchgear.cli.setup.telling import bad

    chosen = parse(["connect", name, "--yes", *_globals(invocation)])
    assert chosen is not None  # no help was asked for
    mine, invocation.args = invocation.args, chosen[1]
    try:
        return connect.run(invocation) == OK
    except CommandError as error:
        invocation.out.line(clean(f"  {bad(invocation)} {name}: {error.what}: {error.why}"))
        return False
    finally:
        invocation.args = mine


def _globals(invocation: Invocation) -> list[str]:
    return ["--socket", invocation.args.socket] if invocation.args.socket else []


def _wants_answer(invocation: Invocation, alias: str) -> bool:
    from switchgear.cli.setup.question import yes

    told: bool | None = invocation.args.ask
    if told is not None:
        return told
    if not invocation.args.yes:
        invocation.out.line()
    return yes(invocation, f"Ask {alias} for three words, to see that it works?")


def _smoke(invocation: Invocation, alias: str) -> Json:
    """One question to the first model, so that the end of the setup is an answer."""
    from switchgear.cli.screen import clean
    from switchgear.cli.setup.telling import good, title

    title(invocation, f"{alias}: {PROMPT}")
    messages = [{"role": "user", "content": PROMPT}]
    reply = invocation.call("completion/create", model=alias, messages=messages, max_tokens=64, stream=False)
    text = "".join(block.get("text", "") for block in reply["message"]["content"])
    invocation.out.line(clean(f"  {text.strip()}"))
    invocation.out.line(f"  {good(invocation)} {clean(reply['served_by']['label'])}")
    return reply


def _end(invocation: Invocation, aliases: list[str], connected: list[str]) -> None:
    from switchgear.cli.setup.telling import say

    if not aliases:
        invocation.out.line("\nNo merged model yet.")
        invocation.out.write("")  # what follows is stderr's
        invocation.note(MORE if invocation.call("providers/list")["providers"] else FIRST)
        return
    invocation.out.line()
    say(invocation, f'Ready: switchgear ask "...", switchgear status, switchgear models {aliases[0]}')
    if connected and not _kept_running():
        say(invocation, "Tools cannot start the daemon; so that it always runs: switchgear service install")


def _kept_running() -> bool:
    import os

    from switchgear.cli.service.choice import KEEPERS

    return any(keeper.installed(os.environ) for keeper in KEEPERS)
