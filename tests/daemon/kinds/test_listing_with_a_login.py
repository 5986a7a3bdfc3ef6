"""Lists of kinds whose credential is not what is sent: a token is bought, or renewed, before the list is asked for."""

import json
from pathlib import Path

import pytest

from kind_worlds import ISSUED, NEW, OLD, kind_world
from switchgeard.demo.copilot_wire import MODELS
from switchgeard.demo.exchange import Answer, Asked, sized

PLAN = {
    "models": [{"slug": "gpt-6-sol", "display_name": "Sol", "visibility": "list"}, {"slug": "x", "visibility": "hide"}]
}


async def test_copilots_list_is_asked_for_with_the_token_that_was_bought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One exchange for list and completion; the login itself goes to GitHub alone."""
    asked: list[Asked] = []

    def heard(request: Asked) -> Answer | None:
        asked.append(request)
        return None

    async with kind_world("github-copilot", tmp_path, monkeypatch, {"a": ["ok"]}, heard) as w:
        (found,) = (await w.call("models/refresh", provider="a"))["listings"]
        assert (await w.ask()).error is None
        rows = w.daemon.at.state.listings["a"].models
    assert (found["reason"], found["models"]) == ("", len(rows))
    assert all(f'"{row.id}"' in json.dumps(MODELS) for row in rows)
    assert any(row.context and row.wires for row in rows)
    bought, listed = (request for request in asked if request.method == "GET")
    assert (bought.path, listed.path) == ("/copilot_internal/v2/token", "/models")
    assert "ghu_" in (bought.header("authorization") or "")
    assert ISSUED in (listed.header("authorization") or "")
    assert "ghu_" not in str(listed.headers)


async def test_a_plans_list_is_asked_for_with_the_renewed_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the version without which it leaves out the newest; what it does not show is no model."""
    asked: list[Asked] = []

    def plan(request: Asked) -> Answer | None:
        if request.method != "GET":
            return None
        asked.append(request)
        return sized(200, json.dumps(PLAN).encode())

    async with kind_world("chatgpt", tmp_path, monkeypatch, {"a": ["ok"]}, plan) as w:
        await w.call("models/refresh")
        assert [row.id for row in w.daemon.at.state.listings["a"].models] == ["gpt-6-sol"]
    (listed,) = asked
    assert listed.path == "/v1/models?client_version=1.0.0"
    assert listed.header("authorization") == f"Bearer {NEW}"
    assert OLD not in str(listed.headers)


@pytest.mark.parametrize(
    ("kind", "status", "cure"),
    [
        ("github-copilot", 401, "set another GITHUB"),
        ("chatgpt", 403, "switchgear login a"),
        ("openai", 401, "set another CANARY"),
    ],
)
async def test_a_list_that_refuses_the_credential_says_what_replaces_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, status: int, cure: str
) -> None:
    """And takes nothing from what was listed, and nobody out of routing."""

    def refusing(request: Asked) -> Answer | None:
        return sized(status, b"{}") if "/models" in request.path else None

    async with kind_world(kind, tmp_path, monkeypatch, {"a": ["ok"]}, refusing) as w:
        (found,) = (await w.call("models/refresh", provider="a"))["listings"]
        assert found["reason"] == f"its model list refuses the credential (status {status})"
        assert found["hint"].startswith(cure)
        assert (await w.ask()).error is None
