"""Credentials that are not what they should be, of the kinds whose credentials are more than a key.

What every kind owes (missing, refused) is in test_contract.py; here is what only some know: a login that ended or was
revoked, a token that is bought or printed anew, the wrong sort, the wrong scope, the wrong plan. Each is told as a
state with its cure.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, structs

from kind_worlds import (
    HELLO,
    NEW,
    OLD,
    PAIR,
    SETUPS,
    EmptyKeyring,
    MemoryKeyring,
    Setup,
    answering,
    issuing,
    kind_world,
)
from literal.error_row import KindError
from literal.kind_errors import ERRORS
from standins.standin import Line
from switchgeard.credentials.keyring_store import KeyringStore
from switchgeard.demo import claude
from switchgeard.demo.copilot_wire import GITHUB_TOKEN
from switchgeard.demo.exchange import Answer, Asked, sized
from switchgeard.demo.github import GitHub
from world import CANARY

DIRECT = "gho_CANARY000000000000000000000000000000"
CLASSIC = "ghp_CANARY000000000000000000000000000000"
SECRETS = (CANARY, GITHUB_TOKEN, DIRECT, CLASSIC, OLD, NEW, *PAIR.split(":")[1:], "rt-0")


def literal(kind: str, said: str) -> KindError:
    """That row of the errors, by how its name begins."""
    return next(row for row in ERRORS if row.kind == kind and row.said.startswith(said))


def refusal(kind: str, said: str) -> list[Line]:
    return [answering(literal(kind, said))]


def revoked(asked: Asked) -> Answer | None:
    """OpenAI's issuer when somebody has taken the login back."""
    return None if issuing(asked) is None else sized(400, b'{"error":"invalid_grant"}')


def down(asked: Asked) -> Answer | None:
    """The issuer has a bad day."""
    return None if issuing(asked) is None else sized(503, b"")


def lines(kind: str, old: str, new: str) -> Setup:
    """The kind's setup with another credential."""
    setup = SETUPS[kind]
    assert old in setup.lines
    return structs.replace(setup, lines=setup.lines.replace(old, new))


class State(Struct, frozen=True):
    """`outcome`: of the one attempt; None: it was answered. `health` afterwards, `cure`: what its hint names."""

    kind: str
    said: str
    outcome: str | None
    health: str
    cure: str = ""
    script: Sequence[Line] = ("ok",)
    setup: Setup | None = None
    account: GitHub | None = None
    beside: Callable[[Asked], Answer | None] = lambda asked: None
    keyring: type[KeyringStore] = MemoryKeyring
    words: str = ""  # in the reason

    def __str__(self) -> str:
        return f"{self.kind}-{self.said.replace(' ', '-')}"


PRINTENV = '{command = ["printenv", "CANARY"]}'
ANEW = '{command = ["cat", "/proc/sys/kernel/random/uuid"]}'  # another token at each run
KEY_FILE = '{command = ["printf", "{\\"type\\": \\"service_account\\"}"]}'
LOGIN, BUY = "switchgear login a", "set another"
ANOTHER = GitHub(token="ghu_another")  # GitHub does not know the token we have

STATES = [
    State("chatgpt", "ended and renewed", None, "available"),
    State("chatgpt", "missing", "missing_credential", "missing_credential", LOGIN, keyring=EmptyKeyring),
    State("chatgpt", "revoked", "auth_failed", "auth_failed", LOGIN, beside=revoked),
    State("chatgpt", "issuer down", "unavailable", "unavailable", "switchgear resume a", beside=down),
    State("chatgpt", "wrong scope", "auth_failed", "auth_failed", LOGIN, refusal("chatgpt", "scope")),
    State("chatgpt", "wrong plan", "permission", "unavailable", "", refusal("chatgpt", "not eligible")),
    State("github-copilot", "bought", None, "available"),
    State("github-copilot", "sent as it is", None, "available", setup=lines("github-copilot", "GITHUB", "DIRECT"),
          account=GitHub(token=DIRECT)),
    State("github-copilot", "revoked", "auth_failed", "auth_failed", BUY, account=ANOTHER),
    State("github-copilot", "ended and bought anew", None, "available",
          script=[*refusal("github-copilot", "token"), "ok"]),
    State("github-copilot", "classic", "auth_failed", "auth_failed", BUY,
          setup=lines("github-copilot", "GITHUB", "CLASSIC"), words="fine-grained"),
    State("github-copilot", "wrong plan", "permission", "unavailable", "", refusal("github-copilot", "forbidden")),
    State("bedrock", "session ended", "auth_failed", "auth_failed", BUY, refusal("bedrock", "ExpiredTokenException")),
    State("bedrock", "wrong key", "auth_failed", "auth_failed", BUY,
          refusal("bedrock", "UnrecognizedClientException")),
    State("bedrock", "no access", "permission", "unavailable", "", refusal("bedrock", "AccessDeniedException")),
    State("vertex", "ended", "auth_failed", "auth_failed", "command printenv", refusal("vertex", "token")),
    State("vertex", "ended and printed anew", None, "available", "", [*refusal("vertex", "token"), "ok"],
          setup=lines("vertex", PRINTENV, ANEW)),
    State("vertex", "program fails", "missing_credential", "missing_credential", "run it yourself",
          setup=lines("vertex", PRINTENV, '{command = ["false"]}')),
    State("vertex", "key file", "auth_failed", "auth_failed", "command printf",
          setup=lines("vertex", PRINTENV, KEY_FILE), words="print-access-token"),
    State("vertex", "not permitted", "permission", "unavailable", "", refusal("vertex", "denied")),
    State("anthropic", "another program's login", "auth_failed", "auth_failed", BUY,
          refusal("anthropic", "another program's login")),
    State("azure-openai", "network", "permission", "unavailable", "", refusal("azure-openai", "network")),
]  # fmt: skip


