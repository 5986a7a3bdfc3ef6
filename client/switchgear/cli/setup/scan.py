"""The scan: well-known variables, other tools' logins, local servers. Read-only.

Rules for editing: a place to look at is a row of a table or one small function; what cannot be read is not there.
No secret is kept: a finding holds the way to read it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
from functools import partial
from typing import Any, NamedTuple

from .finding import ENVIRONMENT, Finding, Left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from switchgear.cli.wire import Json

LARGEST = 256 * 1024  # bytes of another tool's file
CONNECT = 0.2  # seconds for a port of this machine

OPENCODE = {
    "anthropic": "anthropic",
    "deepseek": "deepseek",
    "google": "google",
    "groq": "groq",
    "mistral": "mistral",
    "openai": "openai",
    "openrouter": "openrouter",
    "togetherai": "together",
    "xai": "xai",
}
"""OpenCode's name of a provider -> our kind; those with an API key of the user's own."""

CHATGPT = "add a provider of kind chatgpt (switchgear config edit), then: switchgear login chatgpt"
LOGINS = {
    "anthropic": "log in to Claude Code yourself, then: switchgear import --only claude-cli",
    "github-copilot": "add a provider of kind github-copilot: switchgear config edit",
    "openai": CHATGPT,
}
"""OpenCode's name of a login that is its own -> how to have one of one's own."""

SERVERS = (("ollama", 11434), ("lmstudio", 1234))
"""Kind, the port it listens on unless told otherwise."""


class Source(NamedTuple):
    """Where findings come from: its `title` in them, and what is `looked_at` there, for people."""

    title: str
    looked_at: str


SOURCES = {
    "environment": Source(ENVIRONMENT, "variables such as ANTHROPIC_API_KEY"),
    "opencode": Source("OpenCode", "OpenCode"),
    "codex": Source("Codex", "Codex"),
    "gh": Source("gh", "gh"),
    "claude": Source("Claude Code", "claude"),
    "local": Source("this machine", "ports 11434 (Ollama) and 1234 (LM Studio)"),
}
"""By what each is called on the command line."""

BASES = {"OPENAI_API_KEY": "OPENAI_BASE_URL", "ANTHROPIC_API_KEY": "ANTHROPIC_BASE_URL"}
"""The variable of a key -> the one that says whose key it is, where it is not the usual one's."""

OURS = "sgw_"  # a token of our own door is no key


def looked_at(source: str | None = None) -> str:
    """What a scan of all sources, or of one, looks at: for people."""
    return SOURCES[source].looked_at if source else ", ".join(each.looked_at for each in SOURCES.values())


def scan(environ: Mapping[str, str], kinds: Sequence[Json]) -> tuple[list[Finding], list[Left]]:
    """What there is, each kind and source once; and what is there but not taken."""
    labels = {kind["name"]: kind["label"] for kind in kinds}
    found = [
        *_variables(environ, kinds),
        *_opencode(environ),
        *_codex(environ),
        *_github(environ),
        *_claude(environ),
        *_servers(environ),
    ]
    return _distinct([one._replace(label=labels[one.kind]) for one in found if one.kind in labels]), _left(environ)


def _distinct(found: list[Finding]) -> list[Finding]:
    """Each under an id of its own: the second key for a provider is named after where it was found."""
    taken: set[str] = set()
    named = []
    for one in found:
        name = one.id if one.id not in taken else f"{one.id}-{one.source.lower().replace(' ', '-')}"
        while name in taken:
            name += "-2"
        taken.add(name)
        named.append(one._replace(id=name))
    return named


def _variables(environ: Mapping[str, str], kinds: Sequence[Json]) -> Iterable[Finding]:
    for kind in kinds:
        for name in kind.get("env", ()):
            if environ.get(name, "").strip() and not environ[name].startswith(OURS):
                base = environ.get(BASES.get(name, ""), "").strip() or None
                words = f"at {base}, as {BASES[name]} says" if base else ""
                read = partial(environ.__getitem__, name)
                yield Finding(kind["name"], kind["name"], "", ENVIRONMENT, name, "keyring", read, base, words)
                break  # the first of several names for one key


def _opencode(environ: Mapping[str, str]) -> Iterable[Finding]:
    path = _opencode_path(environ)
    for name, login in _object(path).items():
        kind = OPENCODE.get(name)
        if kind and isinstance(login, dict) and login.get("type") == "api" and login.get("key"):
            read = partial(_read_key, path, name, "key")
            yield Finding(kind, kind, "", "OpenCode", path, "keyring", read)


