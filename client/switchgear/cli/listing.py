"""The commands there are, in the order a newcomer needs them."""

from __future__ import annotations

from importlib import import_module

from .failed import CommandError, usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

GROUPS: dict[str, dict[str, str]] = {
    "Begin": {
        "setup": "the first run: what you have already, into merged models",
        "import": "take logins and keys this machine has already",
    },
    "Use": {
        "ask": "one answer from a merged model; prompt as words or on stdin",
        "status": "who serves each model now, what is wrong, what quota is left",
        "models": "your models and the providers behind each",
        "events": "what happens, as it happens",
    },
    "Steer": {
        "route": "who would serve a request, and why not the others",
        "order": "change which provider of a model comes first",
        "pin": "send a model to one provider for a while",
        "unpin": "end a pin",
        "pause": "take a provider out of rotation",
        "resume": "put a paused provider back",
        "allow": "let metered providers serve for a while",
    },
    "Account": {
        "connect": "let OpenCode, Claude Code, Codex, llm ... use your models",
        "login": "log in to a provider, or store its key in the keyring",
        "logout": "remove a provider's login or key",
        "auth": "where each credential comes from and whether it works",
        "quota": "every quota window: left, reset, where the figure is from",
        "usage": "requests, tokens and cost",
        "token": "tokens for tools that use the HTTP door",
    },
    "Run": {
        "config": "path, show, check or edit the config",
        "prompt": "your models at the prompt of bash, zsh, fish, tmux ...",
        "completion": "the Tab key for bash, zsh and fish",
        "rpc": "call any method of the daemon",
        "service": "the daemon as a service: install, start, stop, logs ...",
        "stop": "stop the daemon",
        "doctor": "what is wrong here, and what cures it",
        "demo": "see a failover with three stand-in providers",
        "version": "versions of command and daemon",
    },
}
MODULES = {"import": "import_"}
"""Commands whose module cannot be called as they are."""
COMMANDS = {name: summary for group in GROUPS.values() for name, summary in group.items()}

ELSEWHERE = {
    "add": "import",
    "chat": "ask",
    "check": "doctor",
    "cost": "usage",
    "credentials": "auth",
    "disable": "pause",
    "edit": "config edit",
    "enable": "resume",
    "explain": "route",
    "init": "setup",
    "install": "service install",
    "keys": "auth",
    "limits": "quota",
    "list": "models",
    "log": "events",
    "logs": "service logs",
    "ls": "models",
    "providers": "auth",
    "restart": "service restart",
    "run": "ask",
    "sessions": "usage --by session",
    "start": "service start",
    "switch": "pin",
    "use": "pin",
    "watch": "status --watch",
}
"""Words that other commands of this sort have -> ours."""

HEAD = """\
switchgear: one model, every provider you pay for.
  switchgear ask "why is the sky blue?"
  switchgear ask opus-4.6 "review this" < patch.diff
"""
TAIL = """\
`switchgear COMMAND -h` explains one, `man switchgear` all. Exit codes: 0 ok,
1 failure, 2 usage, 3 no daemon, 4 login needed, 5 no provider can serve now,
6 degraded (status --exit-code), 130 interrupted."""


def overview() -> str:
    """One screen: a line per command, the topic before its first."""
    lines = []
    for title, commands in GROUPS.items():
        for at, (name, summary) in enumerate(commands.items()):
            lines.append(f"{'' if at else title:<8} {name:<11}{summary}")
    return "\n".join([HEAD, *lines, "", TAIL])


def module_of(name: str) -> ModuleType:
    """The module of a command of COMMANDS."""
    return import_module(f".command.{MODULES.get(name, name)}", __package__)


def no_command(options: list[str]) -> CommandError:
    """Options alone, of which the first may be none: the page with the commands would not say so."""
    from .misread import nearest
    from .options import GLOBALS

    known = [f"--{name.replace('_', '-')}" for name in GLOBALS]
    strange = next((word for word in options if word.partition("=")[0] not in known and word.startswith("-")), None)
    if strange is None:
        return usage(f"no command behind {' '.join(options)}", "switchgear help")
    bare = {word.lstrip("-"): word for word in known}  # dashes make any two alike
    near = bare.get(nearest(strange.lstrip("-"), bare) or "")
    return usage(f"no option {strange!r}", "switchgear help", f"the nearest is {near!r}" if near else "")


def unknown(name: str) -> CommandError:
    """A word that is no command is never taken for a prompt: the nearest command is named instead."""
    from .misread import nearest

    near = ELSEWHERE.get(name) or nearest(name, COMMANDS)
    if near:
        return usage(f"no command {name!r}", f"switchgear {near}", f"the nearest is {near!r}")
    return usage(f"no command {name!r}", "switchgear help", 'to ask a model: switchgear ask "..."')
