"""Builds docs/cli.schema.json: what each command prints with --json, as JSON Schema.

    python scripts/build_cli_schema.py

Most commands print a result of the daemon, so its struct is the shape; what a command makes itself is described here.
Rules for editing: a key is "COMMAND", or that and what else makes it print this; keys stay, shapes only gain fields.
"""

import json
import sys
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "protocol")]

from switchgear_protocol import credentials, events, messages, prompt, views  # noqa: E402
from switchgear_protocol import errors as wire_errors  # noqa: E402
from switchgear_protocol import logins as wire_logins  # noqa: E402
from switchgear_protocol import usage as wire_usage  # noqa: E402
from switchgear_protocol.choices import Accepted, Proposals  # noqa: E402

OUT = ROOT / "docs/cli.schema.json"
REF = "#/$defs/{name}"


class Failed(TypedDict):
    """Why the command failed, on stdout. `code` and further fields: an error of the daemon's, as it came."""

    kind: str
    message: str
    why: str
    hint: str
    exit: int
    code: NotRequired[int]
    retry_after_ms: NotRequired[int]
    retry_at: NotRequired[float]
    provider: NotRequired[str]
    attempts: NotRequired[list[wire_errors.AttemptReport]]
    meant: NotRequired[str]
    begun: NotRequired[bool]


class Checked(TypedDict):
    id: str
    verdict: Literal["ok", "warn", "fail", "skipped"]
    evidence: str
    about: str
    hint: str | None


class Tool(TypedDict):
    tool: str
    title: str
    found: bool
    connected: bool
    config: str
    token: str | None


class Door(TypedDict):
    url: str
    answers: bool
    why: str


class FileText(TypedDict):
    path: str
    text: str


class FileState(TypedDict):
    path: str
    state: str


class Found(TypedDict):
    id: str
    kind: str
    label: str
    source: str
    where: str
    wary: bool


class Left(TypedDict):
    source: str
    where: str
    why: str
    hint: str


OWN: dict[str, dict[str, Any]] = {
    "any command that fails": {"error": Failed},
    "completion": {"shell": str, "text": str},
    "config path": {"path": str},
    "config show": {"path": str, "text": str},
    "connect": {"tools": list[Tool]},
    "connect TOOL": {
        "tool": str,
        "connected": bool,
        "changed": bool,
        "files": list[str],
        "token": str | None,
        "door": Door,
        "next": list[str],
    },
    "connect TOOL --print": {"tool": str, "changes": list[str]},
    "connect TOOL --undo": {"tool": str, "connected": bool, "revoked": str | None, "door_closed": bool},
    "doctor": {"ok": bool, "findings": list[Checked]},
    "import": {
        "found": list[Found],
        "known": list[str],
        "left": list[Left],
        "imported": list[str],
        "working": list[str],
    },
    "prompt init": {"shell": str, "text": str},
    "service install|uninstall|start|stop|restart": {"manager": str, "dry_run": bool, "done": list[str]},
    "service install --print": {"files": list[FileText]},
    "service status": {"manager": str, "state": str, "pid": int | None, "by_hand": bool, "files": list[FileState]},
    "setup": {"models": list[str], "connected": list[str], "served_by": messages.ServedBy | None},
    "stop": {"stopped": bool},
    "token revoke": {"ok": bool},
    "unpin": {"ok": bool},
    "version": {"version": str, "daemon": str | None},
}
OPTIONAL: dict[str, dict[str, Any]] = {"stop": {"pid": int}}
"""Fields that only some of these objects have."""

DAEMONS: dict[str, tuple[type[msgspec.Struct], dict[str, Any]]] = {
    "allow": (messages.SpendState, {}),
    "ask": (messages.Answer, {"text": str}),
    "auth": (credentials.Credentials, {}),
    "config check": (messages.ConfigChecked, {}),
    "config edit": (views.ConfigState, {}),
    "events, one per line": (events.Event, {}),
    "login, by a key": (credentials.CredentialView, {}),
    "login, by a page": (wire_logins.LoginView, {}),
    "logout": (credentials.CredentialView, {}),
    "models": (messages.Models, {}),
    "models MODEL": (views.ModelView, {}),
    "models propose": (Proposals, {}),
    "models propose --accept": (Accepted, {}),
    "order": (views.ModelView, {}),
    "pause": (views.ProviderView, {}),
    "pin": (messages.Pin, {}),
    "prompt show": (prompt.PromptLine, {}),
    "quota": (wire_usage.Quota, {}),
    "resume": (views.ProviderView, {}),
    "route": (messages.RouteExplained, {}),
    "status": (views.Status, {}),
    "token list": (credentials.Tokens, {}),
    "token new": (credentials.TokenCreated, {}),
    "usage": (wire_usage.UsageReply, {}),
}
WITHOUT = {
    "demo": "it is for people",
    "rpc": "it prints what the daemon says, without a version",
    "service logs": "lines of the log",
}
"""Commands that --json changes nothing of, and why."""


def shapes() -> dict[str, type[msgspec.Struct]]:
    """key -> the object's shape, its version first."""
    own = {key: _versioned(key, fields, OPTIONAL.get(key, {})) for key, fields in OWN.items()}
    daemons = {key: _versioned(key, more, {}, base) for key, (base, more) in DAEMONS.items()}
    return dict(sorted({**own, **daemons}.items()))


def _versioned(
    key: str, fields: dict[str, Any], optional: dict[str, Any], base: type[msgspec.Struct] = msgspec.Struct
) -> type[msgspec.Struct]:
    told = [
        ("v", Literal[1]),
        *fields.items(),
        *((name, kind | msgspec.UnsetType, msgspec.UNSET) for name, kind in optional.items()),
    ]
    return msgspec.defstruct(f"switchgear {key}", told, bases=(base,), frozen=True, kw_only=True)


def schema() -> dict[str, Any]:
    """The whole document."""
    made = shapes()
    refs, defs = msgspec.json.schema_components(made.values(), ref_template=REF)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What each switchgear command prints with --json",
        "commands": dict(zip(made, refs, strict=True)),
        "without": WITHOUT,
        "$defs": dict(sorted(defs.items())),
    }


def text() -> str:
    return json.dumps(schema(), indent=1) + "\n"


if __name__ == "__main__":
    OUT.write_text(text())
