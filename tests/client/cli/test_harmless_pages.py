"""Every page when every name and reason is hostile: nothing of it reaches the terminal as an escape sequence."""

from typing import Any

import msgspec
import pytest

from cli_runs import Run, Serve
from sample_world import MODELS, NOW, OPUS, PROVIDERS, STATUS
from short_world import opus, quota, route
from switchgear_protocol.content import Usage
from switchgear_protocol.events import Event
from switchgear_protocol.messages import (
    ConfigChecked,
    ConfigProblem,
    Credentials,
    CredentialView,
    Models,
    Providers,
    Subscribed,
    Tokens,
    TokenView,
    UsageReply,
    UsageRow,
)
from switchgear_protocol.words import Outcome

EVIL = "\x1b]0;x\x07\x9b2J\u202e"
OURS = {  # words of the protocol, which the daemon itself chooses
    "health", "was", "billing", "state", "code", "order", "after_commit", "sticky_mode", "auto", "source", "type",
    "outcome", "kind",
}  # fmt: skip
ROW = UsageRow({"provider": "p", "model": "m"}, 1, 1, 1, 0, Usage(1, 2))
EVENTS = [
    Event(seq=18, at=NOW, type="health", provider="p", reason="r", scope="bucket:p/5h"),
    Event(seq=19, at=NOW, type="attempt", alias="a", provider="p", model="m", outcome=Outcome.FAILED, reason="r"),
    Event(seq=20, at=NOW, type="quota", provider="p", window="w", used=0.5),
]
OFFER = {"provider": "p", "model": "m", "billing": "metered", "why": "w", "price": {}, "quantised": False}
FOUND = {
    "proposals": [{"alias": "a", "label": "A", "offers": [OFFER], "new": ["p/m"], "exists": True}],
    "listings": [{"provider": "p", "reason": "r", "hint": "h"}],
    "auto": "propose",
}
PROBLEM = ConfigProblem("m", "k", "h", 4)
PAGES: dict[str, dict[str, Any]] = {
    "status": {"status": STATUS},
    "models": {"models/list": Models(MODELS)},
    "models --all": {"models/list": Models([OPUS], ["p/listed"])},
    "models opus-4.6": {"models/show": opus(NOW)},
    "models propose": {"models/propose": FOUND},
    "models propose --all": {"models/accept": {"aliases": ["a"]}},
    "quota": {"quota/list": quota(NOW)},
    "route opus-4.6 --explain": {"route/explain": route(NOW)},
    "usage": {"usage/query": UsageReply([ROW], ROW)},
    "events --past": {"events/subscribe": Subscribed("s", STATUS, EVENTS)},
    "auth": {"credentials/list": Credentials([CredentialView("p", "keyring", "missing", "r", "h")])},
    "token list": {"tokens/list": Tokens([TokenView("t", NOW)])},
    "config check": {"config/check": ConfigChecked(False, "/c", [PROBLEM], [PROBLEM])},
    "resume p": {"providers/resume": PROVIDERS[0]},
    "login nobody": {"providers/list": Providers(PROVIDERS), "kinds/list": {"kinds": []}},
}


def hostile(value: Any, key: str = "") -> Any:
    """The same with an escape sequence behind every text that is not a word of ours."""
    if isinstance(value, dict):
        return {name: hostile(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [hostile(each, key) for each in value]
    return f"{value}{EVIL}" if isinstance(value, str) and key not in OURS else value


@pytest.mark.parametrize("line", PAGES)
def test_no_page_lets_others_write_to_the_terminal(run: Run, serve: Serve, line: str) -> None:
    """Whoever chose the name."""
    serve({method: hostile(msgspec.to_builtins(reply)) for method, reply in PAGES[line].items()})
    ran = run(*line.split())
    assert ran.out + ran.err
    assert not any(letter in ran.out + ran.err for letter in EVIL if not letter.isprintable())
