"""Every command's --json is one versioned object, of the shape that docs/cli.schema.json has for it."""

import runpy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cli_runs import Run, Serve
from json_shapes import DOCS, SCHEMA, documented
from sample_world import ANSWER, MODELS, NOW, OPUS, PROVIDERS, STATUS, WINDOWS
from scripted_daemon import LEAVE
from switchgear.cli.listing import COMMANDS
from switchgear.cli.setup import scan as scanning
from switchgear_protocol.choices import Accepted, KindView, Proposals
from switchgear_protocol.content import Usage
from switchgear_protocol.credentials import Credentials, CredentialView, TokenCreated, Tokens, TokenView
from switchgear_protocol.doctor import Findings
from switchgear_protocol.errors import error
from switchgear_protocol.events import EVENT_TYPES, Event
from switchgear_protocol.messages import (
    ConfigChecked,
    ConfigState,
    Models,
    Pin,
    RouteExplained,
    RouteStep,
    SpendState,
    Subscribed,
)
from switchgear_protocol.prompt import PromptLine
from switchgear_protocol.shapes import Done
from switchgear_protocol.usage import Quota, QuotaAccount, UsageReply, UsageRow

BUILD = runpy.run_path(str(DOCS.parent / "scripts/build_cli_schema.py"))
STORED = CredentialView("claude_pro", "keyring", "ok")
EVENTS = [Event(seq, NOW, kind, alias="opus-4.6") for seq, kind in enumerate(EVENT_TYPES, 1)]
STEP = RouteStep("copilot", "m", "Opus 4.6 (via Copilot)", True, "first", "first in your order")
ANSWERS: dict[str, Any] = {
    "completion/create": ANSWER,
    "config/check": ConfigChecked(True, "/c/config.toml"),
    "config/reload": ConfigState("/c/config.toml", 4, True),
    "credentials/delete": STORED,
    "credentials/list": Credentials([STORED]),
    "credentials/set": STORED,
    "credentials/test": {"ok": True, "milliseconds": 3.0},
    "doctor/check": Findings([]),
    "events/subscribe": Subscribed("s1", STATUS, EVENTS),
    "kinds/list": {"kinds": [KindView("openai", "OpenAI", "metered", "paste", env=["OPENAI_API_KEY"])]},
    "models/accept": Accepted(["opus-4.6"], ConfigState("/c/config.toml", 4, True)),
    "models/list": Models(MODELS),
    "models/order": OPUS,
    "models/propose": Proposals([], []),
    "models/show": OPUS,
    "prompt/show": PromptLine("ok", "Opus 4.6 via Claude Pro", NOW + 60),
    "providers/list": {"providers": PROVIDERS},
    "providers/pause": PROVIDERS[0],
    "providers/resume": PROVIDERS[0],
    "providers/probe": {"provider": "openai", "ok": True, "asked": "api.openai.com", "models": 61},
    "quota/list": Quota(WINDOWS, [QuotaAccount("claude_pro", "anna@example.org")]),
    "route/explain": RouteExplained("opus-4.6", [STEP], STEP.label),
    "sessions/pin": Pin("opus-4.6", "claude_pro"),
    "sessions/unpin": Done(),
    "spend/allow": SpendState("allow"),
    "status": STATUS,
    "tokens/create": TokenCreated("zed", "sg-x"),
    "tokens/list": Tokens([TokenView("zed", NOW)]),
    "tokens/revoke": Done(),
    "usage/query": UsageReply([UsageRow({"provider": "openai"}, 2, 2, 2, 0, Usage(500, 70), 0.5)]),
}


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Nothing of this machine is found, but a key in a variable."""
    monkeypatch.setattr(scanning, "SERVERS", ())
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-CANARY-shape")
    config = home / "config.toml"
    config.write_text("")
    monkeypatch.setenv("SWITCHGEAR_CONFIG", str(config))


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("allow metered --for 1h", "allow"),
        ("ask opus-4.6 hi", "ask"),
        ("auth", "auth"),
        ("completion bash", "completion"),
        ("config check", "config check"),
        ("config path", "config path"),
        ("config show", "config show"),
        ("connect --list", "connect"),
        ("doctor --offline --no-keyring", "doctor"),
        ("events --past", "events, one per line"),
        ("import --dry-run", "import"),
        ("login claude_pro --stdin", "login, by a key"),
        ("logout claude_pro", "logout"),
        ("models", "models"),
        ("models --all", "models"),
        ("models opus-4.6", "models MODEL"),
        ("models propose", "models propose"),
        ("models propose --accept opus-4.6", "models propose --accept"),
        ("order opus-4.6 claude_pro", "order"),
        ("pause claude_pro", "pause"),
        ("pin opus-4.6 claude_pro", "pin"),
        ("prompt init bash", "prompt init"),
        ("prompt show", "prompt show"),
        ("quota", "quota"),
        ("resume claude_pro", "resume"),
        ("route opus-4.6", "route"),
        ("service install --print --manager systemd", "service install --print"),
        ("service start --dry-run --manager none", "service install|uninstall|start|stop|restart"),
        ("service status --manager none", "service status"),
        ("setup --import none --models none --connect none --no-ask", "setup"),
        ("status", "status"),
        ("token list", "token list"),
        ("token new zed", "token new"),
        ("token revoke zed", "token revoke"),
        ("unpin opus-4.6", "unpin"),
        ("usage", "usage"),
        ("version", "version"),
    ],
)
def test_what_it_prints_is_documented(run: Run, serve: Serve, quiet: None, line: str, key: str) -> None:
    """Every field is in the document, every field that must be there is."""
    serve(ANSWERS)
    ran = run(*line.split(), "--json", stdin=b"sk-CANARY-shape")
    documented(ran.out, key)
    assert "CANARY" not in ran.out + ran.err


def test_a_watch_is_a_status_per_line(run: Run, serve: Serve) -> None:
    """And its end an error like any."""
    replies = iter([[Subscribed("s1", STATUS), LEAVE], error("internal", "enough")])
    serve({"events/subscribe": lambda params: next(replies)})
    first, last = run("status", "--watch", "--json").out.splitlines()
    documented(first, "status")
    documented(last, "any command that fails")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("frobnicate", "usage"),
        ("status --frobnicate", "usage"),
        ("pause nobody", "no_such_provider"),
        ("ask opus-4.6 hi", "exhausted"),
        ("config show", "failure"),
    ],
)
def test_a_failure_is_one_documented_object_too(run: Run, serve: Serve, line: str, kind: str) -> None:
    """Of the command line, of the command, of the daemon."""
    attempts = ANSWER.attempts[:1]
    serve(
        {
            "models/list": Models(MODELS),
            "providers/pause": error("no_such_provider", "no", meant="nobody2"),
            "completion/create": error("exhausted", "all out", attempts=attempts, retry_after_ms=5, retry_at=NOW),
            "route/explain": error("internal", "no"),
        }
    )
    ran = run(*line.split(), "--json")
    told = documented(ran.out, "any command that fails")["error"]
    assert (told["kind"], told["exit"]) == (kind, ran.code)


def test_the_document_is_up_to_date() -> None:
    """Else: python scripts/build_cli_schema.py."""
    assert BUILD["text"]() == (DOCS / "cli.schema.json").read_text()


def test_every_command_is_in_the_document_and_on_its_page() -> None:
    """With its shape, or with why it has none."""
    keys = [*SCHEMA["commands"], *SCHEMA["without"]]
    assert COMMANDS.keys() <= {key.split(" ")[0].rstrip(",") for key in keys}
    page = (DOCS / "cli.md").read_text()
    assert [key for key in keys if f"`{key}`" not in page] == []
    assert msgspec.json.decode(msgspec.json.encode(SCHEMA)) == SCHEMA