def _codex(environ: Mapping[str, str]) -> Iterable[Finding]:
    path = _codex_path(environ)
    if _object(path).get("OPENAI_API_KEY"):
        read = partial(_read_key, path, None, "OPENAI_API_KEY")
        yield Finding("openai", "openai", "", "Codex", path, "keyring", read)


def _github(environ: Mapping[str, str]) -> Iterable[Finding]:
    """`gh` keeps its own token; it is asked for it each time, so nothing is copied."""
    program, hosts = shutil.which("gh", path=environ.get("PATH")), _gh_path(environ)
    if program and os.path.exists(hosts):
        credential: dict[str, str | list[str]] = {"command": [program, "auth", "token"]}
        words = "its token has to carry the Copilot permission"
        yield Finding("copilot", "github-copilot", "", "gh", hosts, credential, words=words)


def _claude(environ: Mapping[str, str]) -> Iterable[Finding]:
    """The user's own logged-in `claude`: its token is never touched, the program itself is asked."""
    program = shutil.which("claude", path=environ.get("PATH"))
    if program:
        words = "runs your own claude; subject to Anthropic's terms, for personal use; no tools of your editor's"
        yield Finding("claude-cli", "claude-cli", "", "Claude Code", program, "none", words=words, wary=True)


def _servers(environ: Mapping[str, str]) -> Iterable[Finding]:
    told = _address(environ.get("OLLAMA_HOST", ""))
    for kind, usual in SERVERS:
        host, port = told if kind == "ollama" and told else ("127.0.0.1", usual)
        if _listens(host, port):
            base = f"http://{host}:{port}" if port != usual else None
            yield Finding(kind, kind, "", "this machine", f"{host}:{port}", "none", base_url=base)


def _address(text: str) -> tuple[str, int] | None:
    """OLLAMA_HOST, where it means this machine: "127.0.0.1:8080", ":8080", "http://localhost:8080"."""
    host, _, port = text.removeprefix("http://").rstrip("/").rpartition(":")
    here = ("", "127.0.0.1", "localhost", "0.0.0.0")  # noqa: S104 - where it listens; it is dialled on loopback
    if host not in here or not port.isdecimal() or not 0 < int(port) < 65536:
        return None
    return "127.0.0.1", int(port)


def _left(environ: Mapping[str, str]) -> list[Left]:
    left = []
    codex = _codex_path(environ)
    if _object(codex).get("tokens"):
        why = "Codex's ChatGPT login is Codex's own: a refresh token used by two programs is lost to both"
        left.append(Left("Codex", codex, why, CHATGPT))
    opencode = _opencode_path(environ)
    for name, login in _object(opencode).items():
        if isinstance(login, dict) and login.get("type") == "oauth":
            why = f"its login for {name} was given to OpenCode, and only it may refresh it"
            left.append(
                Left("OpenCode", opencode, why, LOGINS.get(name, f"switchgear login {name}, with a key of yours"))
            )
    hosts = _gh_path(environ)
    if os.path.exists(hosts) and not shutil.which("gh", path=environ.get("PATH")):
        why = "gh keeps a login, and only it gives its token; but there is no gh on your PATH"
        left.append(Left("gh", hosts, why, "install gh, or put it on your PATH, then: switchgear import gh"))
    return left


def _gh_path(environ: Mapping[str, str]) -> str:
    return os.path.join(environ.get("GH_CONFIG_DIR") or os.path.join(_config_home(environ), "gh"), "hosts.yml")


def _opencode_path(environ: Mapping[str, str]) -> str:
    data = environ.get("XDG_DATA_HOME") or os.path.join(_home(environ), ".local", "share")
    return os.path.join(data, "opencode", "auth.json")


def _codex_path(environ: Mapping[str, str]) -> str:
    return os.path.join(environ.get("CODEX_HOME") or os.path.join(_home(environ), ".codex"), "auth.json")


def _config_home(environ: Mapping[str, str]) -> str:
    return environ.get("XDG_CONFIG_HOME") or os.path.join(_home(environ), ".config")


def _home(environ: Mapping[str, str]) -> str:
    return environ.get("HOME") or os.path.expanduser("~")


def _object(path: str) -> dict[str, Any]:
    """The JSON object of another tool's file; {} where there is none that can be read. A pipe is not waited for."""
    try:
        found = json.loads(_beginning(path))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _beginning(path: str) -> bytes:
    """The first bytes of a file, all of one that is no larger than LARGEST. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(descriptor, LARGEST) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    finally:
        os.close(descriptor)


def _read_key(path: str, name: str | None, member: str) -> str:
    table = _object(path)
    found = table if name is None else table.get(name)
    return str(found.get(member, "")) if isinstance(found, dict) else ""  # the tool may write it meanwhile


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), CONNECT):
            return True
    except OSError:
        return False