@pytest.mark.parametrize("row", STATES, ids=str)
async def test_each_state_of_a_credential_is_told_with_its_cure(
    tmp_path: Path, row: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no secret is in what is told."""
    monkeypatch.setenv("DIRECT", DIRECT)
    monkeypatch.setenv("CLASSIC", CLASSIC)
    world = kind_world(row.kind, tmp_path, monkeypatch, {"a": row.script}, row.beside, setup=row.setup,
                       account=row.account, keyring=row.keyring)  # fmt: skip
    async with world as w:
        heard = await w.ask()
        (view,) = (await w.call("providers/list"))["providers"]
    assert (heard.outcomes[-1][1], view["health"]) == (row.outcome, row.health)
    assert heard.result is None or heard.answer == HELLO
    assert row.cure in (view["hint"] or "")
    assert row.words in view["reason"]
    told = f"{heard.error} {view}"
    assert [secret for secret in SECRETS if secret in told] == []


@pytest.mark.parametrize(
    "word",
    [
        "invalid_grant", "invalid_refresh_token", "refresh_token_expired", "refresh_token_invalidated",
        "refresh_token_reused",
    ],
)  # fmt: skip
async def test_each_word_of_an_issuer_that_a_login_has_ended_asks_for_another(
    tmp_path: Path, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked once, and the provider not at all."""
    asked = []

    def refuse(call: Asked) -> Answer | None:
        if issuing(call) is None:
            return None
        asked.append(call)
        return sized(400, json.dumps({"error": {"code": word, "message": "x"}}).encode())

    async with kind_world("chatgpt", tmp_path, monkeypatch, {"a": ["ok"]}, refuse) as w:
        assert (await w.ask()).outcomes == [("a", "auth_failed")]
        assert (await w.ask()).result is None
        (view,) = (await w.call("providers/list"))["providers"]
        assert (view["health"], view["hint"]) == ("auth_failed", LOGIN)
        assert word in view["reason"]
        assert (len(asked), w.hits()) == (1, {"a": 0})


@pytest.mark.parametrize(
    ("steps", "hint"),
    [
        (claude.logged_out(), "/login"),
        (claude.refused("authentication_failed", "OAuth token revoked", api_error_status=401), "/login"),
    ],
    ids=["logged out", "revoked"],
)
async def test_claude_codes_own_login_is_its_own_to_mend(
    tmp_path: Path, steps: list[dict[str, Any]], hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cure is said, and we never touch it."""
    async with kind_world("claude-cli", tmp_path, monkeypatch, {"a": ["ok"]}) as w:
        claude.set_steps(tmp_path / "a", *steps)
        assert (await w.ask()).outcomes == [("a", "auth_failed")]
        (view,) = (await w.call("providers/list"))["providers"]
        assert view["health"] == "auth_failed"
        assert hint in view["hint"]


async def test_claude_code_that_is_not_there_is_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that was removed is no fault of a login."""
    async with kind_world("claude-cli", tmp_path, monkeypatch, {"a": ["ok"]}) as w:
        (tmp_path / "a" / "claude").unlink()
        heard = await w.ask()
        assert heard.result is None
        (view,) = (await w.call("providers/list"))["providers"]
        assert (view["health"] != "available", "claude" in view["reason"]) == (True, True)
