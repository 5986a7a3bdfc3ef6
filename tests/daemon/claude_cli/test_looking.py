"""Whether Claude Code is there and logged in: said in words, without a completion."""

import json
from pathlib import Path
from typing import Any

import pytest
import trio

from switchgeard.claude_cli import looking
from switchgeard.claude_cli.looking import look
from world import world


def installed(place: Path, script: str) -> str:
    """A program that does this."""
    path = place / "claude"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


def saying(place: Path, status: int = 0, **told: Any) -> str:
    (place / "told.json").write_text(json.dumps(told))
    return installed(place, f'[ "$*" = "auth status" ] && cat {place}/told.json; exit {status}')


async def test_a_login_is_told_and_nothing_of_whose_it_is(tmp_path: Path) -> None:
    """It prints more than that."""
    program = saying(tmp_path, loggedIn=True, authMethod="claude.ai", email="me@example.org", loginExpiresAt=None)
    found = await look(program)
    assert (found.ok, found.hint) == (True, None)
    assert found.reason == f"{program} is there and logged in with a subscription"


async def test_a_key_that_is_billed_is_no_plan(tmp_path: Path) -> None:
    """A login at the Console is one; it serves only where the user says that it may cost."""
    program = saying(tmp_path, loggedIn=True, authMethod="api_key", apiKeySource="/login managed key")
    found = await look(program)
    assert (found.ok, "billed by use" in found.reason) == (False, True)
    assert 'billing = "metered"' in (found.hint or "")
    assert (await look(program, billed=True)).ok


async def test_a_helper_of_its_settings_is_not_run_here(tmp_path: Path) -> None:
    """It calls itself logged in, but its settings are left out of every run."""
    found = await look(saying(tmp_path, loggedIn=True, authMethod="api_key_helper"), billed=True)
    assert (found.ok, "apiKeyHelper" in found.reason) == (False, True)


async def test_nobody_logged_in_is_told_with_the_cure(tmp_path: Path) -> None:
    """As the real one says it: status 1."""
    program = saying(tmp_path, 1, loggedIn=False, authMethod="none")
    found = await look(program)
    assert (found.ok, found.hint) == (False, f"{program} auth login")
    assert "nobody is logged in" in found.reason


@pytest.mark.parametrize("printed", ["", "{}", "usage: claude [options]", '{"loggedIn": "yes"}', "[" * 9999])
async def test_one_that_does_not_know_the_question_is_told_as_that(tmp_path: Path, printed: str) -> None:
    """An older one, or another program of that name."""
    (tmp_path / "printed").write_text(printed)
    found = await look(installed(tmp_path, f"cat {tmp_path}/printed; exit 2"))
    assert not found.ok
    assert "says nothing of its login (exit status 2)" in found.reason


async def test_one_that_is_not_there_is_told_with_the_cure(tmp_path: Path) -> None:
    """Not installed, or not where the daemon looks; or not to be run."""
    found = await look("claude", {"PATH": str(tmp_path)})
    assert (found.ok, found.reason) == (False, "the program claude is not there")
    assert "install Claude Code" in (found.hint or "")


async def test_one_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all it started."""
    monkeypatch.setattr(looking, "DEADLINE", 0.3)
    with trio.fail_after(30):
        found = await look(installed(tmp_path, "sleep 600"))
    assert "says nothing of its login within 0.3 s" in found.reason


async def test_a_key_of_the_daemons_environment_is_not_taken_for_its_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be billed instead of the subscription, so it does not see it here either."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-CANARY")
    script = f'echo "$ANTHROPIC_API_KEY" > {tmp_path}/seen; echo \'{{"loggedIn": true}}\''
    assert (await look(installed(tmp_path, script))).ok
    assert (tmp_path / "seen").read_text() == "\n"


async def test_the_probe_of_such_a_provider_runs_its_program(tmp_path: Path) -> None:
    """And that of a provider whose tools bring their own login asks nobody."""
    program = saying(tmp_path, loggedIn=True)
    more = (
        f'[[providers]]\nid = "plan"\nkind = "claude-cli"\nprogram = "{program}"\n'
        '[[providers]]\nid = "own"\nkind = "anthropic"\ncredential = "passthrough"\n'
    )
    async with world(tmp_path, {"a": "ok"}, more=more) as w:
        probe = await w.call("providers/probe", provider="plan")
        assert (probe["ok"], probe["asked"], probe["models"]) == (True, program, None)
        assert probe["reason"] == f"{program} is there and logged in"
        own = await w.call("providers/probe", provider="own")
        assert (own["ok"], own["asked"]) == (True, "nobody")
        assert w.hits() == {"a": 0}
